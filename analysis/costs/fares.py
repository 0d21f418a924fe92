"""What a party pays by train, bus, coach and taxi, for a hired car and for a night, with a low and a high.

Rail fares are a model of distance alone, for want of an open table of fares: anytime singles fitted to those from one
station in 2022, times what an off-peak return costs beside one, times the rises since. What a train operator asks for
one journey may be half or half as much again. Prices are in ``tariff_tables``, each with its source; petrol, tolls and
ferries are in ``costs``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from nearhome.analysis.costs import car, cost, tariffs
from nearhome.analysis.costs.party import ADULT_AGE, is_whole
from nearhome.data.base import phrases
from nearhome.data.errors import InputError
from nearhome.data.places.nations import Nation
from nearhome.data.places.nations import nation as nation_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from nearhome.analysis.costs.cost import Kind
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.costs.tariffs import Tariff

Railcard = Literal["family", "two_together", "16-25", "26-30", "senior", "disabled", "network"]
Triple = tuple[float, float, float]
"""Low, central and high."""

RAIL_PER_CROW: Final = 1.18
"""Kilometres by rail over the crow's, where only the latter is known: the median of the journeys from Exeter."""

SINGLE_KM: Final = (2, 20, 60, 150, 300, 600, 1000)
RETURN_KM: Final = (40, 150, 300)
LEAST_RAIL_KM: Final = 2.0
MOST_RAIL_KM: Final = 1500.0
CHILD_AGES: Final = (5, 15)
"""Children of these ages pay a child's fare by train and bus; younger ones nothing, older ones an adult's."""

YOUNG_BUS_AGES: Final = (5, 17)
"""In Scotland, Wales and Northern Ireland 16 and 17 ride buses at the child's fare too (with a free card)."""

CHILD_SHARE: Final = 0.5
COACH_CHILD_AGES: Final = (3, 15)
TAXI_SEATS: Final = 4
RAILWAYS: Final = frozenset({Nation.ENGLAND, Nation.WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND})


@dataclass(frozen=True, slots=True)
class Fare:
    """What a whole party pays, in pence, and one plain sentence on how that was worked out."""

    pence: int
    low_pence: int
    high_pence: int
    basis: str

    def line(self, label: str, kind: Kind) -> cost.CostLine:
        """Return the fare as a line of a journey's cost."""
        return cost.CostLine(label, kind, self.pence, self.low_pence, self.high_pence, self.basis)


@dataclass(frozen=True, slots=True)
class _Card:
    """How many adults and children a railcard covers, and how many must travel."""

    title: str
    adults: int
    children: int
    needs_adults: int = 1
    needs_child: bool = False


CARDS: Final[dict[str, _Card]] = {
    "family": _Card("Family & Friends Railcard", 4, 4, needs_child=True),
    "two_together": _Card("Two Together Railcard", 2, 0, needs_adults=2),
    "16-25": _Card("16-25 Railcard", 1, 0),
    "26-30": _Card("26-30 Railcard", 1, 0),
    "senior": _Card("Senior Railcard", 1, 0),
    "disabled": _Card("Disabled Persons Railcard", 2, 0),
    "network": _Card("Network Railcard", 4, 4),
}
"""Whom each card covers: conditions of the cards, general knowledge (the Network card only in the South East)."""


def rail_fare(
    km: float,
    *,
    party: Party,
    as_of: date,
    railcard: Railcard | None = None,
    single: bool = False,
    nation: Nation | str = Nation.ENGLAND,
) -> Fare:
    """Return a walk-up off-peak fare in standard class: there and back, or one way if ``single``.

    Parameters
    ----------
    km
        Kilometres by rail between the stations (crow distance times ``RAIL_PER_CROW`` where only that is known).
    party
        Children of 5 to 15 pay half, younger ones nothing; those of unknown age count as 5 to 15.
    as_of
        The day of travel.
    railcard
        A card that the party already has; its price is ``railcard_price``.
    single
        One way. A single costs as much as an anytime single or an off-peak return, whichever is less.
    nation
        Where the journey lies, or its longer part: fares rose differently. In Wales children travel free with an
        adult on many trains, which the low end allows for.

    Raises
    ------
    InputError
        The distance cannot be one, the party does not fit the card, or the nation has no railway in the model.
    DateError
        The day lies before the first price known.
    """
    if not 0 <= km <= MOST_RAIL_KM:
        msg = f"A rail journey is 0 to {MOST_RAIL_KM:g} km long, and {km} was given: give kilometres by rail."
        raise InputError(msg)
    where = _of_nation(nation)
    each = _single(km, as_of)
    back_too = _product(each, _between(km, "rail_return_share", RETURN_KM, as_of))
    each = _triple(min(pair) for pair in zip(each, back_too, strict=True)) if single else back_too
    each = _product(each, _span(_of("rail_rise", where, as_of)))
    halves, full = _children(party, CHILD_AGES)
    adults = party.adults + full
    total = _discounted(each, adults, halves, _card(railcard, adults, halves), as_of)
    if where is Nation.WALES and halves:
        alone = _discounted(each, adults, 0, _card(railcard, adults, halves), as_of)
        total = (alone[0], *total[1:])
    ticket = "One way" if single else "There and back"
    carried = f" with a {CARDS[railcard].title}" if railcard else ""
    basis = (
        f"{ticket}, off-peak, {_people(adults, halves)}{carried}: typical for {km:.0f} km by rail, from fares of 2022 "
        f"and the rises since{_ages_words(party)}; the real fare may be half, or half as much again. (estimate)"
    )
    return _fare(total, basis)


def anytime_single_2022(km: float, as_of: date) -> float:
    """Return the fitted anytime single for an adult in pence, at the fares of 2022 (for checking the model)."""
    return _single(km, as_of)[1]


def railcard_price(railcard: Railcard, as_of: date) -> Fare:
    """Return what a railcard costs for a year.

    Raises
    ------
    InputError
        There is no such card.
    """
    card = _card_named(railcard)
    key = "railcard_price.disabled" if railcard == "disabled" else "railcard_price"
    tariff = tariffs.value(key, as_of)
    return _fare(_span(tariff), f"{card.title} for one year ({_origin(tariff)}).")


def bus_fare(rides: int, *, party: Party, as_of: date, nation: Nation | str = Nation.ENGLAND) -> Fare:
    """Return what single bus rides cost a party.

    Parameters
    ----------
    rides
        How many times each person boards with a new ticket, there and back: 2 for one bus each way. For three and more
        a day ticket may cost less.
    party
        Who travels.
    as_of
        The day whose fares hold.
    nation
        Where the buses run, or its name.

    Raises
    ------
    InputError
        The rides are negative or not whole, or the nation has no fare in the tables.
    DateError
        The day lies before the first price known.
    """
    if not is_whole(rides) or rides < 0:
        msg = f"Bus rides are counted in whole numbers from 0, and {rides!r} was given: count each time you board."
        raise InputError(msg)
    where = _of_nation(nation)
    young, older = _children(party, CHILD_AGES if where is Nation.ENGLAND else YOUNG_BUS_AGES)
    adult, child = _of("bus_single", where, as_of), _of("bus_child", where, as_of)
    counts = (party.adults + older, young)
    total = _sum([(_span(adult), counts[0] * rides), (_span(child), counts[1] * rides)])
    times = f"{rides} {'ride' if rides == 1 else 'rides'}"
    basis = f"{times} for {_people(*counts)} at about {_pounds(adult.value)}"
    basis += f" and {_pounds(child.value)} a child" if young else ""
    return _fare(total, f"{basis}{_ages_words(party)} ({_origin(adult)}).")


def taxi_fare(miles: float, *, party: Party, as_of: date, trips: int = 2, night: bool = False) -> Fare:
    """Return what taxis by the meter cost a party: ``trips`` rides of so many miles each, four people to a taxi.

    Parameters
    ----------
    miles
        Of one ride, by road.
    party
        Who travels.
    as_of
        The day whose fares hold.
    trips
        How many such rides; 2 for one each way.
    night
        Whether they are at the night tariff.

    Raises
    ------
    InputError
        The miles or the trips cannot be.
    DateError
        The day lies before the first price known.
    """
    if not (math.isfinite(miles) and miles >= 0) or trips < 0:
        msg = f"Taxi miles and trips are 0 or more, and {miles} miles and {trips} trips were given."
        raise InputError(msg)
    first, further = tariffs.value("taxi_first_mile", as_of), tariffs.value("taxi_mile", as_of)
    taxis = math.ceil(party.people / TAXI_SEATS)
    ride = _sum([(_span(first), 1.0), (_span(further), max(0.0, miles - 1.0))])
    if night:
        factor = _span(tariffs.value("taxi_night", as_of))
        ride = _triple(value * times for value, times in zip(ride, factor, strict=True))
    when = " at night" if night else ""
    many = "" if taxis == 1 else f" in {taxis} taxis"
    basis = (
        f"{trips} x {miles:.1f} miles{when}{many}: about {_pounds(first.value)} for the first mile and "
        f"{_pounds(further.value)} for each further one ({_origin(further)})."
    )
    return _fare(_sum([(ride, trips * taxis)]), basis)


def coach_fare(km: float, *, party: Party, as_of: date, single: bool = False) -> Fare:
    """Return what a coach costs a party, there and back or one way, booked some days before: an estimate by distance.

    Parameters
    ----------
    km
        By road, one way.
    party
        Who travels.
    as_of
        The day whose fares hold.
    single
        Whether one way only is paid.

    Raises
    ------
    InputError
        The distance cannot be one.
    DateError
        The day lies before the first price known.
    """
    if not (math.isfinite(km) and km >= 0):
        msg = f"A coach journey is 0 km or longer, and {km} was given: give kilometres by road."
        raise InputError(msg)
    base, per_km = tariffs.value("coach_base", as_of), tariffs.value("coach_km", as_of)
    each = _sum([(_span(base), 1.0), (_span(per_km), km)])
    child = _triple(a * b for a, b in zip(each, _span(tariffs.value("coach_child_share", as_of)), strict=True))
    young, older = _children(party, COACH_CHILD_AGES)
    ways = 1 if single else 2
    total = _sum([(each, ways * (party.adults + older)), (child, ways * young)])
    way = "One way" if single else "There and back"
    basis = f"{way} for {_people(party.adults + older, young)}, about {km:.0f} km ({_origin(per_km)})."
    return _fare(total, basis)


def hire_cost(days: int, *, party: Party, as_of: date) -> Fare:
    """Return what hired cars cost a party for some days, without petrol; ``costs.hire_cost`` adds that.

    Raises
    ------
    InputError
        The days are fewer than one.
    DateError
        The day lies before the first price known.
    """
    line = car.hire_cost(days=days, return_miles=0, party=party, as_of=as_of, parking=False).only("hire").lines[0]
    return Fare(line.pence, line.low_pence, line.high_pence, line.basis)


def night_cost(party: Party, as_of: date, nights: int = 1) -> Fare:
    """Return what budget rooms cost a party.

    Raises
    ------
    InputError
        The nights are fewer than one.
    DateError
        The day lies before the first price known.
    """
    line = car.overnight_line(nights=nights, party=party, as_of=as_of)
    return Fare(line.pence, line.low_pence, line.high_pence, line.basis)


def _single(km: float, as_of: date) -> Triple:
    """Return the fitted anytime single of an adult at the fares of 2022, in pence."""
    return _between(max(km, LEAST_RAIL_KM), "rail_single", SINGLE_KM, as_of)


def _between(km: float, key: str, knots: Sequence[int], as_of: date) -> Triple:
    """Return low, central and high between the distances of a table, straight lines joining them."""
    after = next((at for at, knot in enumerate(knots) if knot >= km), len(knots) - 1)
    before = max(0, after - 1)
    low, high = (_span(tariffs.value(f"{key}.{knots[at]}", as_of)) for at in (before, after))
    width = knots[after] - knots[before]
    part = min(1.0, max(0.0, (km - knots[before]) / width)) if width else 0.0
    return _triple(a + part * (b - a) for a, b in zip(low, high, strict=True))


def _discounted(each: Triple, adults: int, children: int, card: _Card | None, as_of: date) -> Triple:
    """Return what adults and half-fare children pay in all, those a card covers less."""
    child = _triple(CHILD_SHARE * value for value in each)
    if card is None:
        return _sum([(each, adults), (child, children)])
    kept = 1.0 - tariffs.value("railcard_off", as_of).value
    child_kept = 1.0 - tariffs.value("railcard_child_off", as_of).value
    least_child = tariffs.value("railcard_child_least", as_of).value
    least = (0.0, 0.0, 0.0)
    if card is CARDS["network"]:
        least = _span(tariffs.value("railcard_network_least", as_of))
    with_card = _triple(min(value, max(kept * value, floor)) for value, floor in zip(each, least, strict=True))
    child_with = _triple(min(value, max(child_kept * value, least_child)) for value in child)
    covered, young = min(adults, card.adults), min(children, card.children)
    return _sum([(with_card, covered), (each, adults - covered), (child_with, young), (child, children - young)])


def _card_named(railcard: str) -> _Card:
    """Return a railcard by its key."""
    if railcard not in CARDS:
        msg = f"There is no railcard {railcard!r}: use {', '.join(CARDS)}."
        raise InputError(msg)
    return CARDS[railcard]


def _card(railcard: str | None, adults: int, children: int) -> _Card | None:
    """Return a railcard if the party may use it."""
    if railcard is None:
        return None
    card = _card_named(railcard)
    if adults < card.needs_adults or (card.needs_child and not children):
        needed = "a child of 5 to 15" if card.needs_child else f"{card.needs_adults} adults"
        msg = f"A {card.title} needs {needed}, and {_people(adults, children)} travel: leave the railcard out."
        raise InputError(msg)
    return card


def _children(party: Party, ages: tuple[int, int]) -> tuple[int, int]:
    """Return how many children pay a child's fare and how many an adult's; the others travel free."""
    young, older = party.aged(*ages), party.aged(ages[1] + 1, ADULT_AGE - 1)
    return (party.children, 0) if young is None or older is None else (young, older)


def _of_nation(nation: Nation | str) -> Nation:
    """Return a nation that has fares here."""
    where = nation_of(nation)
    if where not in RAILWAYS:
        msg = f"No public transport fares are known for {where.value}: ask there."
        raise InputError(msg)
    return where


def _of(key: str, nation: Nation, as_of: date) -> Tariff:
    return tariffs.value(f"{key}.{nation.value.lower().replace(' ', '_')}", as_of)


def _span(tariff: Tariff) -> Triple:
    return tariff.low, tariff.value, tariff.high


def _triple(values: Iterable[float]) -> Triple:
    low, central, high = values
    return low, central, high


def _product(one: Triple, other: Triple) -> Triple:
    """Multiply two figures whose errors have nothing to do with each other: their shares add as squares do."""
    central = one[1] * other[1]
    low, high = (math.hypot(one[at] / one[1] - 1, other[at] / other[1] - 1) for at in (0, 2))
    return central * max(0.0, 1 - low), central, central * (1 + high)


def _sum(parts: Sequence[tuple[Triple, float]]) -> Triple:
    """Add figures, each so many times."""
    return _triple(sum(figure[at] * times for figure, times in parts) for at in range(3))


def _fare(total: Triple, basis: str) -> Fare:
    """Return whole pence, low rounded down and high up."""
    low, central, high = total
    pence = math.floor(central + 0.5)
    return Fare(pence, min(math.floor(low), pence), max(math.ceil(high), pence), basis)


def _people(adults: int, children: int) -> str:
    """Return who pays, in words."""
    words = f"{adults} {'adult' if adults == 1 else 'adults'}"
    return f"{words} and {children} {'child' if children == 1 else 'children'}" if children else words


def _ages_words(party: Party) -> str:
    """Say that ages were not known, where that matters."""
    return ", children counted as 5 to 15" if party.children and not party.child_ages else ""


def _origin(tariff: Tariff) -> str:
    """Return where a price comes from and since when, and that it is an estimate if it is one."""
    since = phrases.day(tariff.valid_from)
    word = "estimate from " if tariff.confidence == "estimate" else ""
    return f"{word}{since}: {tariff.source}"


def _pounds(pence: float) -> str:
    return f"£{pence / 100:.2f}"
