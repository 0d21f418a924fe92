"""The shapes of postcode districts as vector tiles: what the build writes and maps read."""

from __future__ import annotations

from typing import Final

TABLE: Final = "district_shapes"

LAYER: Final = "districts"
"""The name of the only layer in the tiles; its features have the property ``district``."""

ZOOMS: Final = (4, 7)
"""The least and the greatest zoom that there are tiles for."""
