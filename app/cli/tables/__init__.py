"""Commands for analysts: times, matrices, catchments and the tables themselves."""
