"""The services that help families of prisoners, by day: what they are, where, for whom, and what says so.

The register is a record of dated statements, not a directory: a service that is not in it may well exist. Which of
its rows count on a day is decided by ``nearhome.data.services.status``. The user's own register
(``nearhome.data.services.own``) is added to the one that ships.
"""

from __future__ import annotations

import csv
import difflib
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from nearhome.data.catalogue import tables
from nearhome.data.errors import InputError, TableError
from nearhome.data.places.gazetteer import key_of
from nearhome.data.prisons import register as prison_register
from nearhome.data.services.kinds import ANY_KIND, KINDS
from nearhome.data.services.records import (
    COLUMNS,
    EVIDENCE_COLUMNS,
    Evidence,
    Service,
    _statement,
    own_service,
    service_of,
)

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


_SHOWN = 3


def register() -> tuple[Service, ...]:
    """Every service and stated gap, in force or not, by id; the user's own after those that ship."""
    return _shipped() + own()


def own() -> tuple[Service, ...]:
    """Give the user's own services; none if no register is installed."""
    file = own_file()
    if not file.is_file():
        return ()
    facts = file.stat()
    return _own(file, facts.st_mtime_ns, facts.st_size)


def own_file() -> Path:
    """Where the user's own register is kept."""
    return tables.user_folder() / "services" / "services.csv"


def versions() -> dict[str, str]:
    """Versions of the tables that the register was read from."""
    found = tables.versions("services", "service_evidence")
    file = own_file()
    return found | ({"own_services": f"user+{tables.checksum(file)[:8]}"} if file.is_file() else {})


def services(as_of: date | None = None, kind: str | None = None) -> tuple[Service, ...]:
    """Give the services in force on a day, by id; with no day, all of the register but stated gaps.

    Raises
    ------
    InputError
        If the kind is not one of ``service_kinds.KINDS``.
    """
    from nearhome.data.services.status import status

    if kind is not None:
        check_kind(kind)
    return tuple(
        each
        for each in register()
        if each.kind != ANY_KIND
        and (kind is None or each.kind == kind)
        and (as_of is None or status(each, as_of).in_force)
    )


def check_kind(kind: str) -> None:
    """Raise InputError if there is no such kind of service; the message names the one spelt most like it."""
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the kinds are {', '.join(KINDS)}."
        msg = f"There is no kind of service {kind!r}; {hint}"
        raise InputError(msg)


def gaps() -> tuple[Service, ...]:
    """Give the areas of which a source says that they have no service, whenever that was."""
    return tuple(each for each in register() if each.kind == ANY_KIND)


def find(text: str) -> tuple[Service, ...]:
    """Give the services that a text means, in force or not: one by its id, else all with words that begin like its own.

    Looked through are the name, the operator, the town and the names of the prisons.

    Raises
    ------
    InputError
        If none fits; the message names some that are spelt alike.
    """
    wanted = key_of(text).split()
    found = tuple(each for each in register() if each.id == text.strip()) if wanted else ()
    found = found or tuple(each for each in register() if wanted and all(f" {word}" in _words(each) for word in wanted))
    if not found:
        names = {key_of(each): each for service in register() for each in (service.name, service.operator)}
        near = difflib.get_close_matches(key_of(text), names, n=_SHOWN)
        hint = f"did you mean {' or '.join(names[each] for each in near)}?" if near else "nearhome services lists them."
        msg = f"No service fits {text.strip()!r}; {hint}"
        raise InputError(msg)
    return found


def _words(service: Service) -> str:
    places = [prison_register.by_id(each).name for each in service.prison_ids]
    return f" {key_of(' '.join([service.name, service.operator, service.town, *places]))}"


@cache
def _shipped() -> tuple[Service, ...]:
    evidence: dict[str, list[Evidence]] = {}
    for service_id, statement in tables.read_rows("service_evidence", _statement):
        evidence.setdefault(service_id, []).append(statement)
    found = tuple(tables.read_rows("services", lambda row: service_of(row, tuple(evidence.get(row["id"], ())))))
    without = next((each.id for each in found if not each.evidence), "")
    if without:
        msg = f"The table 'service_evidence' is damaged (nothing is said of {without}); install nearhome again."
        raise TableError(msg)
    return found


@lru_cache(maxsize=1)
def _own(file: Path, changed_ns: int, size_bytes: int) -> tuple[Service, ...]:  # noqa: ARG001 -- a changed file is read anew
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            header, *lines = list(csv.reader(stream)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(_damaged(tables.one_line(error))) from error
    missing = [column for column in (*COLUMNS, *EVIDENCE_COLUMNS) if column not in header]
    odd = next((number for number, cells in enumerate(lines, start=2) if len(cells) != len(header)), 0)
    if missing or odd:
        raise TableError(_damaged(f"line {odd} is cut short" if odd else f"it lacks the column {missing[0]!r}"))
    try:
        return tuple(own_service(dict(zip(header, cells, strict=True))) for cells in lines)
    except ValueError as error:
        raise TableError(_damaged(tables.one_line(error))) from error


def _damaged(why: str) -> str:
    return f"Your register of services is damaged ({why}); import it again."
