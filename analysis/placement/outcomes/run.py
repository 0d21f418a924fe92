"""Running a scenario: from who is held where to what a planner needs to see, with progress, and cancelled when asked.

``run`` compares four placements: today's; the greedy rule, which gives one after another the nearest free place; the
scenario's plan; and the best one without its limit on moves. Nothing here knows pages or files: ``outcome_report``
writes an outcome, and suppresses small counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nearhome.analysis.placement.outcomes import best_site, sensitivity, service_changes
from nearhome.analysis.placement.outcomes import changes as compared
from nearhome.analysis.placement.outcomes import indicators as measured
from nearhome.analysis.placement.outcomes.sensitivity import Compared, NoPlanError
from nearhome.analysis.placement.scenarios import plan as scenario_plan
from nearhome.analysis.placement.scenarios.setup import ScenarioStart, set_up, terms_of
from nearhome.analysis.placement.solver import baselines, move_limits, shadow_prices, solve
from nearhome.analysis.placement.solver import relaxations as short
from nearhome.analysis.population import baseline as population_baseline
from nearhome.data.errors import InputError, NearhomeError
from nearhome.geo.matrices.executors import in_order

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from nearhome.analysis.placement.outcomes.changes import Changes
    from nearhome.analysis.placement.outcomes.sensitivity import Progress
    from nearhome.analysis.placement.scenarios.schema import Capacity, Lever, Scenario, Visits
    from nearhome.analysis.placement.solver.instance import Instance
    from nearhome.analysis.placement.solver.objectives import CostObjective
    from nearhome.analysis.placement.solver.solve import Plan
    from nearhome.analysis.population.baseline import Baseline
    from nearhome.data.base.arrays import Ints
    from nearhome.geo.matrices.executors import Executor


PLANS = ("today", "greedy", "plan", "optimum")
"""Columns of the figures: as things are, the nearest free place for each in turn, the scenario's plan, and the best
plan with its rules and levers but without a limit on moves or a price of one."""


class StoppedError(NearhomeError):
    """Whoever asked for a run has cancelled it."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a scenario comes to; tables are DataFrames, not yet fit to be published.

    Attributes
    ----------
    scenario
        As run: with the site that was chosen, where it asked for the best.
    figures
        A row for each of ``indicators.FIGURES``: ``figure``, ``words``, ``unit``, and one column for each of PLANS.
    prisons
        ``prison`` (id), ``name``, ``places``, ``before``, ``after``, ``gain`` of one more place and ``loss``
        of one fewer, both in the objective's unit for all families together and one visit, and ``unhoused`` if one
        fewer leaves somebody out.
    wings
        The same prices by role: ``prison``, ``name``, ``kinds``, ``places``, ``people``, ``gain``, ``loss``.
    moves
        ``origin``, ``goal``, ``people``.
    effects
        ``changes.effects`` by each of ``changes.BY``.
    unplaced
        ``home``, ``kind``, ``people``, ``would_help``: the smallest changes that would house them.
    trade_off
        ``moves``, ``cost`` in the objective's unit, ``mean`` for each person who may move, ``move_price``.
    sensitivity
        ``what`` is varied; the plan's ``minutes_mean``, its change against that variant's today, ``moves``,
        ``unplaced``, and a ``note`` where there is no plan.
    draws
        A row for each draw and figure: ``draw``, ``figure``, ``today``, ``plan``.
    noise
        For each figure the plan's ``change`` against today, its ``low`` and ``high`` over the draws, and whether it
        ``is_sure``: both on one side of nothing.
    services
        ``service_changes.service_reach``: services at prisons, before and after.
    sites
        Candidates for a site that was to be the best: ``site``, ``people``, ``unplaced``, ``burden``, ``mean``.
    notes
        Sentences to read with all this.
    """

    scenario: Scenario
    start: ScenarioStart
    plan: Plan
    optimum: Plan
    after: Ints
    figures: pd.DataFrame
    prisons: pd.DataFrame
    wings: pd.DataFrame
    moves: pd.DataFrame
    effects: dict[str, pd.DataFrame]
    unplaced: pd.DataFrame
    trade_off: pd.DataFrame
    sensitivity: pd.DataFrame
    draws: pd.DataFrame
    noise: pd.DataFrame
    services: pd.DataFrame
    sites: pd.DataFrame
    notes: tuple[str, ...]


def run(
    scenario: Scenario,
    *,
    baseline: Baseline | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    engine: Executor = in_order,
) -> Outcome:
    """Run a scenario.

    Parameters
    ----------
    scenario
        What is asked.
    baseline
        Who is held where, such as one's own figures; modelled if not given. There are no draws then.
    progress
        Is told how far the run is.
    cancelled
        Is asked between steps whether to stop.
    engine
        Where the draws are worked out: here, or on a Dask cluster (``nearhome.geo.matrices.executors.Cluster``).

    Raises
    ------
    InputError
        The scenario names something unknown, or no plan has as few moves as it allows.
    StoppedError
        It was cancelled.
    """
    watch = _Watch(progress, cancelled)
    watch.step(0.0, "Who is held where")
    held = population_baseline.baseline(scenario.as_of, scenario.nation) if baseline is None else baseline
    levers, sites = best_site.chosen(
        scenario.lever,
        best_site.Search(_start_with(scenario, held), terms_of(scenario), scenario.objective),
        lambda done: watch.step(0.05 + 0.3 * done, "Trying every site"),
    )
    chosen = replace(scenario, lever=levers)
    start = set_up(chosen, held)
    watch.step(0.4, "The best plan")
    aim = scenario_plan.objective(start.instance, chosen.objective)
    optimum = solve.solve(start.instance, aim)
    plan = scenario_plan.planned(start.instance, aim, chosen.moves, optimum)
    watch.step(0.5, "The greedy rule")
    greedy = start.after(baselines.greedy(start.instance, seed=chosen.seed).placed)
    after = start.after(plan.placed)
    found = compared.changes(start, after)
    watch.step(0.55, "What changes")
    placements = {"greedy": greedy, "plan": after, "optimum": start.after(optimum.placed)}
    figures = _figures(start, placements, chosen.visits)
    priced = _prices(start, plan, after)
    effects = {by: compared.effects(start, found, by) for by in compared.BY}
    unplaced = _unplaced(start, plan)
    watch.step(0.6, "Moves against journeys")
    curve = _trade_off(start.instance, aim, chosen.sensitivity.points)
    watch.step(0.7, "People and places varied")
    varied = sensitivity.varied(
        chosen.sensitivity.percent,
        chosen.capacity,
        held,
        _compared_with(chosen),
        lambda done, words: watch.step(0.7 + 0.1 * done, words),
    )
    draws = sensitivity.draws(
        one_draw,
        [(chosen, draw) for draw in range(1, 1 + (chosen.sensitivity.draws if baseline is None else 0))],
        lambda done, words: watch.step(0.8 + 0.2 * done, words),
        engine,
    )
    watch.step(1.0, "Done")
    return Outcome(
        scenario=chosen,
        start=start,
        plan=plan,
        optimum=optimum,
        after=after,
        figures=figures,
        prisons=priced[0],
        wings=priced[1],
        moves=compared.pairs(start, found),
        effects=effects,
        unplaced=unplaced,
        trade_off=curve,
        sensitivity=varied,
        draws=draws,
        noise=sensitivity.noise(figures, draws),
        services=service_changes.service_reach(start, after, chosen.as_of),
        sites=sites,
        notes=(*start.notes, *_remarks(start, plan, found, chosen)),
    )


def one_draw(task: tuple[Scenario, int]) -> Compared | None:
    """Work out a draw of a scenario by its number: every figure today and in the plan; None without a plan."""
    scenario, draw = task
    held = population_baseline.variant(scenario.as_of, draw, scenario.nation)
    try:
        return _compared(replace(scenario, seed=scenario.seed + draw), held)
    except NoPlanError:
        return None


def _start_with(scenario: Scenario, held: Baseline) -> Callable[[tuple[Lever, ...]], ScenarioStart]:
    return lambda levers: set_up(replace(scenario, lever=levers), held)


def _compared_with(scenario: Scenario) -> Callable[[Capacity, Baseline], Compared]:
    return lambda capacity, held: _compared(replace(scenario, capacity=capacity), held)


def _compared(scenario: Scenario, held: Baseline) -> Compared:
    """Work out a scenario's plan, and every figure today and in it."""
    start = set_up(scenario, held)
    try:
        aim = scenario_plan.objective(start.instance, scenario.objective)
        plan = scenario_plan.planned(start.instance, aim, scenario.moves)
    except InputError as error:
        raise NoPlanError(str(error)) from error
    after = start.after(plan.placed)
    return Compared(measured.today(start, scenario.visits), measured.of(start, after, scenario.visits))


def _figures(start: ScenarioStart, placements: dict[str, Ints], visits: Visits) -> pd.DataFrame:
    import pandas as pd

    columns = {name: measured.of(start, people, visits) for name, people in placements.items()}
    columns["today"] = measured.today(start, visits)
    rows = [
        {"figure": each.name, "words": each.words, "unit": each.unit}
        | {name: columns[name][each.name] for name in PLANS}
        for each in measured.FIGURES
    ]
    return pd.DataFrame(rows)


def _prices(start: ScenarioStart, plan: Plan, after: Ints) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    listed = shadow_prices.prices(plan)
    whole = {each.prison: each for each in listed if each.wing is None}
    names = dict(zip(start.instance.prisons, start.names, strict=True))
    rows: list[dict[str, Any]] = []
    for at, prison in enumerate(start.instance.prisons):
        each = whole.get(prison)
        rows.append(
            {
                "prison": prison,
                "name": names[prison],
                "places": int(start.places[at]),
                "before": int(start.before[:, at].sum()),
                "after": int(after[:, at].sum()),
                "gain": each.gain if each else 0.0,
                "loss": each.loss if each else 0.0,
                "unhoused": bool(each and each.unhoused),
            }
        )
    wings = [
        {
            "prison": each.prison,
            "name": names[each.prison],
            "kinds": "; ".join(sorted(each.wing.cohorts)),
            "places": each.places,
            "people": each.people,
            "gain": each.gain,
            "loss": each.loss,
        }
        for each in listed
        if each.wing is not None
    ]
    columns = ["prison", "name", "kinds", "places", "people", "gain", "loss"]
    return pd.DataFrame(rows).sort_values("name", ignore_index=True), pd.DataFrame(wings, columns=columns)


def _unplaced(start: ScenarioStart, plan: Plan) -> pd.DataFrame:
    import pandas as pd

    names = dict(zip(start.instance.prisons, start.names, strict=True))
    rows = [
        (each.home, each.cohort, each.people, " or ".join(_help(one, names) for one in each.relaxations))
        for each in short.shortfalls(plan)
    ]
    return pd.DataFrame(rows, columns=["home", "kind", "people", "would_help"])


def _help(change: short.Relaxation, names: dict[str, str]) -> str:
    """Say in words what would house some people."""
    where = names[change.prison]
    return {
        "places": f"{change.amount:.0f} more places for them at {where}",
        "journey": f"a worst journey longer by {change.amount:.0f}, to {where}",
        "forbidden": f"letting them be at {where}",
        "cohort": f"free places at {where} for their kind, which it does not hold",
    }[change.rule]


def _trade_off(instance: Instance, aim: CostObjective, points: int) -> pd.DataFrame:
    import pandas as pd

    people = max(1, int(instance.people.sum()))
    found = move_limits.frontier(instance, aim, points=points) if points else []
    rows = [(each.moves, each.cost / aim.steps, each.cost / aim.steps / people, each.move_price) for each in found]
    return pd.DataFrame(rows, columns=["moves", "cost", "mean", "move_price"])


def _remarks(start: ScenarioStart, plan: Plan, found: Changes, chosen: Scenario) -> list[str]:
    visits, moves = chosen.visits, chosen.moves
    said = [
        "A journey is the mean over the likely homes of an authority, so that differences within it do not show.",
        _assumed(visits.per_year, visits.claimed_percent),
        "Which kinds of people a prison may hold, and how many of each, is modelled from its role.",
    ]
    if moves.limit is not None and plan.gap > 0:
        said.append(f"No plan with so few moves is better by more than {100 * plan.gap:.3f} %.")
    lost = start.authority[start.instance.home[found.group]] < 0
    if lost.any():
        said.append(f"{int(found.people[lost].sum()):,} people have no known home: they are in no figure of journeys.")
    return said


def _assumed(per_year: float, claimed_percent: float) -> str:
    return (
        f"A year's figures take {per_year:g} visits to each person held for granted, and that help is claimed for "
        f"{claimed_percent:g} % of them: assumptions of the scenario, since neither is published."
    )


class _Watch:
    """Passes progress on, and stops a run that is cancelled."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self._progress, self._cancelled = progress, cancelled

    def step(self, share: float, words: str) -> None:
        """Begin a step.

        Raises
        ------
        StoppedError
            The run is cancelled.
        """
        if self._cancelled is not None and self._cancelled():
            msg = "The run was cancelled; nothing is kept of it."
            raise StoppedError(msg)
        if self._progress is not None:
            self._progress(share, words)
