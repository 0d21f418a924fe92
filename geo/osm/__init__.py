"""OpenStreetMap extracts read as road networks."""
