"""The ways a family can travel to one visit, by car, hired car, train and bus: day, cost, what may come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypedDict

from nearhome.analysis.costs import car
from nearhome.analysis.costs.cost import Cost, CostLine, Crossing
from nearhome.analysis.help_with_visits import scheme
from nearhome.analysis.visits import day as visit_day
from nearhome.analysis.visits.day import LEAD_MINUTES, Boarding, Trip
from nearhome.data.base.units import KM_PER_MILE
from nearhome.data.errors import NoRouteError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.costs.fares import Railcard
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.help_with_visits.scheme import Reimbursement
    from nearhome.analysis.visits.day import VisitDay
    from nearhome.analysis.visits.round_trips import Hours, Pair
    from nearhome.analysis.visits.visit import Visit
    from nearhome.data.prisons.sessions import Session
    from nearhome.geo.routing.car_journeys import CarJourney, RoadLeg
    from nearhome.geo.transit.itineraries import Needs, Profile, TransitWay

SESSION_MINUTES: Final = 120
"""The commonest length of a session in the shipped table of visiting sessions."""

RYDE_FERRY: Final = "portsmouth_ryde"
TITLES: Final[dict[str, str]] = {
    "car": "By car",
    "transit": "By train or bus",
    "quickest": "By train, with a taxi to save time",
    "fewest changes": "By train or bus, fewest changes",
    "lift to the station": "A lift to the station, then train",
    "hire": "By hired car",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One way to travel. Miles and minutes are one way, there; costs are for the party, there and back.

    ``legs`` and ``line`` are those of a car's way there, ``there`` and ``back`` the ways by public transport.
    """

    mode: str
    miles: float
    minutes: float
    minutes_low: float
    minutes_high: float
    return_minutes: float
    cost: Cost
    reimbursement: Reimbursement
    legs: tuple[RoadLeg, ...] = ()
    line: tuple[tuple[float, float], ...] = ()
    """The route there as (lat, lon) points, EPSG:4326."""
    local_lines: tuple[tuple[tuple[float, float], ...], ...] = ()
    """Its stretches on local roads that are modelled."""
    there: TransitWay | None = None
    back: TransitWay | None = None
    day: VisitDay | None = None
    note: str = ""
    """Why the times are not from the timetable that was imported, where they are not."""

    @property
    def title(self) -> str:
        """How one travels, as a heading."""
        return TITLES[self.mode]

    @property
    def left_to_pay_pence(self) -> int:
        """What the family pays itself if it gets the money back."""
        return scheme.left_to_pay_pence(self.cost, self.reimbursement)


def by_car(visit: Visit, journey: CarJourney) -> Option:
    """Return the journey in the family's own car.

    Without a session the time away from home is the way there and back, the lead and a session of two hours.
    """
    return _driven(visit, journey, "car", own_car_cost(journey, party=visit.party, as_of=visit.as_of))


def by_hired_car(visit: Visit, journey: CarJourney, public: Option | None) -> Option:
    """Return the journey in a hired car, which pays back no more than public transport would have cost."""
    from nearhome.analysis.help_with_visits import fares as fare_claims

    days = 1 + (_day_by_car(visit, journey).nights if visit.session else 0)
    cost = car.hire_cost(days=days, **_car_terms(journey), party=visit.party, as_of=visit.as_of)
    option = _driven(visit, journey, "hire", cost)
    compared = None if public is None else fare_claims.cheapest([public.cost]).only(*fare_claims.FARES, "taxi").pence
    bill = next(line for line in cost.lines if line.kind == "hire")
    back = option.reimbursement
    if back.pence is None or back.scheme != scheme.SCHEME:
        return option
    hire = fare_claims.hire_line(days=days, paid=bill, public_transport_pence=compared, as_of=visit.as_of)
    return replace(
        option,
        reimbursement=replace(
            back,
            pence=back.pence + (hire.pence or 0),
            low_pence=(back.low_pence or 0) + (hire.low_pence or 0),
            high_pence=(back.high_pence or 0) + (hire.high_pence or 0),
            lines=(hire, *back.lines),
        ),
    )


def by_public_transport(
    visit: Visit,
    *,
    needs: Needs | None = None,
    railcard: Railcard | None = None,
    profiles: Sequence[Profile] | None = None,
) -> list[Option]:
    """Return the typical ways by public transport to a session, the cheapest first.

    Without a session it is that of a usual Saturday afternoon.

    Parameters
    ----------
    visit
        Who goes where, when.
    needs
        How the family walks, how far, and whether it takes a taxi; ordinarily if None.
    railcard
        What card it has; none if None.
    profiles
        Which kinds of ways to look for; all of ``itineraries.PROFILES`` if None.

    Raises
    ------
    NoRouteError
        When none is known.
    InputError
        When the railcard does not fit the party.
    DateError
        When a fare is not known so early.
    """
    from nearhome.analysis.visits import round_trips
    from nearhome.geo.transit import itineraries

    session = visit.session or visit_day.choose("")[-1]
    hours = round_trips.hours_of(session, visit.lead_minutes, visit.when or visit_day.date_of(session, visit.as_of))
    pairs, note = round_trips.find(
        visit.origin,
        visit.prison,
        session,
        hours,
        needs=needs or itineraries.ORDINARY,
        profiles=profiles or itineraries.PROFILES,
        router=visit.router,
    )
    found: list[Option] = []
    for pair in pairs:
        cheapest = found[0] if found else None
        found.append(_fared(visit, session, pair, hours, cheapest=cheapest, railcard=railcard, note=note))
    if not found:
        msg = "No way home by train or bus is known after this session; choose an earlier one."
        raise NoRouteError(msg)
    return found


def own_car_cost(journey: CarJourney, *, party: Party, as_of: date) -> Cost:
    """Return what a party pays for a journey by car, there and back, with its tolls and ferries."""
    return car.car_cost(**_car_terms(journey), party=party, as_of=as_of)


def trips(option: Option) -> tuple[Trip, Trip]:
    """Return the ways there and back of an option, as a day needs to know them."""
    if option.there is not None and option.back is not None:
        return _trip(option.there), _trip(option.back)
    low, high = option.minutes_low / option.minutes, option.minutes_high / option.minutes
    each = option.minutes, option.return_minutes - option.minutes
    going, coming = (Trip(low * minutes, minutes, high * minutes, driving_minutes=minutes) for minutes in each)
    return going, coming


def food_lines(reimbursement: Reimbursement) -> list[CostLine]:
    """Count food on a long day at what the scheme pays at most, so that food money never seems to pay for petrol."""
    return [
        CostLine(
            label=line.label,
            kind="food",
            pence=line.pence,
            low_pence=0,
            high_pence=2 * line.pence,
            basis="A long day away: what Help with Prison Visits pays at most, from nothing if you bring your own "
            "to twice that (estimate). You get back only what you spend.",
        )
        for line in reimbursement.lines
        if line.label == scheme.FOOD and line.pence
    ]


def _driven(visit: Visit, journey: CarJourney, mode: str, cost: Cost) -> Option:
    """Return an option by road, with its day where there is a session, and its night."""
    day = _day_by_car(visit, journey) if visit.session else None
    away = journey.return_minutes + LEAD_MINUTES + SESSION_MINUTES if day is None else day.away_minutes
    back = scheme.estimate(
        return_miles=journey.return_road_miles,
        visitor_nation=visit.origin.nation,
        prison_nation=visit.prison.nation,
        party=visit.party,
        away_minutes=away,
        out_of_pocket=cost,
        as_of=visit.as_of,
    )
    night = _night_lines(visit, day)
    return Option(
        mode=mode,
        miles=journey.miles,
        minutes=journey.minutes,
        minutes_low=journey.minutes_low,
        minutes_high=journey.minutes_high,
        return_minutes=journey.return_minutes,
        cost=Cost((*cost.lines, *night, *food_lines(back))),
        reimbursement=back,
        legs=journey.legs,
        line=journey.line,
        local_lines=journey.local_lines,
        day=day,
    )


def _day_by_car(visit: Visit, journey: CarJourney) -> VisitDay:
    back = journey.return_minutes - journey.minutes
    low, high = journey.minutes_low / journey.minutes, journey.minutes_high / journey.minutes
    trips = [Trip(low * each, each, high * each, driving_minutes=each) for each in (journey.minutes, back)]
    session = visit.session or visit_day.choose("")[-1]
    return visit_day.plan_day(session, lambda _: trips[0], lambda _: trips[1], lead_minutes=visit.lead_minutes)


def _night_lines(visit: Visit, day: VisitDay | None) -> list[CostLine]:
    return (
        []
        if day is None or not day.nights
        else [car.overnight_line(nights=day.nights, party=visit.party, as_of=visit.as_of)]
    )


class _Terms(TypedDict):
    return_miles: float
    tolls: list[Crossing]
    ferries: list[Crossing]


def _car_terms(journey: CarJourney) -> _Terms:
    """Return miles, tolls and ferries of a journey by car, as ``costs`` takes them."""
    legs = (*journey.legs, *journey.legs_back)
    return _Terms(
        return_miles=journey.return_road_miles,
        tolls=_crossings([leg for leg in legs if leg.toll]),
        ferries=_crossings([leg for leg in legs if leg.ferry]),
    )


def _crossings(legs: Sequence[RoadLeg]) -> list[Crossing]:
    return [Crossing(leg.ferry or leg.toll, leg.heading, leg.miles if leg.ferry else None) for leg in legs]


def _fared(
    visit: Visit,
    session: Session,
    pair: Pair,
    hours: Hours,
    *,
    cheapest: Option | None,
    railcard: Railcard | None,
    note: str,
) -> Option:
    """Return an option by public transport; the scheme pays no more than for the cheapest, and its taxis alone."""
    from nearhome.analysis.help_with_visits import fares as fare_claims

    there, back = pair.there, pair.back
    going, coming = _trip_there(pair, hours), _trip_back(pair, hours)
    day = visit_day.plan_day(session, lambda _: going, lambda _: coming, lead_minutes=visit.lead_minutes)
    fare = _fares(visit, (there, back), railcard)
    claimed = Cost((*fare.lines, *_night_lines(visit, day)))
    if cheapest is not None:
        claimed = fare_claims.limited(claimed, cheapest.cost.only(*fare_claims.FARES).pence)
    paid_back = fare_claims.estimate(
        visitor_nation=visit.origin.nation,
        prison_nation=visit.prison.nation,
        party=visit.party,
        away_minutes=day.away_minutes,
        out_of_pocket=claimed,
        as_of=visit.as_of,
        taxi_paid=there.profile != "quickest",
    )
    minutes = there.minutes
    return Option(
        mode=there.profile,
        miles=there.miles,
        minutes=minutes.typical,
        minutes_low=minutes.low,
        minutes_high=minutes.high,
        return_minutes=minutes.typical + back.minutes.typical,
        cost=Cost((*fare.lines, *_night_lines(visit, day), *food_lines(paid_back))),
        reimbursement=paid_back,
        there=there,
        back=back,
        day=day,
        note=note,
    )


def _fares(visit: Visit, both: tuple[TransitWay, TransitWay], railcard: Railcard | None) -> Cost:
    """Return what the ways there and back cost; crossing London is in the train ticket."""
    from nearhome.analysis.costs import fares

    party, as_of = visit.party, visit.as_of
    legs = [leg for way in both for leg in way.legs]
    nation = visit.origin.nation
    lines: list[CostLine] = []
    winding = fares.RAIL_PER_CROW if both[0].clock else 1.0  # a timetable's rides are measured as the crow flies
    rail_km = winding * max(way.km_by("train") for way in both)
    if rail_km:
        fare = fares.rail_fare(rail_km, party=party, as_of=as_of, railcard=railcard, nation=nation)
        lines.append(fare.line("Train fares", "rail"))
    rides = sum(1 + round(leg.changes) for leg in legs if leg.mode == "bus")
    if rides:
        lines.append(fares.bus_fare(rides, party=party, as_of=as_of, nation=nation).line("Bus fares", "bus"))
    crossings = [Crossing(RYDE_FERRY, "N") for leg in legs if leg.mode == "ferry"]
    if crossings:
        own = car.car_cost(return_miles=0, ferries=crossings, party=party, as_of=as_of, parking=False)
        lines += own.only("ferry").lines
    for leg in legs:
        if leg.mode == "taxi":
            fare = fares.taxi_fare(leg.km / KM_PER_MILE, party=party, as_of=as_of, trips=1)
            lines.append(fare.line(f"Taxi, {leg.start} to {leg.end}", "taxi"))
    lift_km = sum(leg.km for leg in legs if leg.mode == "car")
    if lift_km:
        lift = car.lift_cost(return_miles=2 * lift_km / KM_PER_MILE, party=party, as_of=as_of)
        lines += lift.lines
    return Cost(tuple(lines))


def _trip_there(pair: Pair, hours: Hours) -> Trip:
    """Return the way there; by timetable it lasts until one is to be at the gate."""
    clock = pair.there.clock
    if clock is None or pair.other_day[0]:
        return replace(_trip(pair.there), next_day=pair.other_day[0])
    minutes = hours.arrive - clock[0]
    return Trip(minutes, minutes, minutes)


def _trip_back(pair: Pair, hours: Hours) -> Trip:
    """Return the way home; by timetable it begins when one leaves the gate."""
    clock = pair.back.clock
    if clock is None or pair.other_day[1]:
        return replace(_trip(pair.back), next_day=pair.other_day[1])
    minutes = clock[1] - hours.leave
    return Trip(minutes, minutes, minutes)


def _trip(way: TransitWay) -> Trip:
    """Return what the day needs to know of a way: its trains, and how long it takes."""
    after, trains = 0.0, []
    for leg in way.legs:
        after += leg.wait_minutes
        if leg.mode == "train":
            trains.append(Boarding(after, float(leg.minutes.typical), leg.per_hour))
        after += leg.minutes.typical
    return Trip(*way.minutes, trains=tuple(trains))
