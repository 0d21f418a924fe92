"""An outcome as a report: what was asked, what it comes to in plain sentences, its tables, and what it rests on."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from nearhome.analysis.placement.outcome_report import tables as outcome_tables
from nearhome.analysis.placement.outcomes import indicators, service_changes
from nearhome.analysis.placement.scenarios import setup
from nearhome.analysis.reports.report import Report, section
from nearhome.analysis.reports.tables import rounded
from nearhome.data.catalogue import tables as catalogue

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import pandas as pd

    from nearhome.analysis.placement.outcomes.run import Outcome

TABLES = tuple(dict.fromkeys((*setup.TABLES, *service_changes.TABLES)))
MILLION = 1e6
LEAST_PERCENT = 0.1
NAMED = 3
"""So many of the authorities that lose are named in words; a table has all."""

_HELD = "Nobody is counted here: who is held where is modelled, and so is every figure."


def report(outcome: Outcome, source: str) -> Report:
    """Write a report.

    Parameters
    ----------
    outcome
        What a run came to.
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
    if not moves and not indicators.differs(plan["minutes_mean"], today["minutes_mean"]):
        yield f"Nobody would move, and the mean journey stays {_shown(today['minutes_mean'])} minutes one way."
    else:
        yield (
            f"{_shown(moves)} of {_shown(people)} people would be in another prison ({_part(moves, people)}). The mean "
            f"journey would be {_shown(plan['minutes_mean'])} minutes one way instead of "
            f"{_shown(today['minutes_mean'])}, and {_shown(plan['miles_mean'])} miles instead of "
            f"{_shown(today['miles_mean'])}; {_sure(outcome.noise, outcome.draws)}."
        )
    yield (
        f"{_percent(plan['over_2_hours'])} would be more than two hours away instead of "
        f"{_percent(today['over_2_hours'])}, and {_percent(plan['over_100_miles'])} more than 100 miles instead of "
        f"{_percent(today['over_100_miles'])}."
    )
    yield (
        f"In a year families would spend {_change(today['hours_a_year'], plan['hours_a_year'], 'hours')} under way, "
        f"{_change(today['pounds_a_year'], plan['pounds_a_year'], 'pounds')} and "
        f"{_change(today['nights_a_year'], plan['nights_a_year'], 'nights')} away from home; Help with Prison Visits "
        f"would pay {_change(today['help_pounds_a_year'], plan['help_pounds_a_year'], 'pounds')}."
    )
    if outcome.scenario.moves.limit is not None and best["moves"] > moves:
        yield _without_limit(today["minutes_mean"], plan["minutes_mean"], best)
    yield _losers(outcome.effects["authority"])
    if plan["unplaced"]:
        yield (
            f"{_shown(plan['unplaced'])} people would have no place, and their journeys are in no figure; a table says "
            "what would house them."
        )
    if len(outcome.sites):
        first = outcome.sites.iloc[0]
        yield f"Of {len(outcome.sites)} sites tried, {first['site']} helps most."
    yield _HELD


def _without_limit(today: float, plan: float, best: dict[Hashable, float]) -> str:
    """Say what would be possible without the limit on moves; ``today`` and ``plan`` are mean minutes."""
    possible = today - best["minutes_mean"]
    is_gain = possible >= indicators.SAME
    share = f", {_shown(100 * (today - plan) / possible)} % of it with these moves" if is_gain else ""
    return (
        f"Without a limit {_shown(best['moves'])} people would move and the mean journey would be "
        f"{_shown(best['minutes_mean'])} minutes: {_shown(possible)} minutes less than today"
        f"{share}."
    )


def _shown(value: float, decimals: int = 0) -> str:
    """Write a figure; never minus nothing, and what is not known in words."""
    return f"{rounded(value, decimals):,.{decimals}f}" if math.isfinite(value) else "an unknown number of"


def _part(some: float, everybody: float) -> str:
    return _percent(100 * some / everybody) if everybody else "0.0 %"


def _percent(value: float) -> str:
    """Write a share in per cent, so that none and all are said of none and all only."""
    if not math.isfinite(value):
        return "an unknown part"
    if 0 < value < LEAST_PERCENT:
        return f"under {LEAST_PERCENT} %"
    if 100 - LEAST_PERCENT < value < 100:  # noqa: PLR2004 -- per cent
        return f"over {100 - LEAST_PERCENT} %"
    return f"{value:.1f} %"


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


def _sure(noise: pd.DataFrame, draws: pd.DataFrame) -> str:
    row = noise.set_index("figure").loc["minutes_mean"]
    if not len(draws):
        return "how sure that is was not tested"
    low, high = sorted((abs(row["low"]), abs(row["high"])))
    if not row["is_sure"]:
        return "that difference is smaller than the noise of the model"
    return f"in eight of ten draws of the model the difference lies between {low:.1f} and {high:.1f} minutes"


def _losers(frame: pd.DataFrame) -> str:
    """Say how many are further away, and where the mean journey gets longer, of the effects by home authority."""
    nearer, further = int(frame["nearer"].sum()), int(frame["further"].sum())
    longer = frame[frame["minutes_change"] >= indicators.SAME]
    said = f"{nearer:,} people would be nearer home by a minute or more and {further:,} further away"
    if not further and not len(longer):
        return f"{said}."
    if not len(longer):
        return f"{said}; the mean journey gets longer for no home authority."
    first = longer.head(NAMED)
    names = ", ".join(
        f"{name} (+{_shown(change)} minutes)"
        for name, change in zip(first["name"], first["minutes_change"], strict=True)
    )
    count = "one home authority" if len(longer) == 1 else f"{len(longer)} home authorities"
    others = " and others" if len(longer) > NAMED else ""
    return f"{said}; the mean journey gets longer for {count}: {names}{others}."
