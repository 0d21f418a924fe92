"""The routing core as a backend of networkx."""
