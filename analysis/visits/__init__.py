"""One visit: the day, the ways there and home, and what each takes."""
