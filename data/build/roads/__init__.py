"""The road network from its sources: junctions, surveyed centrelines, and links kept by hand."""
