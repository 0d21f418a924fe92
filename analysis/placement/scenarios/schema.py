"""What if people were held elsewhere: a scenario is a small TOML file that says what is asked, and nothing else.

Each record below is a table of the file, and each attribute a key; the attribute's words, its default and the converter
that reads it are the schema, which ``reference`` writes out. ``from_table`` checks a whole file and names every problem
at once.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from nearhome.analysis.placement.scenarios import converters
from nearhome.analysis.placement.scenarios.converters import Day, ListOf, Number, Table, Text, Whole, YesNo, key, part
from nearhome.analysis.population import cohorts
from nearhome.analysis.population.estate import NATIONS
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from datetime import date

ANY: Final = ""
"""Stands for everybody in a selection."""

ROLES: Final = ("remand", "detained", "A", "B", "C", "D", "youth", "closed", "open", "any")
_CATEGORIES: Final = ("A", "B", "C", "D", "youth", "closed", "open", "any", "none")
_SENTENCES: Final = ("under 1 year", "1 to 4 years", "4 years or more", "life", "recalled", "any", "none")
_SEXES: Final = ("male", "female")


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """How families travel."""

    travel: str = key(
        "household: families without a car by typical public transport, the others by car; car: everybody by car",
        Text(("household", "car")),
        "household",
    )
    without_car_percent: float | None = key(
        "families without a car; each authority's households in the census of 2021 if left out",
        Number(low=0, high=100),
        None,
    )
    when: str = key("day of the public transport", Text(("weekday", "weekend")), "weekend")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How often families visit, and what they get back: assumptions, since nobody publishes either."""

    per_year: float = key("visits a year to each person held", Number(low=0, high=366), 12.0)
    adults: int = key("adults who travel", Whole(low=1, high=6), 1)
    children: int = key("children who travel", Whole(low=0, high=6), 1)
    video_percent: float = key("visits that video calls take the place of", Number(low=0, high=100), 0.0)
    claimed_percent: float = key("visits for which Help with Prison Visits is claimed", Number(low=0, high=100), 30.0)
    flexible_sessions: bool = key("prisons offer two hours at whatever time saves a night away", YesNo(), default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A selection of people; what is left out stands for all."""

    sex: str = key("sex", Text(_SEXES), ANY)
    age: str = key("age band in years", Text(cohorts.AGES), ANY)
    status: str = key("before or after sentence", Text(cohorts.STATUSES), ANY)
    category: str = key("security category", Text(_CATEGORIES), ANY)
    sentence: str = key("length of sentence", Text(_SENTENCES), ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Who):
    """Whose journeys count more, or less, than others'."""

    weight: float = key("what one unit of their burden counts", Number(low=0.01, high=100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest(Who):
    """The worst journey that a kind of people may have."""

    burden: float = key("in the objective's unit, one way for minutes and miles", Number(low=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is made small."""

    burden: str = key(
        "minutes or miles one way, pence a visit, or mix: pence and the time at pence_per_hour",
        Text(("minutes", "miles", "pence", "mix")),
        "minutes",
    )
    pence_per_hour: float = key("what an hour under way counts in a mix", Number(low=0, high=10_000), 600.0)
    fairness: str = key(
        "sum; squares: long journeys weigh more; worst: the mean of the worst share; over: fewest over a threshold",
        Text(("sum", "squares", "worst", "over")),
        "sum",
    )
    worst_percent: float = key("the worst share", Number(low=1, high=100), 10.0)
    over: float = key("the threshold, in the burden's unit", Number(low=0), 120.0)
    weight: tuple[Weight, ...] = key("kinds of people who count more or less", ListOf(Table(Weight)), ())
    longest: tuple[Longest, ...] = key("kinds of people with a worst journey", ListOf(Table(Longest)), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many places there are."""

    headroom_percent: float = key("of operational capacity that stays free", Number(low=0, high=50), 0.0)
    role_percent: float = key(
        "by which a prison may hold more of a role than now (assumption)", Number(low=0, high=500), 10.0
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay(Who):
    """People who are not moved, unless their prison closes or changes."""

    home: str = key("home authority (or county, region), an ONS code or a name", Text(), ANY)
    prison: str = key("prison where they are now, an id or a name", Text(), ANY)
    percent: float = key("of them, chosen evenly", Number(low=0, high=100), 100.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Who):
    """People who may be at one prison only."""

    home: str = key("home authority (or county, region), an ONS code or a name", Text(), ANY)
    at: str = key("that prison, an id or a name", Text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid(Who):
    """People who may not be at a prison."""

    home: str = key("home authority (or county, region), an ONS code or a name", Text(), ANY)
    at: str = key("that prison, an id or a name", Text())


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Who may move, and how many."""

    limit: int | None = key("moves at most; no limit if left out", Whole(low=0), None)
    price: float | None = key("what one move must save, in the objective's unit", Number(low=0), None)
    may_move_percent: float = key("people who may be moved at all", Number(low=0, high=100), 100.0)
    stay: tuple[Stay, ...] = key("people who are not moved", ListOf(Table(Stay)), ())
    lock: tuple[Lock, ...] = key("people who may be at one prison only", ListOf(Table(Lock)), ())
    forbid: tuple[Forbid, ...] = key("people who may not be at a prison", ListOf(Table(Forbid)), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDown:
    """People who may also be held in a lower category."""

    category: str = key("their category", Text(("A", "B", "C", "closed")))
    to: str = key("the category that may hold them too", Text(("B", "C", "D", "open")))
    percent: float = key("of them, chosen evenly", Number(low=0, high=100), 10.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules of placing."""

    remand_nearest: int = key(
        "people before trial are moved to one of so many reception prisons nearest their home, which stands for the "
        "court; 0: to any",
        Whole(low=0, high=100),
        5,
    )
    step_down: tuple[StepDown, ...] = key(
        "people who may also be held in a lower category", ListOf(Table(StepDown)), ()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One change to the estate, or to the way there."""

    kind: str = key(
        "close, open (a closed prison again), resize, re-role, site (a new prison), bus (for visitors)",
        Text(("close", "open", "resize", "re-role", "site", "bus")),
    )
    prison: str = key("an id or a name; for a site the new prison's name", Text(), "")
    places: int | None = key("places of a prison that opens, is resized or re-roled, or of a site", Whole(low=0), None)
    sex: str = key("whom a prison opened, re-roled or new holds", Text(_SEXES), "male")
    ages: tuple[str, ...] = key("and of which ages", ListOf(Text(cohorts.AGES)), ("21+",))
    roles: tuple[str, ...] = key("and in which roles", ListOf(Text(ROLES)), ())
    at: str = key("where a site is: a place or postcode, an authority's name, or best", Text(), "")
    among: tuple[str, ...] = key(
        "regions whose authorities are tried for the best site; all if left out", ListOf(Text()), ()
    )
    homes: tuple[str, ...] = key(
        "authorities (or counties, regions) that a bus serves, ONS codes or names", ListOf(Text()), ()
    )
    minutes: float | None = key("one way by that bus, from door to door", Number(low=1, high=1_440), None)
    fare_pence: int | None = key("there and back for the party; as public transport if left out", Whole(low=0), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How sure the results are to be."""

    draws: int = key(
        "other baselines that the published figures would allow, each placed anew", Whole(low=0, high=1_000), 8
    )
    percent: float = key("by which people and places are varied", Number(low=0, high=20), 2.0)
    points: int = key("points of the curve of moves against burden", Whole(low=0, high=50), 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario."""

    title: str = key("a few words", Text())
    about: str = key("what is asked, in a sentence or two", Text(), "")
    as_of: date = key("the day, such as 2026-07-27", Day())
    nation: str = key("prison system", Text(NATIONS), NATIONS[0])
    seed: int = key("of the draw of people from the modelled baseline", Whole(low=0), 1)
    journeys: Journeys = part(Journeys)
    visits: Visits = part(Visits)
    objective: Objective = part(Objective)
    capacity: Capacity = part(Capacity)
    moves: Moves = part(Moves)
    rules: Rules = part(Rules)
    lever: tuple[Lever, ...] = key("changes to the estate, in this order", ListOf(Table(Lever)), ())
    sensitivity: Sensitivity = part(Sensitivity)


RECORDS: Final[tuple[type, ...]] = (
    *(Scenario, Journeys, Visits, Objective, Weight, Longest, Capacity, Moves, Stay, Lock, Forbid, Rules),
    *(StepDown, Lever, Sensitivity),
)
"""Every table that a file may have, in the order of the reference."""


class ScenarioError(InputError):
    """A scenario is not right; ``problems`` has all that is wrong, one each."""

    def __init__(self, message: str, problems: tuple[str, ...]) -> None:
        super().__init__(message)
        self.problems = problems


def from_table(table: dict[str, Any]) -> Scenario:
    """Make a scenario of what a TOML file holds.

    Raises
    ------
    ScenarioError
        Something is wrong; the message names all of it.
    """
    problems: list[str] = []
    found = converters.read_record(Scenario, table, "", problems)
    if found is not None and not problems:
        problems += _together(found)
    if problems or found is None:
        msg = f"The scenario has {len(problems)} problems: {'; '.join(problems)}. Correct them and run it again."
        raise ScenarioError(msg if len(problems) > 1 else msg.replace("1 problems", "1 problem"), tuple(problems))
    return found


def _together(scenario: Scenario) -> list[str]:
    """List what is wrong between keys that are each right."""
    found = []
    if scenario.moves.limit is not None and scenario.moves.price is not None:
        found.append("moves has both a limit and a price; leave one out")
    if not scenario.title.strip():
        found.append("title is empty")
    steps = {"A": ("B", "C", "D"), "B": ("C", "D"), "C": ("D",), "closed": ("open",)}
    found += [
        f"rules.step_down[{at}] goes from {each.category} to {each.to}, which is not lower"
        for at, each in enumerate(scenario.rules.step_down, 1)
        if each.to not in steps[each.category]
    ]
    for at, lever in enumerate(scenario.lever, 1):
        found += [f"lever[{at}] ({lever.kind}) {problem}" for problem in _lacks(lever)]
    return found


def _lacks(lever: Lever) -> list[str]:
    needs = {
        "close": ("prison",),
        "open": ("prison", "places", "roles"),
        "resize": ("prison", "places"),
        "re-role": ("prison", "roles"),
        "site": ("prison", "places", "roles", "at"),
        "bus": ("prison", "homes", "minutes"),
    }[lever.kind]
    found = [f"needs {name}" for name in needs if getattr(lever, name) in ("", (), None)]
    women = {"closed", "open"}
    for role in lever.roles:
        if role in {"A", "B", "C", "D", "youth"} and lever.sex == "female":
            found.append(f"has the role {role}, which is for men; women are closed or open")
        if role in women and lever.sex == "male":
            found.append(f"has the role {role}, which is for women; men are A, B, C, D or youth")
    return found


def to_toml(scenario: Scenario) -> str:
    """Write a scenario as TOML with every key that is set, in the order of the schema: the same text each time."""
    lines: list[str] = []
    _write(scenario, "", lines)
    return "\n".join(lines).strip() + "\n"


def _write(record: Any, name: str, lines: list[str]) -> None:
    plain: list[str] = []
    tables: list[tuple[str, Any]] = []
    for each in fields(record):
        value = getattr(record, each.name)
        path = f"{name}.{each.name}" if name else each.name
        if type(value) in RECORDS:
            tables.append((f"[{path}]", value))
        elif isinstance(value, tuple) and value and type(value[0]) in RECORDS:
            tables += [(f"[[{path}]]", item) for item in value]
        elif value not in (None, (), ANY):
            plain.append(f"{each.name} = {_toml(value)}")
    lines += plain
    for heading, value in tables:
        lines += ["", heading]
        _write(value, heading.strip("[]"), lines)


def _toml(value: Any) -> str:
    """Write a value, a list in one line; whole numbers without a point, as people write them."""
    import tomli_w

    if isinstance(value, tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return tomli_w.dumps({"_": plain}).removeprefix("_ = ").removesuffix("\n")


def reference() -> str:
    """Write the schema as Markdown: every table of the file, its keys, what they mean, and what they may be."""
    paths: dict[type, str] = {Scenario: ""}
    headings: dict[type, str] = {Scenario: "At the top"}
    for record in RECORDS:
        for each in fields(record):
            inner = converters.record_of(each)
            if inner is not None:
                path = f"{paths[record]}.{each.name}".lstrip(".")
                is_list = isinstance(converters.converter_of(each), ListOf)
                paths[inner], headings[inner] = path, f"`[[{path}]]`" if is_list else f"`[{path}]`"
    lines = []
    for record in RECORDS:
        lines += [f"### {headings[record]}", "", (record.__doc__ or "").partition("\n")[0], ""]
        lines += ["| key | meaning | default | may be |", "|---|---|---|---|"]
        lines += [_row(each) for each in fields(record) if converters.record_of(each) is None]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(each: Any) -> str:
    if each.default is MISSING:
        default = "must be given"
    elif each.default in (None, (), ANY):
        default = "none"
    else:
        default = f"`{_toml(each.default)}`"
    may_be = converters.converter_of(each).may_be
    return f"| `{each.name}` | {converters.meaning_of(each)} | {default} | {may_be} |"
