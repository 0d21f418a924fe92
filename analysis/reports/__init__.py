"""Reports to keep and to pass on: tables, pages, maps and the files they are written to, the same bytes each time."""
