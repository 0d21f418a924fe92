"""Running scenarios on a small system: what goes in comes out, rules hold, levers do what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.placement.outcome_report import tables
from nearhome.analysis.placement.outcomes import changes, indicators
from nearhome.analysis.placement.outcomes import run as outcomes_run
from nearhome.analysis.placement.outcomes.run import StoppedError
from nearhome.analysis.placement.scenarios import files
from nearhome.analysis.placement.scenarios import plan as scenario_plan
from nearhome.analysis.placement.scenarios.setup import WITHOUT_CAR, set_up
from nearhome.analysis.placement.solver.solve import violations
from nearhome.data.errors import InputError
from tests import small_system

if TYPE_CHECKING:
    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.placement.scenarios.setup import ScenarioStart
    from nearhome.analysis.placement.solver.solve import Plan

BASELINE = small_system.baseline()
PEOPLE = 402


def start(**table: object) -> ScenarioStart:
    return set_up(small_system.scenario(**table), BASELINE)


def solved(**table: object) -> Plan:
    """Give a scenario's plan alone."""
    asked = small_system.scenario(**table)
    known = set_up(asked, BASELINE).instance
    return scenario_plan.planned(known, scenario_plan.objective(known, asked.objective), asked.moves)


def run(**table: object) -> Outcome:
    return outcomes_run.run(small_system.scenario(**table), baseline=BASELINE)


def at(outcome: Outcome, figure: str, plan: str = "plan") -> float:
    return float(outcome.figures.set_index("figure").loc[figure, plan])


def column(found: ScenarioStart, name: str) -> int:
    return found.names.index(name)


def group(found: ScenarioStart, home: str, *, sex: str, status: str = "sentenced") -> list[int]:
    """Rows of the groups of a home authority, with and without a car."""
    codes = {"Cornwall": "E06000052", "Bristol": "E06000023", "Cumberland": "E06000063"}
    return [
        row
        for row, (place, kind) in enumerate(zip(found.instance.home, found.instance.cohort, strict=True))
        if found.instance.homes[place].removesuffix(WITHOUT_CAR) == codes[home]
        and (found.kinds[kind].cohort.sex, found.kinds[kind].cohort.status) == (sex, status)
    ]


def test_everybody_is_there_at_the_start_once_and_where_they_are() -> None:
    found = start()
    assert found.before.sum() == PEOPLE
    assert found.before.sum() == found.instance.people.sum() + found.fixed.sum()
    counted = dict(zip(found.names, found.before.sum(axis=0).tolist(), strict=True))
    assert counted["Exeter"] == 65
    assert counted["Haverigg"] == 32
    assert found.fixed.sum() == 6  # those without a known home
    assert (found.instance.held <= found.before).all()


def test_places_are_the_published_ones() -> None:
    found = start(capacity={"headroom_percent": 10})
    whole = start()
    assert whole.places[column(whole, "Exeter")] == 310
    assert found.places[column(found, "Exeter")] == 279


def test_households_without_a_car_are_about_as_many_as_in_the_census() -> None:
    found = start(journeys={"without_car_percent": 25})
    share = found.instance.people[found.without_car[found.instance.home]].sum() / found.instance.people.sum()
    assert share == pytest.approx(0.25, abs=0.01)
    none = start(journeys={"travel": "car"})
    assert none.instance.people[none.without_car[none.instance.home]].sum() == 0


def test_the_plan_keeps_every_rule_and_is_no_worse_than_greedy_or_today() -> None:
    found = run()
    assert violations(found.plan) == []
    assert found.after.sum() + found.plan.unplaced.sum() == PEOPLE
    assert at(found, "people") == PEOPLE
    key = [(at(found, "unplaced", plan), at(found, "minutes_mean", plan)) for plan in ("optimum", "greedy", "today")]
    assert key[0] <= key[1]
    assert key[0] <= key[2]
    assert at(found, "minutes_mean") == at(found, "minutes_mean", "optimum")


def test_nobody_is_where_they_may_not_be() -> None:
    found = run()
    women = [row for home in ("Cornwall", "Bristol", "Cumberland") for row in group(found.start, home, sex="female")]
    where = {found.start.names[prison] for prison in np.flatnonzero(found.after[women].sum(axis=0))}
    assert where <= {"Eastwood Park", "Low Newton"}
    boys = [
        row for row, kind in enumerate(found.start.instance.cohort) if found.start.kinds[kind].cohort.age == "15-17"
    ]
    assert found.after[boys].sum() == found.after[boys][:, column(found.start, "Wetherby")].sum() == 6


@settings(max_examples=8, deadline=None)
@given(limit=st.integers(0, 120), seed=st.integers(0, 5))
def test_a_limit_on_moves_is_kept_and_more_moves_never_make_it_worse(limit: int, seed: int) -> None:
    few = start(moves={"limit": limit}, seed=seed)
    plans = [solved(moves={"limit": most}, seed=seed) for most in (limit, limit + 20)]
    assert plans[0].moves <= limit
    assert plans[1].cost <= plans[0].cost + plans[0].gap * plans[0].cost
    assert changes.changes(few, few.after(plans[0].placed)).moves == plans[0].moves


def test_nobody_moves_where_nobody_may() -> None:
    found = run(moves={"limit": 0}, visits={"video_percent": 25})
    assert np.array_equal(found.after, found.start.before)
    assert at(found, "minutes_mean") == at(found, "minutes_mean", "today")
    assert at(found, "hours_a_year") == pytest.approx(0.75 * at(found, "hours_a_year", "today"))


def test_people_who_stay_do_and_the_share_who_may_move_is_kept() -> None:
    still = run(moves={"stay": [{"sex": "female"}, {"prison": "Haverigg", "home": "Cornwall"}]})
    women = group(still.start, "Cumberland", sex="female")
    assert np.array_equal(still.after[women], still.start.before[women])
    assert still.after[group(still.start, "Cornwall", sex="male")][:, column(still.start, "Haverigg")].sum() == 12
    half = start(moves={"may_move_percent": 50})
    assert half.instance.people.sum() == pytest.approx((PEOPLE - 6) / 2, abs=6)


def test_locks_and_forbidden_prisons_hold() -> None:
    found = run(
        moves={
            "lock": [{"home": "Cumberland", "sex": "female", "at": "Eastwood Park"}],
            "forbid": [{"home": "Cornwall", "status": "remand", "at": "Exeter"}],
        }
    )
    women = group(found.start, "Cumberland", sex="female")
    assert found.after[women][:, column(found.start, "Eastwood Park")].sum() == 12
    remand = group(found.start, "Cornwall", sex="male", status="remand")
    assert found.after[remand][:, column(found.start, "Exeter")].sum() == 0


def test_a_closed_prison_is_empty_and_its_people_are_elsewhere_or_named() -> None:
    found = run(lever=[{"kind": "close", "prison": "Guys Marsh"}], moves={"may_move_percent": 0})
    assert found.after[:, column(found.start, "Guys Marsh")].sum() == 0
    assert found.after.sum() + at(found, "unplaced") == PEOPLE
    # Channings Wood is the only other prison here for them, with its 10 % of further places of the role.
    assert at(found, "moves") == 66
    assert found.unplaced["people"].sum() == at(found, "unplaced")


def test_a_prison_that_opens_near_a_home_takes_people_from_there() -> None:
    site = {"kind": "site", "prison": "Bodmin", "at": "Bodmin", "places": 50, "roles": ["C", "remand"]}
    found, before = run(lever=[site]), run()
    assert found.after[:, column(found.start, "Bodmin")].sum() == 50
    assert at(found, "minutes_mean") < at(before, "minutes_mean")
    again = run(lever=[{"kind": "open", "prison": "Dartmoor", "places": 100, "roles": ["C"]}])
    assert again.after[:, column(again.start, "Dartmoor")].sum() > 0


def test_the_best_site_is_no_worse_than_any_other() -> None:
    site = {"kind": "site", "prison": "New", "at": "best", "places": 40, "roles": ["D"]}
    found = run(lever=[site], journeys={"travel": "car"})
    assert found.scenario.lever[0].at == found.sites.loc[0, "code"]
    assert len(found.sites) == 3
    for code in found.sites["code"]:
        other = run(lever=[site | {"at": code}], journeys={"travel": "car"})
        assert found.plan.cost <= other.plan.cost
    with pytest.raises(InputError, match="'Narnia' is no area we know"):
        run(lever=[site | {"among": ["Narnia"]}])


def test_resizing_and_re_roling_change_what_a_prison_holds() -> None:
    smaller = run(lever=[{"kind": "resize", "prison": "Leyhill", "places": 10}])
    assert smaller.after[:, column(smaller.start, "Leyhill")].sum() <= 10
    other = run(lever=[{"kind": "re-role", "prison": "Leyhill", "roles": ["C"], "places": 80}])
    men = [row for row, kind in enumerate(other.start.instance.cohort) if other.start.kinds[kind].role == "C"]
    held = other.after[:, column(other.start, "Leyhill")]
    assert held.sum() == held[men].sum() > 0


def test_step_downs_may_be_held_in_either_category() -> None:
    found = start(rules={"step_down": [{"category": "C", "to": "D", "percent": 50}]})
    ready = [row for row, kind in enumerate(found.instance.cohort) if found.kinds[kind].also == "D"]
    others = [
        row for row, kind in enumerate(found.instance.cohort) if found.kinds[kind].role == "C" and row not in ready
    ]
    allowed = found.instance.allowed()
    assert found.before[ready].sum() == pytest.approx(found.before[others].sum(), abs=4)
    assert allowed[ready][:, column(found, "Leyhill")].all()
    assert not allowed[others][:, column(found, "Leyhill")].any()
    assert violations(solved(rules={"step_down": [{"category": "C", "to": "D", "percent": 50}]})) == []


def test_a_bus_helps_only_families_without_a_car_where_it_goes() -> None:
    bus = {"kind": "bus", "prison": "Guys Marsh", "homes": ["Cornwall"], "minutes": 60, "fare_pence": 500}
    found = start(lever=[bus], journeys={"without_car_percent": 50})
    prison = column(found, "Guys Marsh")
    changed = np.argwhere(found.visit.minutes != found.today.minutes)
    home = found.instance.homes.index(f"E06000052{WITHOUT_CAR}")
    assert changed.tolist() == [[home, prison]]
    assert found.visit.minutes[home, prison] == 60
    assert found.visit.pence[home, prison] == 500


def test_flexible_sessions_and_video_spare_nights_and_hours() -> None:
    plain = run(moves={"limit": 0})
    flexible = run(moves={"limit": 0}, visits={"flexible_sessions": True})
    assert at(flexible, "nights_a_year") <= at(plain, "nights_a_year")
    assert at(flexible, "nights_a_year", "today") == at(plain, "nights_a_year", "today")


@pytest.mark.parametrize("measure", ["minutes", "miles", "pence", "mix"])
def test_each_burden_can_be_made_small(measure: str) -> None:
    plan = solved(objective={"burden": measure})
    others = [solved(objective={"burden": other}) for other in ("minutes", "miles", "pence")]
    for other in others:
        cost = (plan.objective.costs * other.placed).sum()
        assert plan.cost <= cost


def test_fair_objectives_do_what_they_are_called() -> None:
    best = run()
    fair = run(objective={"fairness": "squares"})
    over = run(objective={"fairness": "over", "over": 150})
    assert at(fair, "minutes_mean") >= at(best, "minutes_mean")
    long = [np.square(plan.journeys()[0]) @ plan.journeys()[1] for plan in (fair.plan, best.plan)]
    assert long[0] <= long[1] * 1.001  # whole minutes squared
    burdens, people = over.plan.journeys()
    assert people[burdens > 150].sum() <= best.plan.over(150)
    worst = run(objective={"fairness": "worst", "worst_percent": 10})
    assert violations(worst.plan) == []


def test_weights_and_worst_journeys_reach_the_plan() -> None:
    found = start(objective={"weight": [{"sex": "female", "weight": 5}], "longest": [{"age": "15-17", "burden": 900}]})
    weight = {found.kinds[at].cohort.sex: found.instance.weight[at] for at in range(len(found.kinds))}
    assert weight == {"female": 5, "male": 1}
    assert sorted(set(found.instance.longest.tolist())) == [900, np.inf]


def test_remand_goes_to_the_nearest_reception_prisons_only() -> None:
    found = start(rules={"remand_nearest": 1})
    remand = group(found, "Cornwall", sex="male", status="remand")
    allowed = found.instance.allowed()[remand]
    held = found.before[remand]
    near = column(found, "Exeter")
    for row in range(len(remand)):
        assert set(np.flatnonzero(allowed[row])) == {near, *np.flatnonzero(held[row])}


def test_figures_agree_with_people_counted_one_by_one() -> None:
    found = start()
    rows, prison = np.nonzero(found.before)
    people = np.repeat(np.arange(len(rows)), found.before[rows, prison])
    home = found.instance.home[rows][people]
    known = found.authority[home] >= 0
    minutes = found.today.minutes[home, prison[people]][known]
    miles = found.today.miles[home, prison[people]][known]
    got = indicators.today(found, small_system.scenario().visits)
    assert got["minutes_mean"] == pytest.approx(minutes.mean())
    assert got["minutes_p90"] == np.sort(minutes)[int(np.ceil(0.9 * len(minutes))) - 1]
    assert got["over_100_miles"] == pytest.approx(100 * (miles > 100).mean())
    assert got["hours_a_year"] == pytest.approx(2 * 12 * minutes.sum() / 60)


def test_winners_and_losers_add_up_to_everybody() -> None:
    found = run()
    whole = int((found.after * (found.start.authority[found.start.instance.home] >= 0)[:, None]).sum())
    before, after = at(found, "minutes_mean", "today"), at(found, "minutes_mean")
    for by, frame in found.effects.items():
        assert frame["people"].sum() == whole, by
        assert (frame["minutes_after"] * frame["people"]).sum() / whole == pytest.approx(after)
        assert (frame["minutes_before"] * frame["people"]).sum() / whole == pytest.approx(before)
    assert found.moves["people"].sum() == at(found, "moves") == found.effects["sex"]["moved"].sum()


def test_one_more_place_gains_what_a_new_run_says() -> None:
    found = run()
    best = found.prisons.sort_values("gain").iloc[-1]
    wider = run(lever=[{"kind": "resize", "prison": best["prison"], "places": int(best["places"]) + 1}])
    saved = (found.plan.cost - wider.plan.cost) / found.plan.objective.steps
    assert saved >= best["gain"] - 0.11  # wings may grow with the prison, and then more is saved


def test_the_curve_of_moves_is_convex_and_falls() -> None:
    curve = run(sensitivity=small_system.QUICK | {"points": 6}).trade_off
    slopes = np.diff(curve["cost"]) / np.diff(curve["moves"])
    assert (slopes <= 0).all()
    assert (np.diff(slopes) >= -1e-9).all()


def test_small_counts_are_in_no_table() -> None:
    found = run()
    for table in tables.tables(found):
        for name in ("people", "moved", "nearer", "further", "same"):
            if name in [each.name for each in table.columns]:
                shown = [cell for cell in table.values(name) if isinstance(cell, (int, float))]
                assert not [cell for cell in shown if 0 < cell < 5], (table.name, name)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=6))
def test_no_hidden_pair_can_be_worked_out_from_one_line(counts: list[list[int]]) -> None:
    matrix = np.array(counts)
    hidden = tables.hidden_pairs(matrix)
    assert hidden[(matrix > 0) & (matrix < 5)].all()
    assert not hidden[matrix == 0].any()
    for lines, cover in ((matrix, hidden), (matrix.T, hidden.T)):
        for line, covered in zip(lines, cover, strict=True):
            if covered.any() and (line[~covered] > 0).any():
                assert covered.sum() > 1
                assert line[covered].sum() >= 5


def test_a_run_tells_how_far_it_is_and_can_be_stopped() -> None:
    heard: list[float] = []
    outcomes_run.run(small_system.scenario(), baseline=BASELINE, progress=lambda share, _: heard.append(share))
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    calls = iter([False, False, True])
    with pytest.raises(StoppedError):
        outcomes_run.run(small_system.scenario(), baseline=BASELINE, cancelled=lambda: next(calls))


@pytest.mark.parametrize("name", sorted(files.named()))
def test_named_scenarios_run(name: str) -> None:
    asked = files.named()[name]
    limit = None if asked.moves.limit is None else min(asked.moves.limit, 80)
    quick = small_system.scenario().sensitivity
    found = outcomes_run.run(
        replace(asked, moves=replace(asked.moves, limit=limit), sensitivity=quick), baseline=BASELINE
    )
    assert violations(found.plan) == []
    assert at(found, "moves") <= (limit if limit is not None else PEOPLE)


def test_draws_of_a_whole_small_nation_say_how_sure_a_change_is() -> None:
    table = {"nation": "Northern Ireland", "sensitivity": {"draws": 3, "percent": 2, "points": 0}}
    found = outcomes_run.run(small_system.scenario(**table))
    row = found.noise.set_index("figure").loc["minutes_mean"]
    assert row["low"] <= row["high"] < 0
    assert row["is_sure"]
    assert not found.noise.set_index("figure").loc["people", "is_sure"]
    assert len(found.sensitivity) == 3
    assert np.isnan(at(found, "help_pounds_a_year"))  # Northern Ireland's own scheme has no rate that we know


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"lever": [{"kind": "close", "prison": "Alcatraz"}]}, "'Alcatraz' is no prison we know"),
        ({"lever": [{"kind": "close", "prison": "Wandsworth"}]}, "holds nobody in this system"),
        ({"lever": [{"kind": "open", "prison": "Exeter", "places": 5, "roles": ["C"]}]}, "open already"),
        ({"moves": {"stay": [{"home": "Glasgow City"}]}}, "not in this prison system"),
        (
            {"lever": [{"kind": "site", "prison": "New", "at": "Atlantis-on-Sea", "places": 5, "roles": ["C"]}]},
            "no authority, place or postcode",
        ),
        ({"lever": [{"kind": "close", "prison": "Guys Marsh"}], "moves": {"limit": 3}}, "No plan has 3 moves"),
    ],
)
def test_what_is_not_known_is_said(table: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as caught:
        run(**table)
    assert said in str(caught.value)
