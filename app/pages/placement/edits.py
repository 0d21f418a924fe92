"""What the page lets people change in a scenario; all else stays as its file says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from nearhome.analysis.placement.scenarios.schema import Lever, Weight
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nearhome.analysis.placement.scenarios.schema import Moves, Scenario
    from nearhome.data.prisons.register import Prison

WOMEN, YOUNG = Weight(sex="female", weight=1.0), Weight(age="15-17", weight=1.0)
"""The kinds of people whose weight the page asks for."""

WOMENS_ROLES: Final = frozenset({"closed", "open"})
NEW_PRISON: Final = "New prison"
AGAIN, NEW = "open", "site"
CHANGED: Final = ", changed"
_NATIONS: Final = {"England and Wales": ("England", "Wales")}
"""Countries of the prison systems that have several."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A prison opened again, by its id, or a new one at a place; ``where`` is empty for none."""

    where: str = ""
    places: int = 300
    roles: tuple[str, ...] = ("C",)


@dataclass(frozen=True, slots=True)
class Edits:
    """What can be changed on the page. ``closed`` and ``again.where`` are ids of prisons."""

    burden: str
    fairness: str
    headroom_percent: float
    moves_limit: int | None
    women_weight: float
    young_weight: float
    video_percent: float
    flexible_sessions: bool
    closed: tuple[str, ...]
    again: Opening
    new: Opening
    draws: int


def of(scenario: Scenario) -> Edits:
    """Read what a scenario says."""
    return Edits(
        burden=scenario.objective.burden,
        fairness=scenario.objective.fairness,
        headroom_percent=scenario.capacity.headroom_percent,
        moves_limit=scenario.moves.limit,
        women_weight=_weight(scenario, WOMEN),
        young_weight=_weight(scenario, YOUNG),
        video_percent=scenario.visits.video_percent,
        flexible_sessions=scenario.visits.flexible_sessions,
        closed=tuple(identity(each.prison, scenario) for each in scenario.lever if each.kind == "close"),
        again=_opening(scenario, AGAIN),
        new=_opening(scenario, NEW),
        draws=scenario.sensitivity.draws,
    )


def apply(scenario: Scenario, edits: Edits) -> Scenario:
    """Return the scenario with what was changed on the page; with nothing changed it is the same one."""
    before = of(scenario)
    if edits == before:
        return scenario
    weights = scenario.objective.weight
    for kind, old, new in (
        (WOMEN, before.women_weight, edits.women_weight),
        (YOUNG, before.young_weight, edits.young_weight),
    ):
        if new != old:
            others = tuple(each for each in weights if replace(each, weight=1.0) != kind)
            weights = others if new == 1 else (*others, replace(kind, weight=new))
    return replace(
        scenario,
        title=scenario.title.removesuffix(CHANGED) + CHANGED,
        objective=replace(scenario.objective, burden=edits.burden, fairness=edits.fairness, weight=weights),
        capacity=replace(scenario.capacity, headroom_percent=edits.headroom_percent),
        moves=_moves(scenario.moves, edits.moves_limit),
        visits=replace(scenario.visits, video_percent=edits.video_percent, flexible_sessions=edits.flexible_sessions),
        lever=_levers(scenario, before, edits),
        sensitivity=replace(scenario.sensitivity, draws=edits.draws),
    )


def open_prisons(scenario: Scenario) -> dict[str, str]:
    """Return the ids and names of the prisons that are open on the scenario's day, in alphabetical order."""
    return _named(each for each in _system(scenario) if each.is_open(scenario.as_of))


def closed_prisons(scenario: Scenario) -> dict[str, str]:
    """Return the ids and names of those that are not."""
    return _named(each for each in _system(scenario) if not each.is_open(scenario.as_of))


def identity(said: str, scenario: Scenario) -> str:
    """Return the id of the prison that a scenario means; what it says if that is no prison's id or name."""
    if register.wrong_with(said, near=False):
        return said
    found = register.named(said)
    return found.id if found in _system(scenario) else said


def _system(scenario: Scenario) -> list[Prison]:
    nations = _NATIONS.get(scenario.nation, (scenario.nation,))
    return [each for each in register.prisons() if each.nation in nations]


def _named(some: Iterable[Prison]) -> dict[str, str]:
    """Two prisons of one short name are told apart by their full names."""
    listed = list(some)
    times = Counter(each.short_name for each in listed)
    names = {each.id: each.short_name if times[each.short_name] == 1 else each.name for each in listed}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def _weight(scenario: Scenario, kind: Weight) -> float:
    return next((each.weight for each in scenario.objective.weight if replace(each, weight=1.0) == kind), 1.0)


def _moves(moves: Moves, limit: int | None) -> Moves:
    """Set the limit on moves; a limit and a price cannot be had together."""
    if limit == moves.limit:
        return moves
    return replace(moves, limit=limit, price=moves.price if limit is None else None)


def _first(scenario: Scenario, kind: str) -> Lever | None:
    return next((each for each in scenario.lever if each.kind == kind), None)


def _opening(scenario: Scenario, kind: str) -> Opening:
    """Read the first lever that opens a prison again, or builds one."""
    lever = _first(scenario, kind)
    if lever is None:
        return Opening()
    where = identity(lever.prison, scenario) if kind == AGAIN else lever.at
    return Opening(where, lever.places or 0, lever.roles)


def _levers(scenario: Scenario, before: Edits, edits: Edits) -> tuple[Lever, ...]:
    """Replace the levers that were changed, and keep the others in their order."""
    gone = set(before.closed) - set(edits.closed)
    levers = [each for each in scenario.lever if each.kind != "close" or identity(each.prison, scenario) not in gone]
    levers += [Lever(kind="close", prison=each) for each in edits.closed if each not in before.closed]
    for kind, old, new in ((AGAIN, before.again, edits.again), (NEW, before.new, edits.new)):
        if new != old:
            levers = _with_opening(levers, kind, _first(scenario, kind), new)
    return tuple(levers)


def _with_opening(levers: list[Lever], kind: str, lever: Lever | None, opening: Opening) -> list[Lever]:
    others = [each for each in levers if each is not lever]
    if not opening.where:
        return others
    base = lever or Lever(kind=kind, prison=NEW_PRISON)
    if base.roles != opening.roles:
        base = replace(base, sex="female" if WOMENS_ROLES.issuperset(opening.roles) else "male")
    named = replace(base, prison=opening.where) if kind == AGAIN else replace(base, at=opening.where)
    return [*others, replace(named, places=opening.places, roles=opening.roles)]
