"""How sure a scenario's results are: with more people, fewer places, and other baselines that would fit as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeVar

from nearhome.analysis.placement.outcomes import indicators as measured
from nearhome.analysis.population import baseline as population_baseline
from nearhome.data.errors import InputError
from nearhome.geo.matrices.executors import in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from nearhome.analysis.placement.scenarios.schema import Capacity
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.geo.matrices.executors import Executor

Task = TypeVar("Task")

NOISE: Final = 0.8
"""A change is sure if the middle eight tenths of the draws lie on one side of nothing."""


class NoPlanError(InputError):
    """No plan has as few moves as a scenario allows."""


class Progress(Protocol):
    """Hears how far something is: a share from 0 to 1, and what is being done."""

    def __call__(self, share: float, words: str, /) -> None:
        """Hear it."""


class Compared(NamedTuple):
    """Every figure (``indicators.FIGURES``) of people where they are, and of a plan."""

    today: dict[str, float]
    plan: dict[str, float]


def varied(
    percent: float,
    capacity: Capacity,
    held: Baseline,
    work_out: Callable[[Capacity, Baseline], Compared],
    progress: Progress,
) -> pd.DataFrame:
    """Place more and fewer people, and leave fewer places: columns as ``run.Outcome.sensitivity``.

    Parameters
    ----------
    percent
        By which people and places are varied.
    capacity
        The scenario's; fewer places are more headroom in it, up to half of each prison.
    held
        Who is held where.
    work_out
        Gives the figures of the scenario with other places and people.
    progress
        Is told how far it is.
    """
    import pandas as pd

    share = percent / 100
    cases = (
        (f"{percent:g} % more people", replace(held, counts=held.counts * (1 + share)), 0.0),
        (f"{percent:g} % fewer people", replace(held, counts=held.counts * (1 - share)), 0.0),
        (f"{percent:g} % fewer places", held, percent),
    )
    rows: list[dict[str, Any]] = []
    for at, (what, baseline, headroom) in enumerate(cases if share else ()):
        progress(at / len(cases), what[0].upper() + what[1:])
        fewer = replace(capacity, headroom_percent=min(50.0, capacity.headroom_percent + headroom))
        try:
            today, plan = work_out(fewer, baseline)
        except NoPlanError as error:
            rows.append({"what": what, "note": str(error)})
            continue
        shown = {name: plan[name] for name in ("minutes_mean", "moves", "unplaced")}
        rows.append({"what": what, "minutes_change": plan["minutes_mean"] - today["minutes_mean"], "note": ""} | shown)
    columns = ["what", "minutes_mean", "minutes_change", "moves", "unplaced", "note"]
    return pd.DataFrame(rows, columns=columns)


def draws(
    one: Callable[[Task], Compared | None], tasks: Sequence[Task], progress: Progress, engine: Executor = in_order
) -> pd.DataFrame:
    """Place the people of other baselines that the published figures would allow: a row for each draw and figure.

    A draw in which no plan has so few moves as the scenario allows is left out.

    Parameters
    ----------
    one
        Works one draw out, perhaps in another process; None if there is no plan.
    tasks
        What each draw is worked out from, the first draw first.
    progress
        Is told how far it is.
    engine
        Where the draws are worked out: here, one after the other, or on a Dask cluster
        (``nearhome.geo.matrices.executors.Cluster``), with the same rows.
    """
    import pandas as pd

    found: dict[int, Compared | None] = {}
    progress(0.0, f"Draw 1 of {len(tasks)}")
    for number, compared in engine(one, tasks):
        found[number + 1] = compared
        progress(len(found) / len(tasks), f"Draw {min(len(found) + 1, len(tasks))} of {len(tasks)}")
    rows = [
        (number, name, each.today[name], each.plan[name])
        for number, each in ((number, found[number]) for number in sorted(found))
        if each is not None
        for name in measured.BY_NAME
    ]
    return pd.DataFrame(rows, columns=["draw", "figure", "today", "plan"])


def noise(figures: pd.DataFrame, draws: pd.DataFrame) -> pd.DataFrame:
    """Say how sure each figure's change is."""
    import pandas as pd

    changed = dict(zip(figures["figure"], (figures["plan"] - figures["today"]).tolist(), strict=True))
    rows = []
    for name, change in changed.items():
        of = draws[draws["figure"] == name]
        low, high = spread(of["plan"].to_numpy(float) - of["today"].to_numpy(float), change)
        rows.append((name, change, low, high, is_beyond_noise(low, high)))
    return pd.DataFrame(rows, columns=["figure", "change", "low", "high", "is_sure"])


def is_beyond_noise(low: float, high: float) -> bool:
    """Say whether a change lies on one side of nothing from its low to its high."""
    return low >= measured.SAME or high <= -measured.SAME


def spread(draws: NDArray[np.float64], change: float) -> tuple[float, float]:
    """Give the low and high of a change over draws, widened to hold the change itself; NaN without draws."""
    if not len(draws):
        return float("nan"), float("nan")
    low, high = population_baseline.interval(draws, NOISE)
    return float(min(low, change)), float(max(high, change))
