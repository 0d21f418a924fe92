"""Placing people in prisons at the least burden, exactly."""
