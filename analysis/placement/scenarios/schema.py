"""What if people were held elsewhere: a scenario is a small TOML file that says what is asked, and nothing else.

Each record below is a table of the file, and each attribute a key; the attribute's words, default and limits are the
schema, which ``reference`` writes out. ``from_table`` checks a whole file and names every problem at once.
"""

from __future__ import annotations

import difflib
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Final

from nearhome.analysis.population import cohorts
from nearhome.analysis.population.estate import NATIONS
from nearhome.data.errors import InputError

ANY: Final = ""
"""Stands for everybody in a selection."""

ROLES: Final = ("remand", "detained", "A", "B", "C", "D", "youth", "closed", "open", "any")
_CATEGORIES: Final = ("A", "B", "C", "D", "youth", "closed", "open", "any", "none")
_SENTENCES: Final = ("under 1 year", "1 to 4 years", "4 years or more", "life", "recalled", "any", "none")
_SEXES: Final = ("male", "female")


def _key(meaning: str, default: Any = MISSING, **limits: Any) -> Any:
    """Declare a key: what it means, its default, and ``low``, ``high`` or ``choices``."""
    return field(default=default, metadata={"meaning": meaning, **limits})


@dataclass(frozen=True, slots=True, kw_only=True)
class Journeys:
    """How families travel."""

    travel: str = _key(
        "household: families without a car by typical public transport, the others by car; car: everybody by car",
        "household",
        choices=("household", "car"),
    )
    without_car_percent: float | None = _key(
        "families without a car; each authority's households in the census of 2021 if left out", None, low=0, high=100
    )
    when: str = _key("day of the public transport", "weekend", choices=("weekday", "weekend"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How often families visit, and what they get back: assumptions, since nobody publishes either."""

    per_year: float = _key("visits a year to each person held", 12.0, low=0, high=366)
    adults: int = _key("adults who travel", 1, low=1, high=6)
    children: int = _key("children who travel", 1, low=0, high=6)
    video_percent: float = _key("visits that video calls take the place of", 0.0, low=0, high=100)
    claimed_percent: float = _key("visits for which Help with Prison Visits is claimed", 30.0, low=0, high=100)
    flexible_sessions: bool = _key("prisons offer two hours at whatever time saves a night away", default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A selection of people; what is left out stands for all."""

    sex: str = _key("sex", ANY, choices=_SEXES)
    age: str = _key("age band in years", ANY, choices=cohorts.AGES)
    status: str = _key("before or after sentence", ANY, choices=cohorts.STATUSES)
    category: str = _key("security category", ANY, choices=_CATEGORIES)
    sentence: str = _key("length of sentence", ANY, choices=_SENTENCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Who):
    """Whose journeys count more, or less, than others'."""

    weight: float = _key("what one unit of their burden counts", low=0.01, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest(Who):
    """The worst journey that a kind of people may have."""

    burden: float = _key("in the objective's unit, one way for minutes and miles", low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What is made small."""

    burden: str = _key(
        "minutes or miles one way, pence a visit, or mix: pence and the time at pence_per_hour",
        "minutes",
        choices=("minutes", "miles", "pence", "mix"),
    )
    pence_per_hour: float = _key("what an hour under way counts in a mix", 600.0, low=0, high=10_000)
    fairness: str = _key(
        "sum; squares: long journeys weigh more; worst: the mean of the worst share; over: fewest over a threshold",
        "sum",
        choices=("sum", "squares", "worst", "over"),
    )
    worst_percent: float = _key("the worst share", 10.0, low=1, high=100)
    over: float = _key("the threshold, in the burden's unit", 120.0, low=0)
    weight: tuple[Weight, ...] = _key("kinds of people who count more or less", ())
    longest: tuple[Longest, ...] = _key("kinds of people with a worst journey", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many places there are."""

    headroom_percent: float = _key("of operational capacity that stays free", 0.0, low=0, high=50)
    role_percent: float = _key("by which a prison may hold more of a role than now (assumption)", 10.0, low=0, high=500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay(Who):
    """People who are not moved, unless their prison closes or changes."""

    home: str = _key("home authority (or county, region), an ONS code or a name", ANY)
    prison: str = _key("prison where they are now, an id or a name", ANY)
    percent: float = _key("of them, chosen evenly", 100.0, low=0, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Who):
    """People who may be at one prison only."""

    home: str = _key("home authority (or county, region), an ONS code or a name", ANY)
    at: str = _key("that prison, an id or a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbid(Who):
    """People who may not be at a prison."""

    home: str = _key("home authority (or county, region), an ONS code or a name", ANY)
    at: str = _key("that prison, an id or a name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Who may move, and how many."""

    limit: int | None = _key("moves at most; no limit if left out", None, low=0)
    price: float | None = _key("what one move must save, in the objective's unit", None, low=0)
    may_move_percent: float = _key("people who may be moved at all", 100.0, low=0, high=100)
    stay: tuple[Stay, ...] = _key("people who are not moved", ())
    lock: tuple[Lock, ...] = _key("people who may be at one prison only", ())
    forbid: tuple[Forbid, ...] = _key("people who may not be at a prison", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDown:
    """People who may also be held in a lower category."""

    category: str = _key("their category", choices=("A", "B", "C", "closed"))
    to: str = _key("the category that may hold them too", choices=("B", "C", "D", "open"))
    percent: float = _key("of them, chosen evenly", 10.0, low=0, high=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules of placing."""

    remand_nearest: int = _key(
        "people before trial are moved to one of so many reception prisons nearest their home, which stands for the "
        "court; 0: to any",
        5,
        low=0,
        high=100,
    )
    step_down: tuple[StepDown, ...] = _key("people who may also be held in a lower category", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One change to the estate, or to the way there."""

    kind: str = _key(
        "close, open (a closed prison again), resize, re-role, site (a new prison), bus (for visitors)",
        choices=("close", "open", "resize", "re-role", "site", "bus"),
    )
    prison: str = _key("an id or a name; for a site the new prison's name", "")
    places: int | None = _key("places of a prison that opens, is resized or re-roled, or of a site", None, low=0)
    sex: str = _key("whom a prison opened, re-roled or new holds", "male", choices=_SEXES)
    ages: tuple[str, ...] = _key("and of which ages", ("21+",), choices=cohorts.AGES)
    roles: tuple[str, ...] = _key("and in which roles", (), choices=ROLES)
    at: str = _key("where a site is: a place or postcode, an authority's name, or best", "")
    among: tuple[str, ...] = _key("regions whose authorities are tried for the best site; all if left out", ())
    homes: tuple[str, ...] = _key("authorities (or counties, regions) that a bus serves, ONS codes or names", ())
    minutes: float | None = _key("one way by that bus, from door to door", None, low=1, high=1_440)
    fare_pence: int | None = _key("there and back for the party; as public transport if left out", None, low=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How sure the results are to be."""

    draws: int = _key("other baselines that the published figures would allow, each placed anew", 8, low=0, high=1_000)
    percent: float = _key("by which people and places are varied", 2.0, low=0, high=20)
    points: int = _key("points of the curve of moves against burden", 8, low=0, high=50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole scenario."""

    title: str = _key("a few words")
    about: str = _key("what is asked, in a sentence or two", "")
    as_of: date = field(metadata={"meaning": "the day, such as 2026-07-27"})
    nation: str = _key("prison system", NATIONS[0], choices=NATIONS)
    seed: int = _key("of the draw of people from the modelled baseline", 1, low=0)
    journeys: Journeys = field(default=Journeys(), metadata={})
    visits: Visits = field(default=Visits(), metadata={})
    objective: Objective = field(default=Objective(), metadata={})
    capacity: Capacity = field(default=Capacity(), metadata={})
    moves: Moves = field(default=Moves(), metadata={})
    rules: Rules = field(default=Rules(), metadata={})
    lever: tuple[Lever, ...] = field(default=(), metadata={"meaning": "changes to the estate, in this order"})
    sensitivity: Sensitivity = field(default=Sensitivity(), metadata={})


RECORDS: Final[dict[str, type]] = {
    each.__name__: each
    for each in (
        *(Scenario, Journeys, Visits, Objective, Weight, Longest, Capacity, Moves, Stay, Lock, Forbid, Rules),
        *(StepDown, Lever, Sensitivity),
    )
}


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
    found = _record(Scenario, table, "", problems)
    if found is not None and not problems:
        problems += _together(found)
    if problems or found is None:
        msg = f"The scenario has {len(problems)} problems: {'; '.join(problems)}. Correct them and run it again."
        raise ScenarioError(msg if len(problems) > 1 else msg.replace("1 problems", "1 problem"), tuple(problems))
    scenario: Scenario = found
    return scenario


def _record(kind: type, table: Any, where: str, problems: list[str]) -> Any:
    """Make a record of a table, or give None and say why not."""
    if not isinstance(table, dict):
        problems.append(f"{where} must be a table")
        return None
    known = {each.name: each for each in fields(kind)}
    for name in table:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(known)}"
            problems.append(f"{where}{name} is no key here ({hint})")
    before, values = len(problems), {}
    for name, each in known.items():
        if name in table:
            values[name] = _value(str(each.type), table[name], each.metadata, f"{where}{name}", problems)
        elif each.default is MISSING:
            problems.append(f"{where}{name} is missing")
    return kind(**values) if len(problems) == before and set(values) <= set(known) else None


def _value(form: str, value: Any, limits: Any, where: str, problems: list[str]) -> Any:
    """Read one value in the form that an annotation names."""
    form = form.removesuffix(" | None")
    if form in RECORDS:
        return _record(RECORDS[form], value, f"{where}.", problems)
    if form.startswith("tuple["):
        inner = form.removeprefix("tuple[").removesuffix(", ...]")
        if not isinstance(value, list):
            problems.append(f"{where} is {value!r}, and must be a list")
            return ()
        return tuple(_value(inner, each, limits, f"{where}[{at}]", problems) for at, each in enumerate(value, 1))
    wrong = _wrong(form, value, limits)
    if wrong:
        problems.append(f"{where} is {_short(value)}, and must be {wrong}")
    return float(value) if form == "float" and not wrong else value


def _wrong(form: str, value: Any, limits: Any) -> str:
    """Say what a plain value must be if it is not; else nothing."""
    if form == "str":
        fits, wanted = isinstance(value, str), "text in quotes"
    elif form == "bool":
        fits, wanted = isinstance(value, bool), "true or false"
    elif form == "date":
        fits, wanted = isinstance(value, date) and not isinstance(value, datetime), "a date such as 2026-07-27"
    else:
        number = isinstance(value, int if form == "int" else (int, float)) and not isinstance(value, bool)
        low, high = limits.get("low", float("-inf")), limits.get("high", float("inf"))
        fits = number and low <= value <= high and value not in {float("inf"), float("-inf")}
        wanted = f"a {'whole ' if form == 'int' else ''}number{_range(limits)}"
    choices = limits.get("choices")
    if fits and choices and value not in choices:
        return f"one of {', '.join(choices)}"
    return "" if fits else wanted


def _range(limits: Any) -> str:
    low, high = limits.get("low"), limits.get("high")
    if high is not None:
        return f" from {low:g} to {high:g}"
    return f" of {low:g} or more" if low is not None else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."  # noqa: PLR2004 -- a sentence, not a dump


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
        if type(value) in RECORDS.values():
            tables.append((f"[{path}]", value))
        elif isinstance(value, tuple) and value and type(value[0]) in RECORDS.values():
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
    names = {"Scenario": "(top of the file)"}
    for kind, record in RECORDS.items():
        prefix = "" if kind == "Scenario" else f"{names[kind].strip('[]')}."
        for each in fields(record):
            inner = str(each.type).removeprefix("tuple[").removesuffix(", ...]")
            if inner in RECORDS:
                path = f"{prefix}{each.name}"
                names[inner] = f"[[{path}]]" if str(each.type).startswith("tuple[") else f"[{path}]"
    lines = []
    for kind, record in RECORDS.items():
        lines += [f"### `{names[kind]}`" if kind != "Scenario" else "### At the top", "", _first_line(record), ""]
        lines += ["| key | meaning | default | may be |", "|---|---|---|---|"]
        for each in fields(record):
            inner = str(each.type).removeprefix("tuple[").removesuffix(", ...]").removesuffix(" | None")
            if inner not in RECORDS:
                lines.append(_row(each, inner))
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _first_line(record: type) -> str:
    return (record.__doc__ or "").partition("\n")[0]


def _row(each: Any, form: str) -> str:
    limits = each.metadata
    given = each.default
    if given is MISSING:
        default = "must be given"
    elif given in (None, (), ANY):
        default = "none"
    else:
        default = f"`{_toml(given)}`"
    words = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "date": "a date"}
    may = ", ".join(limits["choices"]) if limits.get("choices") else words[form] + _range(limits)
    return (
        f"| `{each.name}` | {limits['meaning']} | {default} | {may}{' (a list)' if 'tuple' in str(each.type) else ''} |"
    )
