"""Who is held where, and what would placing people nearer home change."""
