"""What if a service opened, closed, moved or reached further: changes to the register, and coverage before and after.

A scenario is a list of changes, in a small TOML file or given one by one::

    title = "A visitors' centre at Exeter, and Halton looked after"

    [[add]]
    kind = "visitors_centre"
    prison = "Exeter"

    [[add]]
    kind = "family_support"
    area = "Halton"

    [[add]]
    kind = "case_forum"
    place = "St Austell"
    minutes = 45
    capacity = 40
    capacity_unit = "children"

    [[close]]
    id = "pact-bodmin-court-service"

    [[move]]
    id = "pact-plymouth-court-service"
    place = "Truro"

    [[extend]]
    id = "ormiston-families-norfolk-direct-support"
    area = "Suffolk"

Each change takes exactly one of ``prison``, ``area`` and ``place`` where it needs a place; an extension takes a
``prison``, an ``area`` or ``minutes``. The changes are made in that order: add, close, move, extend.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from nearhome.analysis.services import coverage, reach
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import kinds
from nearhome.data.services import register as service_register
from nearhome.data.services.records import Service
from nearhome.geo.places import find

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from nearhome.analysis.services.coverage import Coverage

Action = Literal["add", "close", "move", "extend"]
ACTIONS: tuple[Action, ...] = ("add", "close", "move", "extend")
_WHERE = ("prison", "area", "place")
_ALLOWED: dict[Action, frozenset[str]] = {
    "add": frozenset({"kind", "name", *_WHERE, "minutes", "mode", "capacity", "capacity_unit"}),
    "close": frozenset({"id"}),
    "move": frozenset({"id", *_WHERE}),
    "extend": frozenset({"id", "prison", "area", "minutes", "mode"}),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change; texts are empty and numbers None where they do not apply. ``id`` is that of a service in force."""

    action: Action
    id: str = ""
    kind: str = ""
    name: str = ""
    prison: str = ""
    area: str = ""
    place: str = ""
    minutes: float | None = None
    mode: str = "car"
    capacity: int | None = None
    capacity_unit: str = ""


@dataclass(frozen=True, slots=True)
class ServiceScenario:
    """Changes to be made together."""

    title: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, eq=False)
class CoverageOutcome:
    """Coverage before and after a scenario.

    ``table`` has for each area ``code``, ``name``, ``children``, and before and after: ``covered``, ``covered_most``,
    ``minutes_1_mean`` and the shares within each threshold; ``children_gained`` are those newly covered (below zero
    where cover is lost), most first.
    """

    scenario: ServiceScenario
    before: Coverage
    after: Coverage
    table: pd.DataFrame

    def sentence(self) -> str:
        """Say plainly what the scenario changes."""
        gained = float(self.table["children_gained"].sum())
        least = 0.5
        if abs(gained) < least:
            return f"{self.scenario.title}: no child is newly covered, and none loses cover."
        areas = int((self.table["children_gained"].abs() >= least).sum())
        what = "are newly covered" if gained > 0 else "lose cover"
        return f"{self.scenario.title}: about {abs(gained):,.0f} children {what}, in {areas} area{'s' * (areas != 1)}."


def read(file: Path) -> ServiceScenario:
    """Read a scenario from a TOML file.

    Raises
    ------
    InputError
        If it cannot be read, or has a word that does not belong there.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The scenario {file.name} cannot be read ({error}); give a TOML file of [[add]], [[close]] and the like."
        raise InputError(msg) from error
    unknown = sorted(set(content) - {"title", *ACTIONS})
    if unknown:
        msg = f"The scenario has {unknown[0]!r}, which is nothing known; use title, {', '.join(ACTIONS)}."
        raise InputError(msg)
    for action in ACTIONS:
        if not isinstance(content.get(action, []), list):
            msg = f"The scenario has {action} = {content[action]!r}; write [[{action}]] and its words below."
            raise InputError(msg)
    changes = [_change(action, row) for action in ACTIONS for row in content.get(action, ())]
    return ServiceScenario(str(content.get("title", file.stem)), tuple(changes))


def added(text: str) -> Change:
    """Read an addition such as ``visitors_centre@prison:Exeter``, ``family_support@area:Halton``, ``play@St Austell``.

    Raises
    ------
    InputError
        If the text has no kind or no place.
    """
    kind, at, where = text.partition("@")
    if not at or not kind.strip() or not where.strip():
        msg = f"{text!r} names no service to add; write a kind, @ and a place, such as visitors_centre@prison:Exeter."
        raise InputError(msg)
    word, colon, rest = where.partition(":")
    if colon and word.strip() in _WHERE:
        return _change("add", {"kind": kind.strip(), word.strip(): rest.strip()})
    return _change("add", {"kind": kind.strip(), "place": where.strip()})


def _change(action: Action, row: Any) -> Change:
    if not isinstance(row, dict):
        msg = f"The change {row!r} is no table; write [[{action}]] and its words below."
        raise InputError(msg)
    unknown = sorted(set(row) - _ALLOWED[action])
    if unknown:
        msg = f"A change to {action} has {unknown[0]!r}; it may have {', '.join(sorted(_ALLOWED[action]))}."
        raise InputError(msg)
    if action == "add":
        service_register.check_kind(str(row.get("kind", "")))
    elif not row.get("id"):
        msg = f"A change to {action} has no id; give that of a service in force (nearhome services --json)."
        raise InputError(msg)
    given = [word for word in _WHERE if row.get(word)]
    needs_place = action in {"add", "move"}
    if needs_place and len(given) != 1:
        msg = f"A change to {action} has {len(given)} of prison, area and place ({row}); give exactly one."
        raise InputError(msg)
    if action == "extend" and not given and "minutes" not in row:
        msg = f"The extension of {row['id']} says nothing; give a prison, an area or minutes."
        raise InputError(msg)
    return _typed(action, row)


def _typed(action: Action, row: Mapping[str, Any]) -> Change:
    numbers = {"minutes", "capacity"}
    for word, value in row.items():
        is_number = not isinstance(value, bool) and isinstance(value, int if word == "capacity" else (int, float))
        if not (is_number and value > 0 if word in numbers else isinstance(value, str)):
            what = "a number above 0" if word in numbers else "a text"
            msg = f"{word} is {value!r} in a change to {action}; give {what}."
            raise InputError(msg)
    if "mode" in row:
        row = {**row, "mode": kinds.FORMER_MODES.get(row["mode"], row["mode"])}
    if row.get("mode", "car") not in kinds.MODES:
        msg = f"mode is {row['mode']!r} in a change to {action}; give one of {', '.join(kinds.MODES)}."
        raise InputError(msg)
    if ("capacity" in row) and row.get("capacity_unit") not in kinds.UNITS:
        units = ", ".join(kinds.UNITS)
        msg = f"A capacity needs a capacity_unit, one of {units}, not {row.get('capacity_unit')!r}."
        raise InputError(msg)
    known = {field.name for field in fields(Change)}
    return Change(action=action, **{word: value for word, value in row.items() if word in known})


def apply(scenario: ServiceScenario, in_force: Sequence[Service], as_of: date) -> tuple[Service, ...]:
    """Make the changes to the services in force on a day.

    Raises
    ------
    InputError
        If a service, prison, place or area is not known, or a prison is not open on the day.
    """
    found = {each.id: each for each in in_force}
    for number, change in enumerate(scenario.changes, start=1):
        if change.action == "add":
            service = _new(change, number, as_of)
            found[service.id] = service
            continue
        if change.id not in found:
            msg = f"No service {change.id!r} is in force on {as_of}; nearhome services --json lists their ids."
            raise InputError(msg)
        if change.action == "close":
            del found[change.id]
        elif change.action == "move":
            found[change.id] = replace(found[change.id], **_place(change, as_of))
        else:
            found[change.id] = _extended(found[change.id], change, as_of)
    return tuple(found.values())


def _new(change: Change, number: int, as_of: date) -> Service:
    where = _place(change, as_of)
    name = change.name or f"{kinds.KINDS[change.kind].name}, {change.prison or change.area or change.place}"
    empty: dict[str, Any] = {
        "operator": "",
        "standing": "running",
        "capacity_date": "",
        "valid_from": "",
        "valid_to": "",
        "note": "",
        "evidence": (),
    }
    service = Service(
        id=f"what-if-{number}",
        name=name,
        kind=change.kind,
        capacity=change.capacity,
        capacity_unit=change.capacity_unit,
        **empty,
        **where,
    )
    return _limited(service, change) if change.minutes is not None else service


def _place(change: Change, as_of: date) -> dict[str, Any]:
    """Give the columns of a service that say where it is and how its reach is drawn."""
    nowhere: dict[str, Any] = {
        "prison_ids": (),
        "town": "",
        "lat": None,
        "lon": None,
        "precision_m": None,
        "area_level": "",
        "area_codes": (),
        "minutes": None,
        "mode": "",
        "miles": None,
    }
    if change.prison:
        prison = prison_register.find(change.prison, as_of)
        point = {"lat": prison.lat, "lon": prison.lon, "precision_m": prison.precision_m}
        return nowhere | point | {"where": "prison", "prison_ids": (prison.id,), "reach": "prison"}
    if change.area:
        area = area_finder.find(change.area)
        level, codes = area.level, [area.code]
        if level == "kingdom":
            level, codes = "nation", [*area_finder.NATIONS.values()]
        rule = "national" if level == "nation" else "area"
        return nowhere | {"where": "area", "area_level": level, "area_codes": tuple(codes), "reach": rule}
    place = find.find(change.place)
    point = {"lat": place.lat, "lon": place.lon, "precision_m": place.precision_m}
    return nowhere | point | {"where": "town", "town": place.name, "reach": "place"}


def _limited(service: Service, change: Change) -> Service:
    """Give a service at a point a limit of minutes."""
    if service.lat is None or service.reach not in {"place", "minutes", "radius"}:
        msg = f"{service.name} is for {kinds.REACHES[service.reach].name}; minutes are for services at a place."
        raise InputError(msg)
    return replace(service, reach="minutes", minutes=change.minutes, mode=change.mode, miles=None)


def _extended(service: Service, change: Change, as_of: date) -> Service:
    if change.minutes is not None:
        service = _limited(service, change)
    if change.prison:
        prison = prison_register.find(change.prison, as_of)
        if service.reach != "prison":
            msg = f"{service.name} is for {kinds.REACHES[service.reach].name}; add a service at {prison.name}."
            raise InputError(msg)
        service = replace(service, prison_ids=(*service.prison_ids, prison.id))
    if change.area:
        if service.reach not in {"area", "national"}:
            msg = f"{service.name} is for {kinds.REACHES[service.reach].name}; add a service for {change.area}."
            raise InputError(msg)
        codes = service.authority_codes | area_finder.find(change.area).authorities
        service = replace(service, reach="area", area_level="authority", area_codes=tuple(sorted(codes)))
    return service


def compare(scenario: ServiceScenario, *, kind: str | None = None, as_of: date, **options: Any) -> CoverageOutcome:
    """Work coverage out before and after a scenario.

    Parameters
    ----------
    scenario
        The changes, made together.
    kind, as_of, options
        As for ``coverage.assess``; ``services`` among the options are those before the changes.

    Raises
    ------
    InputError
        As for ``apply`` and ``coverage.assess``.
    """
    given: Iterable[Service] | None = options.pop("services", None)
    start = tuple(coverage.in_force(as_of, reach.ALL_KINDS) if given is None else given)
    before = coverage.assess(kind=kind, as_of=as_of, services=start, **options)
    after = coverage.assess(kind=kind, as_of=as_of, services=apply(scenario, start, as_of), **options)
    return CoverageOutcome(scenario, before, after, _table(before, after))


def _table(before: Coverage, after: Coverage) -> pd.DataFrame:
    shown = ["covered", "covered_most", "minutes_1_mean", *(f"within_{each:g}" for each in before.thresholds_minutes)]
    table = before.table[["code", "name", "children"]].copy()
    for name in shown:
        table[f"{name}_before"] = before.table[name]
        table[f"{name}_after"] = after.table[name]
    table["children_gained"] = before.table["children_not_covered"] - after.table["children_not_covered"]
    return table.sort_values(["children_gained", "code"], ascending=[False, True], ignore_index=True)
