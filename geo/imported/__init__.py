"""Roads that the user imported, and how they join the shipped ones."""
