"""How sure a scenario's results are: with more people, fewer places, and other baselines that would fit as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from nearhome.analysis.placement.outcomes import indicators as measured
from nearhome.analysis.placement.scenarios import plan as scenario_plan
from nearhome.analysis.placement.scenarios.setup import situation
from nearhome.analysis.population import baseline as population_baseline
from nearhome.data.errors import InputError
from nearhome.geo.matrices.executors import in_order

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.placement.scenarios.schema import Scenario
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.geo.matrices.executors import Executor

NOISE: Final = 0.8
"""A change is sure if the middle eight tenths of the draws lie on one side of nothing."""


class Progress(Protocol):
    """Hears how far something is: a share from 0 to 1, and what is being done."""

    def __call__(self, share: float, words: str, /) -> None:
        """Hear it."""


def varied(scenario: Scenario, held: Baseline, progress: Progress) -> pd.DataFrame:
    """Place more and fewer people, and leave fewer places: columns as ``planning.Outcome.sensitivity``."""
    import pandas as pd

    percent = scenario.sensitivity.percent
    share = percent / 100
    cases = (
        (f"{percent:g} % more people", replace(held, counts=held.counts * (1 + share)), 0.0),
        (f"{percent:g} % fewer people", replace(held, counts=held.counts * (1 - share)), 0.0),
        (f"{percent:g} % fewer places", held, percent),
    )
    rows = []
    for at, (what, baseline, headroom) in enumerate(cases if share else ()):
        progress(at / len(cases), what[0].upper() + what[1:])
        room = replace(scenario.capacity, headroom_percent=min(50.0, scenario.capacity.headroom_percent + headroom))
        rows.append({"what": what} | _one_case(replace(scenario, capacity=room), baseline))
    columns = ["what", "minutes_mean", "minutes_change", "moves", "unplaced", "note"]
    return pd.DataFrame(rows, columns=columns)


def _one_case(scenario: Scenario, baseline: Baseline) -> dict[str, Any]:
    start = situation(scenario, baseline)
    try:
        plan = scenario_plan.solved(start)
    except InputError as error:
        return {"note": str(error)}
    today, then = measured.today(start), measured.of(start, start.after(plan.placed))
    return {
        "minutes_mean": then["minutes_mean"],
        "minutes_change": then["minutes_mean"] - today["minutes_mean"],
        "moves": then["moves"],
        "unplaced": then["unplaced"],
        "note": "",
    }


def draws(scenario: Scenario, progress: Progress, engine: Executor = in_order) -> pd.DataFrame:
    """Place the people of other baselines that the published figures would allow: a row for each draw and figure.

    A draw in which no plan has so few moves as the scenario allows is left out. The engine says where the draws are
    worked out: here, one after the other, or on a Dask cluster (``nearhome.geo.matrices.executors.Cluster``), with
    the same rows.
    """
    import pandas as pd

    many = scenario.sensitivity.draws
    found: dict[int, list[tuple[int, str, float, float]]] = {}
    progress(0.0, f"Draw 1 of {many}")
    for number, rows in engine(one_draw, [(scenario, draw) for draw in range(1, many + 1)]):
        found[number] = rows
        progress(len(found) / many, f"Draw {min(len(found) + 1, many)} of {many}")
    ordered = [row for number in sorted(found) for row in found[number]]
    return pd.DataFrame(ordered, columns=["draw", "figure", "today", "plan"])


def one_draw(task: tuple[Scenario, int]) -> list[tuple[int, str, float, float]]:
    """Work out one draw of a scenario: its number, and each figure today and in the plan; none without a plan."""
    scenario, draw = task
    held = population_baseline.variant(scenario.as_of, draw, scenario.nation)
    start = situation(replace(scenario, seed=scenario.seed + draw), held)
    try:
        plan = scenario_plan.solved(start)
    except InputError:
        return []
    today, then = measured.today(start), measured.of(start, start.after(plan.placed))
    return [(draw, name, today[name], then[name]) for name in measured.BY_NAME]


def noise(figures: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """Say how sure each figure's change is."""
    import pandas as pd

    changed = dict(zip(figures["figure"], (figures["plan"] - figures["today"]).tolist(), strict=True))
    rows = []
    for name, change in changed.items():
        of = draws[draws["figure"] == name]
        low, high = spread(of["plan"].to_numpy(float) - of["today"].to_numpy(float), change)
        rows.append((name, change, low, high, bool(low > 0 or high < 0)))
    return pd.DataFrame(rows, columns=["figure", "change", "low", "high", "is_sure"])


def spread(draws: NDArray[np.float64], change: float) -> tuple[float, float]:
    """Give the low and high of a change over draws, widened to hold the change itself; NaN without draws."""
    if not len(draws):
        return float("nan"), float("nan")
    low, high = population_baseline.interval(draws, NOISE)
    return float(min(low, change)), float(max(high, change))
