"""What people see: the shell command, the pages and their maps."""
