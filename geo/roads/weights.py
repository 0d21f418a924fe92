"""How one integer holds the time, the distance and the tolls of a way."""

from __future__ import annotations

METRE = 1 << 6


SHIFT = 1 << 28
"""One weight holds ``deciseconds * SHIFT + metres * METRE + tolls``, so that of two ways the quicker counts, then the
shorter, then the one with fewer tolls: up to 63 of them and 4,194 km, in float64 exact up to 932 hours."""


NOWHERE = 1 << 61
"""The weight of a way that does not exist; two of them still fit an int64."""


NO_ARC = -1
