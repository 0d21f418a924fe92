"""The page that asks what placing people nearer home would change."""
