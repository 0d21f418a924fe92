"""Help for families: where it reaches, where it does not, and what one more would change."""
