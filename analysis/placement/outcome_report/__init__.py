"""An outcome as tables, a report and files."""
