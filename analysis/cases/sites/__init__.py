"""The named practice sites, one module each."""
