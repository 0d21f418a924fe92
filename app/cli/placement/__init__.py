"""Commands for planners: place, place-one, compare."""
