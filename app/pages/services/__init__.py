"""The page that shows where help is missing."""
