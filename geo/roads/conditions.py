"""What an answer says of its roads: which network, and conditions other than today's.

Conditions are something closed, slower traffic, no tolls, no ferries. Names are matched without regard to capitals, and
on maps that write several road numbers together (``A48;A4042``) each of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from nearhome.geo.roads.network import RoadNetwork
    from nearhome.geo.roads.speeds import SpeedModel


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions as in ``nearhome.geo.roads.conditions.reweighted``; as it stands, today's.

    ``closed`` has tariff keys (``tamar``), names or road numbers; ``slower`` is how many times longer every road takes.
    """

    closed: tuple[str, ...] = ()
    slower: float = 1.0
    tolls: bool = True
    ferries: bool = True

    def closed_on(self, roads: RoadNetwork) -> list[str]:
        """Give what of a network is closed, as the network calls it; what is not on it is passed over."""
        return [word for name in self.closed for word in _called(roads, name)]

    def refuse_unknown(self, networks: Iterable[RoadNetwork]) -> None:
        """Refuse to close what is on none of the networks.

        Raises
        ------
        InputError
            When something to be closed is on none of them; the message names the nearest that is.
        """
        known = list(networks)
        for name in self.closed:
            if not any(_called(roads, name) for roads in known):
                words = sorted({word for roads in known for word in _names(roads)})
                close = get_close_matches(name, words, n=1)
                hint = f"did you mean {close[0]}?" if close else "give one such as tamar or A30."
                msg = f"There is no road, crossing or ferry {name!r} to close; {hint}"
                raise InputError(msg)


TODAY = Conditions()

SHIPPED = "shipped"
"""What the network that ships is called in an answer."""

IMPORTED = "imported:"
"""What comes before the name of an imported network in an answer."""

SET_ASIDE = "shipped; set aside: "
"""What comes before the name of an imported network that cannot be used, where those that ship answer in its place."""

OWN_ROADS = "your roads"
"""What an imported network is called among the tables of an answer, which do not say where it lies."""


def _names(roads: RoadNetwork) -> set[str]:
    """Give everything by which roads of a network can be closed."""
    import numpy as np

    texts = [roads.edges.texts[column] for column in NAMED_BY if column in roads.edges.texts]
    return {text.words[code] for text in texts for code in np.unique(text.codes).tolist()} - {""}


def _called(roads: RoadNetwork, name: str) -> list[str]:
    """Give the words of a network that mean one name."""
    wanted = name.strip().casefold()
    return sorted(word for word in _names(roads) if wanted in {part.strip().casefold() for part in _parts(word)})


def _parts(word: str) -> tuple[str, ...]:
    return word, *word.split(";")


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
    import numpy as np

    from nearhome.geo.roads import speeds

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
