"""What a person typed as a point with a stated precision."""
