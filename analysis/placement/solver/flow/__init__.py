"""The minimum-cost flow below the solver."""
