"""Many origins to many prisons: matrices, catchments, surfaces and their files."""
