"""The services for families: the register, and one's own."""
