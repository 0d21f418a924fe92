"""What pages share: the base map, looks of areas, problems with a form."""
