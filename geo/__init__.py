"""How one gets there: places, areas, roads, routes and journeys."""
