"""The edges of a road network as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Ints
    from nearhome.data.catalogue import columns


@dataclass(frozen=True)
class Edges:
    """Columns of the edges; text columns are codes into a list of words."""

    u: Ints
    v: Ints
    metres: Ints
    urban_percent: Ints
    dense_percent: Ints
    ferry_seconds: Ints
    wait_seconds: Ints
    junctions: Ints
    """How many of an edge's two ends are junctions where one may have to wait: 0, 1 or 2, halved in the delay."""
    texts: dict[str, columns.Text]
    centre_per_km2: Ints | None = None
    region_per_km2: Ints | None = None
    """Postcodes for each square kilometre, averaged over 3 km and over 20 km around; None: not known, as if few."""

    def is_(self, column: str, word: str) -> NDArray[np.bool_]:
        """Say which edges have a word in a text column."""
        text = self.texts[column]
        return np.asarray(text.codes == (text.words.index(word) if word in text.words else -1))

    def text(self, column: str, edge: int) -> str:
        """Read one edge's word in a text column."""
        text = self.texts[column]
        return str(text.words[text.codes[edge]])


@dataclass(frozen=True, slots=True)
class LocalReach:
    """How far local streets that are not on the network may reach, metres.

    A place joins roads within ``wide_metres``, or within ``spread`` times the distance of the nearest; of these the
    nearest ``most_roads``, and the nearest ``most_local`` of modelled local roads. Two places within ``direct_metres``
    may be joined by local streets alone. Roads are sampled every ``sample_metres``. Where ``wide_metres`` is 0 all
    streets are on the network: a place joins the nearest road at one point and no other, so that no way leaves the
    roads but at its two ends.
    """

    wide_metres: float
    spread: float
    direct_metres: float
    sample_metres: float
    most_roads: int = 5
    most_local: int = 0

    @property
    def has_all_streets(self) -> bool:
        """Whether the local streets are on the network, so that none have to be made up."""
        return self.wide_metres == 0


STRATEGIC = LocalReach(
    wide_metres=2_500.0, spread=3.0, direct_metres=2_500.0, sample_metres=500.0, most_roads=2, most_local=2
)
"""For a network of main roads, and modelled local ones between them."""


DETAILED = LocalReach(wide_metres=0.0, spread=1.0, direct_metres=0.0, sample_metres=100.0, most_roads=5, most_local=0)
"""For a network that has the local streets."""


BEND_METRES = 25.0
"""No edge of such a network leaves the straight between its ends by more; see ``nearhome.geo.roads.straighten``."""
