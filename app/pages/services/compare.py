"""Two days or two scenarios side by side on *Where help is missing*: what is gained and lost, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.services import coverage, next_places, publishable, reach, what_if
from nearhome.app.pages.services import choices as services_choices
from nearhome.app.pages.services import table as services_table
from nearhome.app.pages.services.choices import EVERYWHERE, Choices, in_part
from nearhome.app.pages.shared import looks
from nearhome.app.wording import fragments
from nearhome.app.wording import names as wording
from nearhome.data.base import phrases
from nearhome.data.errors import InputError
from nearhome.data.prisons import register
from nearhome.data.services.kinds import ANY_KIND, KINDS
from nearhome.data.services.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.services.records import Service

NOTHING, DAY, ADD, CLOSE, BEST = "nothing", "day", "add", "close", "best"
WAYS = {
    NOTHING: "Nothing",
    DAY: "Another day",
    ADD: "One more service",
    CLOSE: "Services closed",
    BEST: "The best next places",
}
COMPARE, WHERE, TOWN, PRISON, NEW_KIND, CLOSED, COUNT = (
    f"missing_{name}" for name in ("compare", "where", "town", "prison", "new_kind", "closed", "count")
)
PLACES = {"town": "In a town", "prison": "At a prison"}
MOST_PLACES = 10
LONGEST_TOWN = 80
SHOWN = 10
AS_IT_IS = "as it is"
"""What the one side is called when the other is a scenario."""

_LEAST = 0.005


@dataclass(frozen=True, slots=True)
class CoverageComparison:
    """Coverage on the one side and the other, what each is called, and sentences on how the second came about."""

    before: Coverage
    after: Coverage
    before_name: str
    after_name: str
    sentences: tuple[str, ...]


def assess(choices: Choices, services: Sequence[Service], as_of: date | None = None) -> Coverage:
    """Work coverage out for what was chosen."""
    return coverage.assess(
        kind=choices.kind,
        mode=choices.mode,
        as_of=as_of or choices.as_of,
        thresholds=choices.thresholds,
        services=services,
    )


def counted(as_of: date, own: Sequence[Service]) -> tuple[Service, ...]:
    """Give every service that counts on a day: the register's and one's own."""
    mine = tuple(each for each in own if each.kind != ANY_KIND and status(each, as_of).in_force)
    return (*coverage.in_force(as_of, "all"), *mine)


def ask(choices: Choices, found: Coverage, own: Sequence[Service], today: date) -> CoverageComparison | str | None:
    """Ask what to compare with; give the comparison, a sentence on what is wrong, or None for nothing.

    Parameters
    ----------
    choices
        What was chosen on the page.
    found
        Coverage as chosen, the one side.
    own
        One's own services, which count beside the register's.
    today
        The day that the choice of another starts from.
    """
    way = st.radio(
        "Compare with",
        list(WAYS),
        format_func=WAYS.__getitem__,
        key=COMPARE,
        horizontal=True,
        persist_state="session",
    )
    try:
        if way == DAY:
            return _day(choices, found, own, services_choices.other_day(today))
        if way == ADD:
            return _add(choices, found, own)
        if way == CLOSE:
            return _close(choices, found)
        if way == BEST:
            return _best(choices, found, own)
    except InputError as error:
        return str(error)
    return None


def _day(choices: Choices, found: Coverage, own: Sequence[Service], other: date) -> CoverageComparison:
    first, second = sorted((choices.as_of, other))
    there = assess(choices, counted(other, own), other)
    before, after = (found, there) if first == choices.as_of else (there, found)
    return CoverageComparison(before, after, phrases.day(first), phrases.day(second), ())


def _add(choices: Choices, found: Coverage, own: Sequence[Service]) -> CoverageComparison | None:
    kind = _kind(choices)
    where = st.radio("Where?", list(PLACES), format_func=PLACES.__getitem__, key=WHERE, horizontal=True)
    if where == "prison":
        held = {each.id: wording.prison(each) for each in register.prisons() if each.is_open(choices.as_of)}
        names = dict(sorted(held.items(), key=lambda item: item[1]))
        prison = st.selectbox("Prison", list(names), index=None, format_func=names.__getitem__, key=PRISON)
        if prison is None:
            return None
        change = what_if.Change("add", kind=kind, prison=prison)
        name = f"{KINDS[kind].name}, {names[prison]}"
    else:
        town = (st.text_input("Town", key=TOWN, autocomplete="off") or "").strip()
        if not town:
            return None
        if len(town) > LONGEST_TOWN:
            msg = f"The name of the town has {len(town)} characters; give {LONGEST_TOWN} or less."
            raise InputError(msg)
        change = what_if.Change("add", kind=kind, place=town, minutes=float(choices.minutes), mode=choices.mode)
        name = f"{KINDS[kind].name}, {town}"
    scenario = what_if.ServiceScenario(name, (change,))
    return _scenario(choices, found, counted(choices.as_of, own), scenario, ())


def _close(choices: Choices, found: Coverage) -> CoverageComparison | None:
    names = {each.id: each.name for each in found.services}
    if not names:
        st.html(fragments.paragraphs(["No service of this kind is known on that day, so none can close."]))
        return None
    closed = st.multiselect("Services to close", list(names), format_func=names.__getitem__, key=CLOSED)
    if not closed:
        return None
    left = [each for each in found.services if each.id not in closed]
    title = f"Without {phrases.listing(names[each] for each in closed)}"
    return CoverageComparison(found, assess(choices, left), AS_IT_IS, title, ())


def _best(choices: Choices, found: Coverage, own: Sequence[Service]) -> CoverageComparison | None:
    kind = _kind(choices)
    count = st.number_input("How many more?", 1, MOST_PLACES, 3, key=COUNT)
    if not st.toggle("Look for them (some seconds)", key="missing_look"):
        return None
    area = None if choices.part == EVERYWHERE else choices.area
    with st.spinner("Looking for the best places"):
        best = next_places.best(
            kind, int(count), as_of=choices.as_of, within_minutes=choices.minutes, mode="car", area=area
        )
    said = [
        f"{each.name}: about {services_table.about(gain)} more children."
        for each, gain in zip(best.chosen, best.gained, strict=True)
    ]
    how = (
        "Chosen among the prisons without one, by the children of the people held there."
        if kind in next_places.PRISON_KINDS
        else f"Chosen among the middles of local authorities, for a drive of {phrases.duration(choices.minutes)}."
    )
    return _scenario(choices, found, counted(choices.as_of, own), best.scenario, (*said, best.sentence(), how))


def _kind(choices: Choices) -> str:
    """Give the kind of the new service: the one that is looked at, or one to be chosen."""
    if choices.kind is not None:
        return choices.kind
    kinds = [kind for kind in KINDS if kind not in reach.REMOTE_KINDS]
    chosen = st.selectbox("What kind?", kinds, format_func=lambda kind: KINDS[kind].name, key=NEW_KIND)
    return chosen or kinds[0]


def _scenario(
    choices: Choices,
    found: Coverage,
    start: Sequence[Service],
    scenario: what_if.ServiceScenario,
    said: tuple[str, ...],
) -> CoverageComparison:
    after = assess(choices, what_if.apply(scenario, start, choices.as_of))
    return CoverageComparison(found, after, AS_IT_IS, scenario.title, said)


@dataclass(frozen=True, slots=True)
class Gain:
    """One area: the share of children with help before and after, and how many gain; None where it is suppressed."""

    code: str
    name: str
    before: float
    after: float
    children: float | None


def gains(compared: CoverageComparison, choices: Choices) -> tuple[Gain, ...]:
    """Give the areas where something changes, those that gain most children first and those that lose last."""
    column = "covered" if choices.measure == "reached" else choices.within
    safe, _ = publishable.shown(compared.after)
    rows = []
    tables = compared.before.table, compared.after.table
    for code, name, old, new, children in zip(
        tables[1]["code"], tables[1]["name"], tables[0][column], tables[1][column], safe["children"], strict=True
    ):
        if not in_part(code, choices.part) or not abs(round(new - old, looks.SHARE_DECIMALS)) >= _LEAST:
            continue
        rows.append(Gain(code, name, old, new, None if children is Suppressed.CELL else children * (new - old)))
    rows.sort(key=lambda row: (-(row.children or 0.0), row.name))
    return tuple(rows)


def classes(compared: CoverageComparison, choices: Choices) -> dict[str, str]:
    """Give the class of change of each area."""
    column = "covered" if choices.measure == "reached" else choices.within
    before, after = compared.before.table, compared.after.table
    return looks.changes(before[column], after[column], after["code"])


def html(compared: CoverageComparison, choices: Choices) -> str:
    """Return what is gained and lost: a sentence for each, and a table of the areas that change most."""
    changed = gains(compared, choices)
    said = (*compared.sentences, summary(compared, changed, choices))
    most = [row for row in changed if row.after > row.before][:SHOWN]
    least = [row for row in reversed(changed) if row.after < row.before][:SHOWN]
    shown = (*most, *least)
    what = (
        "Children reached"
        if choices.measure == "reached"
        else f"Children within {phrases.duration(choices.minutes)} {choices.travelling}"
    )
    few = "" if len(shown) == len(changed) else f", the {SHOWN} areas each where most gain and lose"
    caption = f"{what}: {compared.before_name}, and {compared.after_name}{few}"
    percent = services_table.percent
    rows = [(row.name, percent(row.before), percent(row.after), _gain(row.children)) for row in shown]
    return fragments.piece("services.html", "change", said, caption, rows)


def summary(compared: CoverageComparison, changed: Sequence[Gain], choices: Choices) -> str:
    """Say in one sentence how many children gain and lose."""
    up = sum(row.children for row in changed if row.children and row.children > 0)
    down = -sum(row.children for row in changed if row.children and row.children < 0)
    days = compared.before_name != AS_IT_IS
    what = f"From {compared.before_name} to {compared.after_name}" if days else compared.after_name
    if not changed:
        return f"{what}: no area of {choices.part} changes."
    parts = [f"about {services_table.about(up)} children gain help"] if up else []
    parts += [f"about {services_table.about(down)} {'lose it' if up else 'children lose help'}"] if down else []
    return phrases.sentence(f"{what}: {phrases.listing(parts)}, in {phrases.count(len(changed), 'area')}")


def _gain(children: float | None) -> str:
    if children is None:
        return services_table.HIDDEN
    return f"{services_table.about(abs(children))} {'lose' if children < 0 else 'gain'}"
