"""Postcodes, places and areas, and what each is called."""
