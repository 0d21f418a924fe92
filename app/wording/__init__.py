"""What becomes words, for pages and commands alike."""
