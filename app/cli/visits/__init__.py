"""Commands for families: a journey, the prisons, the days."""
