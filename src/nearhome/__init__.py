"""nearhome: what it takes for this family to reach that prison, and what would change it."""
