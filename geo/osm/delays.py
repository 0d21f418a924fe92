"""What a road's surroundings and its junctions cost, read from the roads of an extract themselves.

Delays are charged by halves to the two pieces of road by which a junction is passed, so that they need no turns; the
turns themselves are ``nearhome.geo.osm.turns``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.geo.roads import speeds

if TYPE_CHECKING:
    from nearhome.data.base.arrays import Bools, Floats, Ints


CELL_METRES = 500.0
"""Surroundings are looked at in squares of this size, and the eight around each."""

RANKS = {
    name: rank
    for rank, name in enumerate(
        ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street")
    )
}
LOWEST = len(RANKS)
"""Service roads and yards, which make no junction of a road."""


@dataclass(frozen=True, slots=True)
class Junctions:
    """What is known of nodes and pieces of road: ends (rows of nodes), and by piece rank, roundabout, and ferry.

    ``signal`` and ``mini`` say which nodes have traffic lights or a mini-roundabout.
    """

    u: Ints
    v: Ints
    rank: Ints
    ring: Bools
    ferry: Bools
    signal: Bools
    mini: Bools


def rank(highway: str) -> int:
    """Give a class its place, the largest road first; slip roads count as what they belong to."""
    name = highway.removesuffix("_link")
    return RANKS["residential"] if name == "road" else RANKS.get(name, LOWEST)


def seconds(at: Junctions, delays: speeds.Delays = speeds.OSM_DELAYS) -> Floats:
    """Give the delay of each piece of road: half of what each of its ends costs one who comes by it.

    What meets nothing of its kind waits at half cost on either side, and what joins a larger road pays for that alone.
    """
    size = len(at.signal)
    public = (at.rank < LOWEST) & ~at.ferry
    arms = np.bincount(np.r_[at.u[public], at.v[public]], minlength=size)
    yards = np.bincount(np.r_[at.u, at.v], minlength=size) > 2  # noqa: PLR2004 -- two pieces are a bend, three a junction
    largest = np.full(size, LOWEST)
    ringed = np.zeros(size, bool)
    for end in (at.u, at.v):
        np.minimum.at(largest, end, at.rank)
        ringed[end[at.ring]] = True
    total = np.zeros(len(at.u))
    for end in (at.u, at.v):
        meets = (arms[end] > 2) & (at.rank > 0) & ~at.signal[end]  # noqa: PLR2004 -- as above
        lesser = at.rank > largest[end]
        total += np.select(
            [
                at.ferry,
                at.signal[end],
                ringed[end] & ~at.ring & (at.rank > 0),
                meets & lesser & ~ringed[end],
                meets & public & ~ringed[end],
                yards[end] & lesser & ~ringed[end],
            ],
            [
                0.0,
                delays.signal_seconds / 2,
                delays.ring_seconds,
                delays.give_way_seconds,
                delays.crossing_seconds / 2,
                delays.yard_seconds,
            ],
        )
        total += np.where(at.mini[end] & ~at.ferry, delays.mini_seconds / 2, 0.0)
    return total


def town_share(a: Floats, b: Floats, metres: Floats) -> Floats:
    """Say how far the surroundings of straight pieces of road count as a town, 0 to 1, by the public road around them.

    Parameters
    ----------
    a, b
        The ends of the pieces in metres, EPSG:27700, shape (pieces, 2).
    metres
        The length of each where it is a public road, else 0.
    """
    if len(a) == 0:
        return np.zeros(0)
    parts = np.maximum(1, np.ceil(np.hypot(*(b - a).T) / CELL_METRES)).astype(np.int64)
    piece = np.repeat(np.arange(len(a)), parts)
    along = (np.arange(len(piece)) - np.repeat(np.cumsum(parts) - parts, parts) + 0.5) / parts[piece]
    cell = np.floor((a[piece] + along[:, None] * (b - a)[piece]) / CELL_METRES).astype(np.int64)
    width = int(np.ptp(cell[:, 0])) + 3  # the squares beside the outermost must not be those of another row
    code = cell[:, 1] * width + cell[:, 0] - cell[:, 0].min()
    known, row = np.unique(code, return_inverse=True)
    inside = np.bincount(row, weights=(metres / parts)[piece], minlength=len(known))
    around = np.zeros(len(known))
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            wanted = known + north * width + east
            found = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            around += np.where(known[found] == wanted, inside[found], 0.0)
    km_per_km2 = around / 1000.0 / (9.0 * (CELL_METRES / 1000.0) ** 2)
    low, high = speeds.TOWN_KM_PER_KM2
    share = np.clip((km_per_km2 - low) / (high - low), 0.0, 1.0)
    shares: Floats = np.bincount(piece, weights=share[row]) / parts
    return shares
