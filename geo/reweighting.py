"""The same roads under other conditions: a closed bridge, slower traffic, no tolls, no ferries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.errors import InputError
from nearhome.geo import speeds

if TYPE_CHECKING:
    from collections.abc import Collection

    from nearhome.geo.network import RoadNetwork
    from nearhome.geo.speeds import SpeedModel

NAMED_BY = ("toll", "ferry", "name", "ref")


def reweighted(
    roads: RoadNetwork,
    *,
    closed: Collection[str] = (),
    model: SpeedModel | None = None,
    slower: float = 1.0,
    tolls: bool = True,
    ferries: bool = True,
) -> RoadNetwork:
    """Give a network under other conditions; the one given is not changed.

    Parameters
    ----------
    roads
        The network as it is.
    closed
        Roads, crossings and ferries that are shut: tariff keys (``tamar``), names or road numbers (``A30``).
    model
        Other speeds, for the shipped network.
    slower
        How many times longer every road takes; ferries keep their time.
    tolls, ferries
        False shuts everything with a toll, or every ferry.

    Raises
    ------
    InputError
        When something to be closed is not on the network, or ``slower`` is not a positive number.
    """
    if not (np.isfinite(slower) and slower > 0):
        msg = f"Roads can take a positive number of times longer, and {slower} was given: write 1.2 for a fifth longer."
        raise InputError(msg)
    edges = roads.edges
    shut = np.zeros(len(edges.u), bool)
    for name in closed:
        found = np.logical_or.reduce([edges.is_(column, name) for column in NAMED_BY])
        if not name or not found.any():
            msg = f"There is no road, crossing or ferry {name!r} to close; give one such as tamar or A30."
            raise InputError(msg)
        shut |= found
    if not tolls:
        shut |= ~edges.is_("toll", "")
    if not ferries:
        shut |= edges.is_("kind", "ferry")
    taken = roads.deciseconds
    if model is not None:
        taken = speeds.deciseconds(edges, model)[roads.edge]
    afloat = edges.is_("kind", "ferry")[roads.edge]
    taken = np.where(afloat, taken, np.maximum(np.round(taken * slower), 1)).astype(np.int64)
    open_ = ~shut[roads.edge]
    return replace(
        roads,
        tail=roads.tail[open_],
        head=roads.head[open_],
        edge=roads.edge[open_],
        forward=roads.forward[open_],
        deciseconds=taken[open_],
        model=model or roads.model,
    )
