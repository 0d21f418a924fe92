"""The shipped tables: where they are, what is in them, which version."""
