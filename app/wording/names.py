"""Plain-English phrases for times, money, distances and dates, as the GOV.UK style guide asks for them.

Every function is pure. Rounding is half up and is part of the phrase: a modelled figure is never shown more
precisely than it is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nearhome.data.base.phrases import listing
from nearhome.geo.roads.conditions import IMPORTED, SET_ASIDE

if TYPE_CHECKING:
    from nearhome.data.prisons.register import Prison
    from nearhome.geo.roads.conditions import Conditions


def prison(which: Prison) -> str:
    """Return a prison as one chooses it from a list: "Exeter (England)", "Ford (Arundel, England)"."""
    town = [] if which.town.casefold() in which.short_name.casefold() else [which.town]
    return f"{which.short_name} ({', '.join([*town, which.nation])})"


def roads(network: str) -> str:
    """Return which roads an answer uses, by what ``nearhome.geo.imported.networks.Roads`` calls their network."""
    main = "the main roads that come with nearhome"
    if network.startswith(SET_ASIDE):
        name = network.removeprefix(SET_ASIDE)
        return f"{main}, as your roads {name} cannot be used (nearhome data imports check {name} says why)"
    name = network.removeprefix(IMPORTED)
    if name == network:
        return main
    return f"all the roads of {name}, which you imported, and main roads beyond"


def scenario(conditions: Conditions) -> str:
    """Return what is not as on an ordinary day: "A30 closed, roads 20 % slower"; nothing on an ordinary day."""
    parts = [f"{listing(conditions.closed)} closed"] if conditions.closed else []
    if conditions.slower != 1:
        parts.append(f"roads {100 * (conditions.slower - 1):.4g} % slower")
    parts += [] if conditions.tolls else ["no toll roads"]
    parts += [] if conditions.ferries else ["no ferries"]
    return ", ".join(parts)
