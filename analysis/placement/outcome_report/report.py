"""An outcome as a report: what was asked, what it comes to in plain sentences, its tables, and what it rests on."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from nearhome.analysis.placement.outcome_report import tables as outcome_tables
from nearhome.analysis.placement.outcomes import service_changes
from nearhome.analysis.placement.scenarios import setup
from nearhome.analysis.reports.report import Report, section
from nearhome.data.catalogue import tables as catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nearhome.analysis.placement.outcomes.run import Outcome

TABLES = tuple(dict.fromkeys((*setup.TABLES, *service_changes.TABLES)))
MILLION = 1e6
NAMED = 3
"""So many of the authorities that lose are named in words; a table has all."""

_HELD = "Nobody is counted here: who is held where is modelled, and so is every figure."


def report(outcome: Outcome, source: str) -> Report:
    """Write a report.

    Parameters
    ----------
    source
        What the scenario was called by: a name or a file, for the command that repeats it.
    """
    asked = outcome.scenario
    return Report(
        name="placement",
        title=f"What if: {asked.title}",
        subject=asked.about or asked.title,
        as_of=asked.as_of,
        command=f"nearhome place {shlex.quote(source)} --out FOLDER",
        sections=(
            section("What it comes to", sentences(outcome)),
            section("How it is worked out", outcome.notes),
        ),
        tables=outcome_tables.tables(outcome),
        versions=catalogue.versions(*TABLES),
        seeds={"people": asked.seed, "draws": asked.sensitivity.draws},
    )


def sentences(outcome: Outcome) -> Iterator[str]:
    """Say what a scenario comes to, in plain sentences."""
    found = outcome.figures.set_index("figure")
    today, plan, best = (dict(found[name].items()) for name in ("today", "plan", "optimum"))
    people, moves = today["people"], plan["moves"]
    if moves == 0 and plan["minutes_mean"] == today["minutes_mean"]:
        yield f"Nobody would move, and the mean journey stays {today['minutes_mean']:.0f} minutes one way."
    else:
        yield (
            f"{moves:,.0f} of {people:,.0f} people would be in another prison ({100 * moves / people:.1f} %). The mean "
            f"journey would be {plan['minutes_mean']:.0f} minutes one way instead of {today['minutes_mean']:.0f}, and "
            f"{plan['miles_mean']:.0f} miles instead of {today['miles_mean']:.0f}; {_sure(outcome)}."
        )
    yield (
        f"{plan['over_2_hours']:.1f} % would be more than two hours away instead of {today['over_2_hours']:.1f} %, and "
        f"{plan['over_100_miles']:.1f} % more than 100 miles instead of {today['over_100_miles']:.1f} %."
    )
    yield (
        f"In a year families would spend {_change(today['hours_a_year'], plan['hours_a_year'], 'hours')} under way, "
        f"{_change(today['pounds_a_year'], plan['pounds_a_year'], 'pounds')} and "
        f"{_change(today['nights_a_year'], plan['nights_a_year'], 'nights')} away from home; Help with Prison Visits "
        f"would pay {_change(today['help_pounds_a_year'], plan['help_pounds_a_year'], 'pounds')}."
    )
    if outcome.scenario.moves.limit is not None and best["moves"] > moves:
        gained = today["minutes_mean"] - plan["minutes_mean"]
        possible = today["minutes_mean"] - best["minutes_mean"]
        share = f", {100 * gained / possible:.0f} % of it with these moves" if possible > 0 else ""
        yield (
            f"Without a limit {best['moves']:,.0f} people would move and the mean journey would be "
            f"{best['minutes_mean']:.0f} minutes: {possible:.0f} minutes less than today{share}."
        )
    yield _losers(outcome)
    if plan["unplaced"]:
        yield (
            f"{plan['unplaced']:,.0f} people would have no place, and their journeys are in no figure; a table says "
            "what would house them."
        )
    if len(outcome.sites):
        first = outcome.sites.iloc[0]
        yield f"Of {len(outcome.sites)} sites tried, {first['site']} helps most."
    yield _HELD


def _change(before: float, after: float, unit: str) -> str:
    if not math.isfinite(before) or not math.isfinite(after):
        return "what is not known"
    if unit == "pounds":
        return f"£{about(after)} instead of £{about(before)}"
    return f"{about(after)} {unit} instead of {about(before)}"


def about(number: float) -> str:
    """Write a large number as exactly as it is known: 3.07 million, 84,900."""
    if abs(number) >= MILLION:
        return f"{number / MILLION:.3g} million"
    return f"{float(f'{number:.3g}'):,.0f}"


def _sure(outcome: Outcome) -> str:
    row = outcome.noise.set_index("figure").loc["minutes_mean"]
    draws = outcome.draws["draw"].nunique()
    if not draws:
        return "how sure that is was not tested"
    low, high = sorted((abs(row["low"]), abs(row["high"])))
    if not row["is_sure"]:
        return "that difference is smaller than the noise of the model"
    return f"in eight of ten draws of the model the difference lies between {low:.1f} and {high:.1f} minutes"


def _losers(outcome: Outcome) -> str:
    """Say how many are further away, and where the mean journey gets longer."""
    frame = outcome.effects["authority"]
    nearer, further = int(frame["nearer"].sum()), int(frame["further"].sum())
    longer = frame[frame["minutes_change"] > 0]
    said = f"{nearer:,} people would be nearer home by a minute or more and {further:,} further away"
    if not further and not len(longer):
        return f"{said}."
    if not len(longer):
        return f"{said}; the mean journey gets longer for no home authority."
    first = longer.head(NAMED)
    names = ", ".join(
        f"{name} (+{change:.0f} minutes)" for name, change in zip(first["name"], first["minutes_change"], strict=True)
    )
    count = "one home authority" if len(longer) == 1 else f"{len(longer)} home authorities"
    others = " and others" if len(longer) > NAMED else ""
    return f"{said}; the mean journey gets longer for {count}: {names}{others}."
