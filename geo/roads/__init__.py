"""The road network: edges, speeds, conditions, storage."""
