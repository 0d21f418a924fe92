"""The report on where help is missing: its tables, layers and protection of small counts."""
