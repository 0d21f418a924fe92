"""What an answer says of its roads: which network, and conditions other than today's.

Conditions are something closed, slower traffic, no tolls, no ferries. Names are matched without regard to capitals, and
on maps that write several road numbers together (``A48;A4042``) each of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.geo.network import RoadNetwork
    from nearhome.geo.routing import Router


@dataclass(frozen=True, slots=True)
class Scenario:
    """Conditions as in ``nearhome.geo.reweighting.reweighted``; as it stands, today's.

    ``closed`` has tariff keys (``tamar``), names or road numbers; ``slower`` is how many times longer every road takes.
    """

    closed: tuple[str, ...] = ()
    slower: float = 1.0
    tolls: bool = True
    ferries: bool = True

    def on(self, router: Router) -> Router:
        """Give a router under these conditions; what is to be closed and is not on its network is passed over."""
        if self == TODAY:
            return router
        closed = [word for name in self.closed for word in _called(router.network, name)]
        return router.reweight(closed=closed, slower=self.slower, tolls=self.tolls, ferries=self.ferries)

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


TODAY = Scenario()

SHIPPED = "shipped"
"""What the network that ships is called in an answer."""

IMPORTED = "imported:"
"""What comes before the name of an imported network in an answer."""

OWN_ROADS = "your roads"
"""What an imported network is called among the tables of an answer, which do not say where it lies."""


def _names(roads: RoadNetwork) -> set[str]:
    """Give everything by which roads of a network can be closed."""
    import numpy as np  # noqa: PLC0415 -- the shell reads its options before it needs numpy

    from nearhome.geo.reweighting import NAMED_BY  # noqa: PLC0415 -- as above

    texts = [roads.edges.texts[column] for column in NAMED_BY if column in roads.edges.texts]
    return {text.words[code] for text in texts for code in np.unique(text.codes).tolist()} - {""}


def _called(roads: RoadNetwork, name: str) -> list[str]:
    """Give the words of a network that mean one name."""
    wanted = name.strip().casefold()
    return sorted(word for word in _names(roads) if wanted in {part.strip().casefold() for part in _parts(word)})


def _parts(word: str) -> tuple[str, ...]:
    return word, *word.split(";")
