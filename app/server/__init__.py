"""The server: how it starts, warms up and what it sends."""
