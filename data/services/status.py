"""Whether a service counts on a day, and how that is said in words: the rule of the register.

A service counts as in force

- from its start, or else from the first day of its first dated statement (a guide that tells of 2006 to 2008 speaks
  for each of these years);
- until its end where one is known, planned ends among them;
- else for five years after its last dated statement, and at a prison of England or Wales no longer than to the next
  time that family services were put out to tender there (October 2017, October 2022): contracts in the evidence run
  four or five years, and after a tender another body may do the work;
- between two of its statements as well;
- and never while all its prisons are closed.

A page without a date says nothing about any day, nor does general knowledge: what rests on them alone is listed and
not counted. Of a day outside these limits the register says that it does not know, not that there was no service. Rows
of the user's own register count from their start to their end, or always where they have none, but not while their
prison is closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from nearhome.data.base.partial_dates import day_after, first_day, in_words
from nearhome.data.prisons import register

if TYPE_CHECKING:
    from nearhome.data.services.records import Evidence, Service

YEARS = 5
"""How long a dated statement counts, years: the length of the contracts that began in October 2017 and October 2022."""

TENDERS = (date(2017, 10, 1), date(2022, 10, 1))
"""When family services at prisons of England and Wales changed hands (services_sources.md)."""

State = Literal[
    "in force", "not yet", "ended", "lapsed", "undated", "unsourced", "prison closed", "planned", "gap", "excluded"
]

_NO_TENDER = frozenset({"visit_costs", "family_contact_officer"})


@dataclass(frozen=True, slots=True)
class Status:
    """Where a service stands on a day, and a sentence that says why."""

    state: State
    words: str

    @property
    def in_force(self) -> bool:
        """Whether it counts."""
        return self.state == "in force"


def status(service: Service, as_of: date) -> Status:
    """Say whether a service counts on a day, by the rule of this module."""
    dated = [each for each in service.evidence if each.date and each.grade not in {"unsourced", "own"}]
    if service.standing == "excluded":
        return Status("excluded", "Not a service for families; kept because the evidence names it.")
    if service.standing != "running":
        return _not_running(service, dated, as_of)
    found = _own(service, as_of) if service.is_own else _by_dates(service, dated, as_of)
    if found.in_force and service.prison_ids and not service.prisons_on(as_of):
        return Status("prison closed", f"Its prison was closed {_on(as_of)}.")
    return found


def _not_running(service: Service, dated: list[Evidence], as_of: date) -> Status:
    if as_of < first_day(_first(dated)):
        return _too_early(_first(dated), as_of, known=False)
    when = _when(dated, as_of)
    if service.standing == "planned":
        return Status("planned", f"Being set up, stated {when}; whether it came about is not known.")
    still = as_of < _lapse(service, dated)
    return Status("gap", f"No service, stated {when}{'' if still else '; none is known since'}.")


def _own(service: Service, as_of: date) -> Status:
    if service.valid_from and as_of < first_day(service.valid_from):
        return Status("not yet", f"Starts {_at(service.valid_from)}, says your register.")
    if service.valid_to and as_of >= day_after(service.valid_to):
        return Status("ended", f"Ended {_at(service.valid_to)}, says your register.")
    return Status("in force", "In force, says your register.")


def _by_dates(service: Service, dated: list[Evidence], as_of: date) -> Status:
    if service.valid_to and as_of >= day_after(service.valid_to):
        return Status("ended", f"Ended {_at(service.valid_to)}.")
    if not service.valid_from and not dated:
        return _without_dates(service, as_of)
    start = service.valid_from or _first(dated)
    if as_of < first_day(start):
        return _too_early(start, as_of, known=bool(service.valid_from))
    since = f" since {in_words(service.valid_from)}" if service.valid_from else ""
    stated = f"stated {_when(dated, as_of)}" if dated else "stated without a date"
    if service.valid_to:
        return Status("in force", f"In force{since}, until {in_words(service.valid_to)}: {stated}.")
    if as_of < _lapse(service, dated):
        return Status("in force", f"In force{since}: {stated}.")
    return Status("lapsed", f"{stated[0].upper()}{stated[1:]}; not known {_on(as_of)}.")


def _too_early(start: str, as_of: date, *, known: bool) -> Status:
    why = "it had begun by" if known else "the first statement is of"
    return Status("not yet", f"Not known {_on(as_of)}: {why} {in_words(start)}.")


def _without_dates(service: Service, as_of: date) -> Status:
    if service.valid_to:
        return Status("undated", f"Ran until {in_words(service.valid_to)}; since when is not known.")
    if all(each.grade == "unsourced" for each in service.evidence):
        return Status("unsourced", f"General knowledge, no source found; not known {_on(as_of)}.")
    words = next(each.date_words for each in service.evidence if each.grade != "unsourced")
    rest = words.removeprefix("undated").removeprefix(",").strip()
    rest = rest if not rest or rest.startswith("(") else f"({rest})"
    return Status("undated", f"{f'Named on a page without a date {rest}'.strip()}; not known {_on(as_of)}.")


def _lapse(service: Service, dated: list[Evidence]) -> date:
    """Give the first day on which the last statement, or else the start, no longer counts.

    A statement known to the year or month is taken to be of its first day.
    """
    last = max(first_day(each.date) for each in dated) if dated else first_day(service.valid_from)
    if service.valid_from:
        last = max(last, first_day(service.valid_from))
    lapse = date(last.year + YEARS, last.month, min(last.day, 28))
    tenders = [each for each in TENDERS if each > last] if _is_tendered(service) else []
    return min([lapse, *tenders])


def _is_tendered(service: Service) -> bool:
    if service.reach not in {"prison", "prisons_unnamed"} or service.kind in _NO_TENDER:
        return False
    nations = {register.by_id(each).nation for each in service.prison_ids}
    if nations:
        return bool(nations & {"England", "Wales"})
    return all(code[0] in "EW" for code in service.area_codes)


def _first(dated: list[Evidence]) -> str:
    """Give the first year, month or day that the statements speak of."""
    return min((each.date_from for each in dated), key=first_day)


def _when(dated: list[Evidence], as_of: date) -> str:
    """Say when the last of some statements up to a day was made, or else the first."""
    before = [each.date for each in dated if first_day(each.date_from) <= as_of]
    return _at(max(before, key=first_day) if before else min((each.date for each in dated), key=first_day))


def _at(text: str) -> str:
    """Write "in 2008", "in April 2009" or "on 9 April 2025"."""
    return f"{'on' if text.count('-') == 2 else 'in'} {in_words(text)}"  # noqa: PLR2004 -- year, month and day


def _on(as_of: date) -> str:
    return _at(as_of.isoformat())
