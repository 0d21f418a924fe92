"""A visit plan as plain values for JSON: whole pence, minutes and miles to one decimal, times of day as text.

Miles and minutes are one way unless the key says return; costs are for the party, there and back.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from nearhome.analysis.visits.day import clock
from nearhome.data.base.units import KM_PER_MILE

if TYPE_CHECKING:
    from nearhome.analysis.help_with_visits.scheme import Reimbursement
    from nearhome.analysis.visits.day import VisitDay
    from nearhome.analysis.visits.options import Option
    from nearhome.analysis.visits.plan import VisitPlan
    from nearhome.geo.transit.itineraries import TransitWay


def of_plan(plan: VisitPlan) -> dict[str, Any]:
    """Return a whole plan; ``reimbursement`` and ``left_to_pay_pence`` are those of the first option."""
    return {
        "origin": {
            "input": plan.origin.input,
            "kind": plan.origin.kind,
            "precision_m": plan.origin.precision_m,
            "lat": round(plan.origin.lat, 5),
            "lon": round(plan.origin.lon, 5),
            "note": plan.origin.note,
        },
        "prison": {"id": plan.prison.id, "name": plan.prison.name, "lat": plan.prison.lat, "lon": plan.prison.lon},
        "party": {
            "adults": plan.party.adults,
            "children": plan.party.children,
            "child_ages": list(plan.party.child_ages),
        },
        "as_of": plan.as_of.isoformat(),
        "crow_miles": round(plan.crow_miles, 1),
        "options": [of_option(option, plan.party.child_ages) for option in plan.options],
        "without": list(plan.without),
        "reimbursement": of_reimbursement(plan.reimbursement),
        "left_to_pay_pence": plan.left_to_pay_pence,
        "network": plan.network,
        "scenario": asdict(plan.scenario) | {"closed": list(plan.scenario.closed)},
        "tables": plan.tables,
    }


def of_option(option: Option, child_ages: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return one way to travel; ``visit_day`` is there where a session is known."""
    found: dict[str, Any] = {
        "mode": option.mode,
        "miles": round(option.miles, 1),
        "minutes": round(option.minutes, 1),
        "minutes_low": round(option.minutes_low, 1),
        "minutes_high": round(option.minutes_high, 1),
        "cost_pence": option.cost.pence,
        "cost_low_pence": option.cost.low_pence,
        "cost_high_pence": option.cost.high_pence,
        "cost_lines": [
            {
                "label": line.label,
                "pence": line.pence,
                "low_pence": line.low_pence,
                "high_pence": line.high_pence,
                "basis": line.basis,
            }
            for line in option.cost.lines
        ],
        "return_minutes": round(option.return_minutes, 1),
        "legs": [
            {
                "kind": leg.kind,
                "name": leg.name,
                "miles": round(leg.miles, 1),
                "minutes": round(leg.minutes, 1),
                "toll": leg.toll or None,
                "ferry": leg.ferry or None,
            }
            for leg in option.legs
        ],
        "reimbursement": of_reimbursement(option.reimbursement),
        "left_to_pay_pence": option.left_to_pay_pence,
        "note": option.note or None,
    }
    if option.there is not None and option.back is not None:
        found |= {
            "basis": option.there.basis,
            "changes": option.there.changes,
            "there": of_way(option.there),
            "back": of_way(option.back),
        }
    if option.day is not None:
        found["visit_day"] = of_day(option.day, child_ages)
    return found


def of_way(way: TransitWay) -> list[dict[str, Any]]:
    """Return the legs of a way by public transport."""
    return [
        {
            "mode": leg.mode,
            "name": leg.name,
            "from": leg.start,
            "to": leg.end,
            "wait_minutes": round(leg.wait_minutes, 1),
            "minutes": round(leg.minutes.typical, 1),
            "minutes_low": round(leg.minutes.low, 1),
            "minutes_high": round(leg.minutes.high, 1),
            "miles": round(leg.km / KM_PER_MILE, 1),
            "per_hour": round(leg.per_hour, 1) or None,
        }
        for leg in way.legs
    ]


def of_day(day: VisitDay, child_ages: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return the day of a visit; ``assumed`` says that the prison's own sessions are not known."""
    return {
        "day": day.session.day,
        "session_start": day.session.start,
        "session_end": day.session.end,
        "session_as_of": None if day.assumed else day.session.as_of.isoformat(),
        "assumed": day.assumed,
        "leave_home": clock(day.leave),
        "leave_home_earliest": clock(day.leave_earliest),
        "at_the_gate": clock(day.arrive),
        "home": clock(day.home),
        "home_latest": clock(day.home_latest),
        "overnight": day.overnight,
        "night_before": day.night_before,
        "night_after": day.night_after,
        "reasons": list(day.reasons),
        "away_minutes": round(day.away_minutes),
        "school_days_missed": {str(age): day.school_days_missed(age) for age in sorted(set(child_ages))},
    }


def of_reimbursement(back: Reimbursement) -> dict[str, Any]:
    """Return what may come back, line by line."""
    return {
        "scheme": back.scheme,
        "pence": back.pence,
        "low_pence": back.low_pence,
        "high_pence": back.high_pence,
        "lines": [
            {"label": line.label, "pence": line.pence, "rule": line.rule, "source": line.source} for line in back.lines
        ],
        "conditions": list(back.conditions),
    }
