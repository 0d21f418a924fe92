"""How a family travels, in words that people choose from: on foot, with a railcard, and by which ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.analysis.costs import fares
from nearhome.data.errors import InputError
from nearhome.geo.transit import buses
from nearhome.geo.transit.itineraries import Needs

if TYPE_CHECKING:
    from datetime import date

    from nearhome.analysis.costs.fares import Railcard
    from nearhome.analysis.costs.party import Party
    from nearhome.geo.transit.buses import Walker

WALKERS: dict[str, Walker] = {"ordinary": buses.WALKING, "buggy": buses.WITH_BUGGY, "step-free": buses.STEP_FREE}
ALL = ("transit", "car", "hire")
"""The ways to travel, in the order shown."""


def needs(walking: str, *, taxi: bool) -> Needs:
    """Return what the search needs to know of how a family travels."""
    return Needs(walker=WALKERS[walking], taxi=taxi)


def check_railcard(railcard: Railcard | None, party: Party, as_of: date) -> None:
    """Refuse a railcard that the party cannot use.

    Raises
    ------
    InputError
        It does not fit the party, or there is none of that name.
    """
    fares.rail_fare(1.0, party=party, as_of=as_of, railcard=railcard)


def ages(text: str) -> tuple[int, ...]:
    """Read children's ages such as "4, 9" or "4 and 9".

    Raises
    ------
    InputError
        Something in it is no age.
    """
    found = text.replace(",", " ").replace("and", " ").split()
    wrong = next((word for word in found if not word.isdecimal()), None)
    if wrong is not None:
        msg = f"Children's ages are whole numbers, and {wrong!r} was given: write them as in 4, 9."
        raise InputError(msg)
    return tuple(int(word) for word in found)
