"""The prisons: who is held where, since when, and which one a person means by a name.

Ages and categories are those of today's estate (July 2026) and are derived, not published, for most rows
(columns ``categories_basis`` and ``unsourced`` of the table). Dates of opening are often only a year; a
prison whose opening is unknown counts as open since before our records. Closures for a time that are over
are not recorded.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nearhome.data.base.coordinates import crow_miles
from nearhome.data.base.partial_dates import closing_day, first_day, in_words
from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, PrisonClosedError, UnknownPrisonError
from nearhome.data.prisons.other_names import GONE, POPULAR_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

SEXES = ("male", "female")

MEN = {
    "A": frozenset({"A"}),
    "B": frozenset({"B", "B_LOCAL"}),
    "C": frozenset({"C"}),
    "D": frozenset({"D_OPEN"}),
}
"""Security categories of men in England and Wales, and the words of the table that mean a prison holds them.

Men of category B are held in local prisons too.
"""

KINDS = {
    "open": frozenset({"D_OPEN", "FEMALE_OPEN", "SCO_OPEN"}),
    "closed": frozenset({"FEMALE_CLOSED"}),
    "local": frozenset({"B_LOCAL"}),
    "young": frozenset({"YOI", "YA_18_20", "YCS_U18", "STC", "SCO_YOI", "NI_YOC"}),
    "foreign": frozenset({"FNP"}),
    "immigration": frozenset({"IRC"}),
}
"""Words for other kinds of prison that may be asked for."""

# Prisons for foreign nationals only, and immigration detention, are given only when asked for.
_SPECIAL = frozenset({"FNP", "IRC"})
_ADULT_YEARS = 18
_OLDEST_YEARS = 120
_YOUNGEST_YEARS = 10
_CANDIDATES = 4
_NOISE = {"hmp", "hm", "yoi", "hmyoi", "hmpyoi", "prison", "the", "and", "rc", "gaol", "jail"}
_NOISE |= {"young", "offender", "offenders", "institution", "irc", "immigration", "removal", "centre"}
_NOISE |= {"stc", "secure", "training"}
_TOGETHER = re.compile(r"\s*(?:\band\b|[&+/])\s*")
_MEN_ONLY_NOTE = "women's prisons are closed or open, without the categories A to D"


@dataclass(frozen=True, slots=True)
class Prison:
    """One establishment; EPSG:4326, figures of 27 July 2026, None where not published."""

    id: str
    name: str
    short_name: str
    service: str
    nation: str
    sex: str
    age_min: int
    age_max: int | None
    categories: frozenset[str]
    remand: bool
    function: str
    operator: str
    status: str
    opened: str
    closed: str
    temporarily_closed: str
    merged_into: str
    town: str
    postcode: str
    lat: float
    lon: float
    coordinate_quality: str
    precision_m: int
    op_cap: int | None
    population: int | None
    baseline_cna: int | None
    visits_phone: str
    hpv_name: str
    hpv_postcode: str

    def is_open(self, as_of: date) -> bool:
        """Whether it holds people on the day: opened by then, not closed, and not closed for a time.

        A year or month counts as open from its first day, and as closed from the day after its last.
        """
        if self.opened and as_of < first_day(self.opened):
            return False
        if self.temporarily_closed and as_of >= first_day(self.temporarily_closed):
            return False
        if self.status == "closed":
            return bool(self.closed) and as_of < closing_day(self.closed)
        return True

    def holds(self, sex: str) -> bool:
        """Whether it holds people of that sex."""
        return sex in self.sex.split("+")

    def is_like(self, other: Prison) -> bool:
        """Whether it is of the other's kind: some sex, age and category or role in common."""
        oldest, others_oldest = self.age_max or _OLDEST_YEARS, other.age_max or _OLDEST_YEARS
        return (
            any(other.holds(sex) for sex in self.sex.split("+"))
            and max(self.age_min, other.age_min) <= min(oldest, others_oldest)
            and bool(_roles(self) & _roles(other))
            and self.categories & _SPECIAL == other.categories & _SPECIAL
        )


def _roles(prison: Prison) -> frozenset[str]:
    """Categories that make a kind; taking young adults or remands besides does not."""
    return prison.categories - {"YA_18_20", "REMAND"} or prison.categories


def prisons() -> tuple[Prison, ...]:
    """Every establishment in the table, open or closed, sorted by id."""
    return tuple(_by_id().values())


def by_id(prison_id: str) -> Prison:
    """Give the prison with that id (NOMIS's letters, or ``SCO-``, ``NI-`` and so on)."""
    found = _by_id().get(prison_id.strip().upper())
    if found is None:
        msg = f"No prison has the id {prison_id!r}; nearhome prisons lists them."
        raise UnknownPrisonError(msg)
    return found


@cache
def _by_id() -> dict[str, Prison]:
    return {prison.id: prison for prison in tables.read_rows("prisons", _prison)}


def _prison(row: dict[str, str]) -> Prison:
    return Prison(
        id=row["id"],
        name=row["name"],
        short_name=row["short_name"],
        service=row["service"],
        nation=row["country"],
        sex=row["sex"],
        age_min=int(row["age_min"]),
        age_max=_number(row["age_max"]),
        categories=frozenset(row["categories"].split(";")),
        remand=row["remand"] == "yes",
        function=row["function_2022"] or row["function_2017"],
        operator=row["operator"],
        status=row["status"],
        opened=row["opened"],
        closed=row["closed"],
        temporarily_closed=row["temporarily_closed"],
        merged_into=row["merged_into"],
        town=row["town"],
        postcode=row["postcode"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        coordinate_quality=row["coordinate_quality"],
        precision_m=int(row["coordinate_precision_m"]),
        op_cap=_number(row["op_cap_2026_07_27"]),
        population=_number(row["population_2026_07_27"]),
        baseline_cna=_number(row["baseline_cna_2026_07_27"]),
        visits_phone=row["visits_phone"],
        hpv_name=row["hpv_name"],
        hpv_postcode=row["hpv_postcode"],
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def find(text: str, as_of: date) -> Prison:
    """Give the prison that a person means, if it is open on the day: the one finder of command, pages and files.

    Tried in this order, and a later way only if an earlier one finds nothing: the id, the full name, the
    short name (with or without HMP and the like), a popular name such as Strangeways (``other_names``), how a name
    starts, what it contains. Among several the open ones count.

    Raises
    ------
    UnknownPrisonError
        If none or more than one fits; the message names up to four that are near.
    PrisonClosedError
        If the one that fits is not open on the day; the message says since when and names the nearest like
        it.

    Examples
    --------
    >>> from datetime import date
    >>> find("HMP Exeter", date(2026, 11, 21)).id
    'EXI'
    >>> find("Strangeways", date(2026, 11, 21)).name
    'Manchester (HMP & YOI)'
    """
    prison = named(text, as_of)
    if not prison.is_open(as_of):
        raise PrisonClosedError(_shut(prison, as_of))
    return prison


def named(text: str, as_of: date | None = None) -> Prison:
    """Give the prison that a person means, open or closed, as ``find`` does.

    Parameters
    ----------
    text
        An id or a name, as for ``find``.
    as_of
        Among several that fit, those count that are open on this day, or that are not closed for good if it is
        left out.

    Raises
    ------
    UnknownPrisonError
        As for ``find``.
    PrisonClosedError
        If it closed before the tables begin.
    """
    if not text.strip():
        msg = "No prison was given; write one such as Exeter, or its id."
        raise UnknownPrisonError(msg)
    choice = _choice(text, as_of)
    if len(choice) == 1:
        return choice[0]
    wrong = _wrong(text, choice)
    sentence = f"{text.strip()!r} {wrong}{'' if wrong.endswith('?') else '.'}"
    raise PrisonClosedError(sentence) if _gone(text) and not choice else UnknownPrisonError(sentence)


def wrong_with(text: str, *, near: bool = True) -> str:
    """Say what is wrong with the name of a prison, as it goes on after the name; nothing if ``named`` finds it.

    Parameters
    ----------
    text
        An id or a name, as for ``find``.
    near
        Whether to look for names spelt alike, which takes a while.
    """
    choice = _choice(text, None)
    return "" if len(choice) == 1 else _wrong(text, choice, near=near)


def _choice(text: str, as_of: date | None) -> list[Prison]:
    found = _matches(text)
    if not found:
        parts = [_matches(part) for part in _TOGETHER.split(text.casefold()) if _words(part)]
        found = [each for (each,) in parts] if len(parts) > 1 and all(len(part) == 1 for part in parts) else []
    kept = [each for each in found if (each.status != "closed" if as_of is None else each.is_open(as_of))]
    return kept or found


def _wrong(text: str, choice: list[Prison], *, near: bool = True) -> str:
    if choice:
        names = ", ".join(f"{prison.name} ({prison.id})" for prison in choice[:_CANDIDATES])
        more = f" and {len(choice) - _CANDIDATES} more" if len(choice) > _CANDIDATES else ""
        return f"fits {len(choice)} prisons: {names}{more}; give one by its full name or id"
    if not text.strip():
        return "is no name of a prison; write one such as Exeter, or its id"
    gone = _gone(text)
    if gone:
        return f"closed in {in_words(gone)} and is in no table; nearhome prisons lists those that are open"
    shown = _near_names() if near else {}
    alike = difflib.get_close_matches(_bare(text), shown, n=_CANDIDATES, cutoff=0.65)
    found = list(dict.fromkeys(shown[each] for each in alike))
    hint = f"did you mean {' or '.join(found)}?" if found else "nearhome prisons lists them"
    return f"is no prison we know; {hint}"


def _gone(text: str) -> str:
    """Give the month in which a prison closed that is in no table; empty if it is none of those."""
    return next((closed for name, closed in GONE.items() if _bare(text) == _bare(name)), "")


@cache
def _near_names() -> dict[str, str]:
    """Give the short names by what they and the popular ones are looked up by."""
    popular = {
        _bare(word): f"{word} ({_by_id()[each].short_name})" for each, words in POPULAR_NAMES.items() for word in words
    }
    return popular | {_bare(prison.short_name): prison.short_name for prison in prisons()}


class _Names(NamedTuple):
    """How a prison's names are looked up: their tokens in order, and what is left without HMP and the like."""

    prison: Prison
    tokens: list[str]
    short: str
    full: str
    popular: frozenset[str]


@cache
def _names() -> list[_Names]:
    return [
        _Names(
            each,
            _tokens(each.name),
            _bare(each.short_name),
            _bare(each.name),
            frozenset(map(_bare, POPULAR_NAMES.get(each.id, ()))),
        )
        for each in prisons()
    ]


def _matches(text: str) -> list[Prison]:
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        return []
    bare, tokens = _bare(text), _tokens(text)
    ways: tuple[Callable[[_Names], bool], ...] = (
        lambda each: each.prison.id.casefold() == wanted,
        lambda each: each.prison.name.casefold() == wanted,
        lambda each: each.prison.short_name.casefold() == wanted,
        lambda each: each.tokens == tokens,
    )
    if bare:
        ways += (
            lambda each: bare in {each.short, each.full},
            lambda each: each.short.replace(" ", "") == bare.replace(" ", ""),
            lambda each: bare in each.popular,
            lambda each: each.short.startswith(bare),
            lambda each: bare in each.full,
        )
    found = ([each.prison for each in _names() if fits(each)] for fits in ways)
    return next((way for way in found if way), [])


def _tokens(text: str) -> list[str]:
    return sorted(re.findall(r"[a-z0-9]+", text.casefold()))


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[a-z0-9]+", text.casefold().replace("'", "")) if word not in _NOISE]


def _bare(name: str) -> str:
    return " ".join(_words(name))


def _shut(prison: Prison, as_of: date) -> str:
    """Say that, and since when, a prison is not open, and which like it are near."""
    if prison.opened and as_of < first_day(prison.opened):
        what = f"{prison.short_name} was not open on {_day(as_of)}: it opened in {in_words(prison.opened)}"
    elif prison.temporarily_closed and prison.status != "closed":
        what = f"{prison.short_name} has been closed for now since {in_words(prison.temporarily_closed)}"
    elif prison.closed:
        what = f"{prison.short_name} has been closed since {in_words(prison.closed)}"
    else:
        what = f"{prison.short_name} is closed, since a date we do not know"
    heir = _by_id().get(prison.merged_into)
    if heir and heir.is_open(as_of):
        what += f" (it became part of {heir.short_name})"
    like = nearest_like(prison, as_of)
    if not like:
        return f"{what}; no prison like it is open on that date."
    names = [f"{other.short_name} ({miles:.0f} miles away)" for other, miles in like]
    return f"{what}; the nearest open of its kind: {', '.join(names)}."


def _day(day: date) -> str:
    return in_words(day.isoformat())


def nearest_like(prison: Prison, as_of: date, *, count: int = 3) -> list[tuple[Prison, float]]:
    """Give the nearest open prisons of the same kind with their distance in miles as the crow flies."""
    like = [
        (other, crow_miles(prison.lat, prison.lon, other.lat, other.lon))
        for other in prisons()
        if other.id != prison.id and other.is_open(as_of) and other.is_like(prison)
    ]
    return sorted(like, key=lambda pair: (pair[1], pair[0].id))[:count]


def suitable(
    *,
    as_of: date,
    sex: str | None = None,
    category: str | None = None,
    age: int | None = None,
    remand: bool | None = None,
) -> tuple[Prison, ...]:
    """Give the open prisons that may hold such a person, sorted by id.

    Parameters
    ----------
    as_of
        The day on which they must be open.
    sex
        ``male`` or ``female``; any if None.
    category
        ``A``, ``B``, ``C`` or ``D`` (men, England and Wales), or ``open``, ``closed`` (women), ``local``,
        ``young``, ``foreign``, ``immigration``; any if None. Scotland, Northern Ireland and the islands
        have no A to D.
    age
        In years; any if None. Under 18 only the youth estate fits. A person of 18 to 20 is held only where the
        prison is certified for young adults, or holds every age.
    remand
        True asks for prisons that take people before trial; False and None do not matter, since such prisons
        also hold sentenced people.

    Raises
    ------
    InputError
        If a word is not one of these, or sex, category and age cannot go together.
    """
    sex = _sex(sex)
    wanted = _category(category, sex)
    _check_age(age, category)
    return tuple(
        prison
        for prison in prisons()
        if prison.is_open(as_of)
        and (sex is None or prison.holds(sex))
        and (wanted is None or (prison.categories & wanted and _right_sex(prison, wanted, sex)))
        and (age is None or _right_age(prison, age))
        and (not remand or prison.remand)
        and (not prison.categories & _SPECIAL or bool(wanted and wanted <= _SPECIAL))
    )


def _sex(text: str | None) -> str | None:
    if text is None:
        return None
    words = {"m": "male", "man": "male", "men": "male", "f": "female", "woman": "female", "women": "female"}
    sex = words.get(text.strip().casefold(), text.strip().casefold())
    if sex not in SEXES:
        msg = f"The sex {text!r} is not known; write male or female, the way prisons are divided."
        raise InputError(msg)
    return sex


def _category(text: str | None, sex: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    word = text.strip().removeprefix("category ").removeprefix("Category ")
    if word.upper() in MEN:
        if sex == "female":
            msg = f"A woman cannot be in category {word.upper()}: {_MEN_ONLY_NOTE}."
            raise InputError(msg)
        return MEN[word.upper()]
    if word.casefold() not in KINDS:
        msg = f"The category {text!r} is not known; use one of {', '.join([*MEN, *KINDS])}."
        raise InputError(msg)
    if word.casefold() == "closed" and sex == "male":
        msg = "Closed is a kind of women's prison here; for a man use one of A, B, C or D."
        raise InputError(msg)
    if word.casefold() == "local" and sex == "female":
        msg = f"A woman cannot be in a category B local prison: {_MEN_ONLY_NOTE}; ask for remand instead."
        raise InputError(msg)
    return KINDS[word.casefold()]


def _check_age(age: int | None, category: str | None) -> None:
    if age is None:
        return
    if not _YOUNGEST_YEARS <= age <= _OLDEST_YEARS:
        msg = f"The age {age} is out of range; give whole years from {_YOUNGEST_YEARS} to {_OLDEST_YEARS}."
        raise InputError(msg)
    if age < _ADULT_YEARS and category is not None and category.strip().casefold() != "young":
        msg = f"A person of {age} is held in the youth estate, which has no category {category.strip()}."
        raise InputError(msg)


def _right_age(prison: Prison, age: int) -> bool:
    return prison.age_min <= age <= (prison.age_max or _OLDEST_YEARS)


def _right_sex(prison: Prison, wanted: Iterable[str], sex: str | None) -> bool:
    """In a prison for both sexes, a category of women does not make it right for a man."""
    fits = {word for word in wanted if word in prison.categories}
    return sex != "male" or any(not word.startswith("FEMALE") for word in fits)
