"""Named practice sites, each a page of facts and journeys."""
