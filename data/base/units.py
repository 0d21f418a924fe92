"""Units: what one of them is in another, defined once."""

from __future__ import annotations

from typing import Final

METRES_PER_MILE: Final = 1609.344
"""The international mile of 1959."""

KM_PER_MILE: Final = METRES_PER_MILE / 1000
