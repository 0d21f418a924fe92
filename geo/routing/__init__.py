"""The router: the quickest way between two places, and why."""
