"""The page on which a family plans a visit."""
