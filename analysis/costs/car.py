"""What a journey by car costs a party, there and back, with a low and a high.

Every line says in one sentence what it rests on. Sums are whole pence; low is rounded down and high up, so
that low <= central <= high always holds. A car seats five: a larger party needs more cars.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nearhome.analysis.costs import tariffs
from nearhome.analysis.costs.cost import Cost, CostLine, Crossing, Kind
from nearhome.data.base import phrases
from nearhome.data.errors import InputError, TableError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.costs.tariffs import Tariff

LITRES_PER_GALLON = 4.54609
SEATS = 5
PEOPLE_PER_ROOM = 4
ADULTS_PER_ROOM = 2
UNKNOWN_FERRY_LOW = 0.5
UNKNOWN_FERRY_HIGH = 3.0
"""A ferry in no table is taken at the Scottish tariff, from half of it to three times as much: a guess."""


def car_cost(
    *,
    return_miles: float,
    tolls: Sequence[Crossing] = (),
    ferries: Sequence[Crossing] = (),
    party: Party,
    as_of: date,
    parking: bool = True,
    town_centre: bool = False,
) -> Cost:
    """Return what the party pays to go in its own car, there and back.

    Parameters
    ----------
    return_miles
        By road, there and back, without miles at sea.
    tolls, ferries
        Each crossing once for each time it is passed, there and back; a toll taken on one heading only is charged on
        that heading alone.
    party
        Who travels; five to a car.
    as_of
        The day whose prices hold.
    parking
        Whether parking for the visit is paid.
    town_centre
        Whether that is in a town centre, else at the prison.

    Raises
    ------
    InputError
        The miles are negative or not a number.
    DateError
        A price is not known so early.
    TableError
        A crossing is in no table, and its miles at sea are not given.
    """
    cars = _cars(party)
    lines = [
        _fuel_line(return_miles, cars, as_of),
        _per_mile_line("Wear on the car", "wear", "wear_per_mile", return_miles, cars, as_of),
        *_crossing_lines((*tolls, *ferries), party, as_of),
    ]
    if parking:
        lines.append(_parking_line(cars, as_of, town_centre=town_centre))
    return Cost(tuple(lines))


def hire_cost(
    *,
    days: int,
    return_miles: float,
    tolls: Sequence[Crossing] = (),
    ferries: Sequence[Crossing] = (),
    party: Party,
    as_of: date,
    parking: bool = True,
    town_centre: bool = False,
) -> Cost:
    """Return what the party pays to go in a hired car: the hire, then as ``car_cost`` without wear.

    Parameters
    ----------
    days
        Whole days of hire, one at least; each car is paid for each.
    return_miles, tolls, ferries, party, as_of, parking, town_centre
        As for ``car_cost``.

    Raises
    ------
    InputError
        The days are fewer than one, or the miles are negative or not a number.
    DateError, TableError
        As for ``car_cost``.
    """
    if days < 1:
        msg = f"A car is hired for at least one day, and {days} was given: type 1 or more days."
        raise InputError(msg)
    tariff = tariffs.value("hire_per_day", as_of)
    cars = _cars(party)
    units = days * cars
    basis = f"{_count(days, 'day')}{_in_cars(cars)} at about {_pounds(tariff.value)} a day ({_origin(tariff)})."
    hire = _line("Car hire", "hire", (tariff.low * units, tariff.value * units, tariff.high * units), basis)
    own = car_cost(
        return_miles=return_miles,
        tolls=tolls,
        ferries=ferries,
        party=party,
        as_of=as_of,
        parking=parking,
        town_centre=town_centre,
    )
    return Cost((hire, *(line for line in own.lines if line.kind != "wear")))


def lift_cost(
    *,
    return_miles: float,
    tolls: Sequence[Crossing] = (),
    ferries: Sequence[Crossing] = (),
    party: Party,
    as_of: date,
) -> Cost:
    """Return what the party pays if someone drives them: petrol and crossings, or no petrol at the low end.

    Parameters
    ----------
    return_miles, tolls, ferries, party, as_of
        As for ``car_cost``.

    Raises
    ------
    InputError, DateError, TableError
        As for ``car_cost``.
    """
    own = car_cost(return_miles=return_miles, tolls=tolls, ferries=ferries, party=party, as_of=as_of, parking=False)
    fuel, *others = (line for line in own.lines if line.kind != "wear")
    shared = CostLine(
        label="Petrol for the driver",
        kind="fuel",
        pence=fuel.pence,
        low_pence=0,
        high_pence=fuel.high_pence,
        basis=f"If you pay the driver for the petrol; nothing if you do not. {fuel.basis}",
    )
    return Cost((shared, *others))


def whole_cost_line(*, return_miles: float, as_of: date) -> CostLine:
    """Return the whole cost of these miles with a car of one's own, which fuel and wear are a part of.

    Raises
    ------
    InputError
        The miles are negative or not a number.
    DateError
        No rate is known so early.
    """
    return _per_mile_line("The whole cost of the car", "whole", "whole_cost_per_mile", return_miles, 1, as_of)


def overnight_line(*, nights: int, party: Party, as_of: date) -> CostLine:
    """Return what budget hotel rooms cost: at most two adults and four people in each.

    Raises
    ------
    InputError
        The nights are fewer than one.
    DateError
        No price is known so early.
    """
    if nights < 1:
        msg = f"A stay is at least one night, and {nights} was given: type 1 or more nights."
        raise InputError(msg)
    tariff = tariffs.value("room_per_night", as_of)
    rooms = max(math.ceil(party.adults / ADULTS_PER_ROOM), math.ceil(party.people / PEOPLE_PER_ROOM))
    units = rooms * nights
    stay = f"{_count(rooms, 'room')} for {_count(nights, 'night')}"
    basis = f"{stay} at about {_pounds(tariff.value)} ({_origin(tariff)})."
    return _line("A place to stay", "room", (tariff.low * units, tariff.value * units, tariff.high * units), basis)


def _fuel_line(return_miles: float, cars: int, as_of: date) -> CostLine:
    """Return petrol: dear petrol in a thirsty car is high, cheap petrol in a thrifty one low."""
    miles = _checked_miles(return_miles) * cars
    price = tariffs.value("petrol_per_litre", as_of)
    economy = tariffs.value("miles_per_gallon", as_of)
    gallons = miles / economy.value
    basis = (
        f"{return_miles:.0f} miles{_in_cars(cars)} at {economy.value:.0f} miles to the gallon, "
        f"petrol at {price.value:.0f}p a litre ({_origin(price)})."
    )
    span = (
        miles / economy.high * LITRES_PER_GALLON * price.low,
        gallons * LITRES_PER_GALLON * price.value,
        miles / economy.low * LITRES_PER_GALLON * price.high,
    )
    return _line("Petrol", "fuel", span, basis)


def _per_mile_line(label: str, kind: Kind, key: str, return_miles: float, cars: int, as_of: date) -> CostLine:
    """Return a line that grows with the miles."""
    miles = _checked_miles(return_miles) * cars
    tariff = tariffs.value(key, as_of)
    basis = f"{tariff.title}: about {tariff.value:g}p a mile{_in_cars(cars)} ({_origin(tariff)})."
    return _line(label, kind, (tariff.low * miles, tariff.value * miles, tariff.high * miles), basis)


def _parking_line(cars: int, as_of: date, *, town_centre: bool) -> CostLine:
    """Return parking for the length of one visit."""
    tariff = tariffs.value("parking_town" if town_centre else "parking_site", as_of)
    span = (tariff.low * cars, tariff.value * cars, tariff.high * cars)
    return _line("Parking", "parking", span, f"{tariff.title} ({_origin(tariff)}).")


def _crossing_lines(crossings: Sequence[Crossing], party: Party, as_of: date) -> list[CostLine]:
    """Return one line for each toll or ferry, however often it is passed; free tolls are left out."""
    lines = []
    for key in dict.fromkeys(crossing.key for crossing in crossings):
        passed = [crossing for crossing in crossings if crossing.key == key]
        line = (
            _toll_line(passed, party, as_of) if tariffs.has(key) else _ferry_line(passed, party, as_of)
        )  # the Torpoint Ferry is charged as a toll, so a toll table may name a ferry
        if line.high_pence:
            lines.append(line)
    return lines


def _toll_line(passed: Sequence[Crossing], party: Party, as_of: date) -> CostLine:
    """Return a toll, counted on the headings on which it is taken."""
    tariff = tariffs.value(passed[0].key, as_of)
    times = sum(crossing.direction in tariff.charged for crossing in passed)
    cars = _cars(party)
    units = times * cars
    one_way = "" if len(tariff.charged) > 1 else ", taken in one direction only"
    basis = f"{_times(times)}{_in_cars(cars)} at {_pounds(tariff.value)}{one_way} ({_origin(tariff)})."
    return _line(tariff.title, "toll", (tariff.low * units, tariff.value * units, tariff.high * units), basis)


def _ferry_line(passed: Sequence[Crossing], party: Party, as_of: date) -> CostLine:
    """Return a ferry's fare for the car, its driver and everyone else."""
    cars = _cars(party)
    key = passed[0].key
    carries_cars = not tariffs.has(f"{key}.adult") or tariffs.has(f"{key}.car")
    on_foot = max(0, party.adults - cars) if carries_cars else party.adults
    counts = {"car": cars if carries_cars else 0, "adult": on_foot, "child": party.children}
    low = central = high = 0.0
    for part, number in counts.items():
        if number:
            fare_low, fare, fare_high = _fare(passed[0], part, as_of)
            low, central, high = low + fare_low * number, central + fare * number, high + fare_high * number
    times = len(passed)
    title, origin = _ferry_words(key, as_of)
    who = "on foot, as it carries no cars" if not carries_cars else f"with {_count(cars, 'car')}"
    basis = f"{_times(times)} for {_count(party.people, 'person', 'people')} {who} ({origin})."
    return _line(f"Ferry: {title}", "ferry", (low * times, central * times, high * times), basis)


def _fare(crossing: Crossing, part: str, as_of: date) -> tuple[float, float, float]:
    """Return low, central and high pence of part of a fare, guessed by Scottish fares if no table has it."""
    own = f"{crossing.key}.{part}"
    if tariffs.has(own):
        tariff = tariffs.value(own, as_of)
        return tariff.low, tariff.value, tariff.high
    if crossing.sea_miles is None:
        msg = (
            f"No ferry or toll is called {crossing.key!r} and its miles at sea are not given: "
            "give them, or a known key."
        )
        raise TableError(msg)
    parts = ("car", "adult") if part == "car" else (part,)
    miles = _checked_miles(crossing.sea_miles)
    fare = sum(
        tariffs.value(f"ret_base.{each}", as_of).value + miles * tariffs.value(f"ret_per_mile.{each}", as_of).value
        for each in parts
    )
    return fare * UNKNOWN_FERRY_LOW, fare, fare * UNKNOWN_FERRY_HIGH


def _ferry_words(key: str, as_of: date) -> tuple[str, str]:
    """Return a ferry's name and where its fare comes from."""
    if tariffs.has(f"{key}.adult"):
        tariff = tariffs.value(f"{key}.adult", as_of)
        return tariff.title, _origin(tariff)
    return key.replace("_", " ").title(), "no fare was found: a guess from Scottish fares over the same distance"


def _line(label: str, kind: Kind, span: tuple[float, float, float], basis: str) -> CostLine:
    """Return a line in whole pence, low rounded down, central half up and high up."""
    low, central, high = span
    pence = math.floor(central + 0.5)
    return CostLine(label, kind, pence, min(math.floor(low), pence), max(math.ceil(high), pence), basis)


def _cars(party: Party) -> int:
    """Return how many cars the party needs."""
    return math.ceil(party.people / SEATS)


def _checked_miles(miles: float) -> float:
    """Return the miles if they can be a distance."""
    if not (math.isfinite(miles) and miles >= 0):
        msg = f"A distance must be 0 miles or more, and {miles} was given: give the road miles."
        raise InputError(msg)
    return miles


def _origin(tariff: Tariff) -> str:
    """Return where a price comes from and since when, and that it is an estimate if it is one."""
    since = phrases.day(tariff.valid_from)
    word = "estimate from " if tariff.confidence == "estimate" else ""
    return f"{word}{since}: {tariff.source}"


def _pounds(pence: float) -> str:
    """Return a sum in pounds and pence."""
    return f"£{pence / 100:.2f}"


def _times(number: int) -> str:
    """Return how often a crossing is paid for."""
    return {0: "No charge on this way", 1: "Once", 2: "Twice"}.get(number, f"{number} times")


def _in_cars(cars: int) -> str:
    """Return that a large party needs more than one car."""
    return "" if cars == 1 else f" in {cars} cars"


def _count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
