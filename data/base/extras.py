"""Which optional packages are installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec


@cache
def has_numba() -> bool:
    """Say whether numba is installed; without it SciPy searches, and not between two nodes from both ends."""
    return find_spec("numba") is not None
