"""Units: what one of them is in another, defined once."""

from __future__ import annotations

from typing import Final

MINUTES_PER_HOUR: Final = 60
PENCE_PER_POUND: Final = 100
METRES_PER_KM: Final = 1000

METRES_PER_MILE: Final = 1609.344
"""The international mile of 1959."""

KM_PER_MILE: Final = METRES_PER_MILE / METRES_PER_KM
METRES_PER_TENTH_MILE: Final = METRES_PER_MILE / 10
"""Tables of distances hold whole tenths of a mile."""
