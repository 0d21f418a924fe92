"""Measures and methods of the field, which know no prison: access, inequality, clusters, siting, disclosure."""
