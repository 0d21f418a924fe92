"""An imported timetable feed as arrays: every stop, trip and call, kept in a folder of ``.npy`` files.

Opening a feed maps its files and reads no more than its description, so that a national one is open at once.
"""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from nearhome.data.base import versions
from nearhome.data.catalogue import tables
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.gtfs.calendars import Services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nearhome.data.base.arrays import Array


FORMAT = "nearhome feed 1"
DESCRIPTION = "feed.json"
NO_BOARDING, NO_ALIGHTING, ARRANGED, INTERPOLATED = 1, 2, 4, 8
"""Bits of ``Feed.call_flags``: who may not get on or off; on request only, to be arranged beforehand; and a time that
the feed leaves out, put evenly between those it gives."""

MODES = ("bus", "rail", "coach", "ferry", "tram", "metro", "air", "taxi", "other")


class Texts:
    """Many texts in one array of bytes; indexing decodes one."""

    def __init__(self, data: NDArray[np.uint8], starts: NDArray[np.int64]) -> None:
        self.data, self.starts = data, starts

    @classmethod
    def of(cls, words: Iterable[str]) -> Texts:
        """Pack some texts."""
        packed = [word.encode() for word in words]
        starts = np.zeros(len(packed) + 1, np.int64)
        np.cumsum([len(word) for word in packed], out=starts[1:])
        return cls(np.frombuffer(b"".join(packed), np.uint8), starts)

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """Put several one after the other."""
        sizes = [np.zeros(1, np.int64), *(np.diff(part.starts) for part in parts)]
        return cls(
            np.concatenate([np.zeros(0, np.uint8), *(part.data for part in parts)]), np.concatenate(sizes).cumsum()
        )

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> str:
        row = range(len(self))[row]
        return bytes(self.data[self.starts[row] : self.starts[row + 1]]).decode()

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))


class TransitRoute(NamedTuple):
    """A line as passengers know it: its number or short name, its long name, its mode and who runs it."""

    name: str
    long_name: str
    mode: str
    agency: str


@dataclass(frozen=True, eq=False, slots=True)
class Feed:
    """One feed.

    Stops by row: where they are (EPSG:4326, NaN where unknown), a number for the station they belong to (one of their
    own where none), and whether a wheelchair gets on there (0 unknown, 1 yes, 2 no). Trips by row: their route,
    service, head sign, first call, number of calls, seconds to add to the calls' times, headway in seconds (0 for a
    timetable; otherwise the times are only those of one trip in every so many seconds) and whether a wheelchair fits.
    Calls by row: stop, seconds after midnight of the service day on arrival and departure, and flags. Transfers are
    rows of stop, stop and least seconds: 0 where the feed leaves the time open, -1 where it forbids the transfer.
    """

    name: str
    publisher: str
    first: date
    last: date
    sha256: str
    remarks: tuple[str, ...]
    routes: tuple[TransitRoute, ...]
    services: Services
    stop_id: Texts
    stop_name: Texts
    stop_lat: NDArray[np.float64]
    stop_lon: NDArray[np.float64]
    stop_station: NDArray[np.int32]
    stop_access: NDArray[np.uint8]
    trip_id: Texts
    head_sign: Texts
    trip_sign: NDArray[np.int32]
    trip_route: NDArray[np.int32]
    trip_service: NDArray[np.int32]
    trip_first: NDArray[np.int64]
    trip_count: NDArray[np.int32]
    trip_shift: NDArray[np.int32]
    trip_headway: NDArray[np.int32]
    trip_access: NDArray[np.uint8]
    call_stop: NDArray[np.int32]
    call_arrive: NDArray[np.int32]
    call_depart: NDArray[np.int32]
    call_flags: NDArray[np.uint8]
    transfers: NDArray[np.int32]

    @property
    def agencies(self) -> tuple[str, ...]:
        """Who runs the services, in the order of the alphabet."""
        return tuple(sorted({route.agency for route in self.routes}))


def folder() -> Path:
    """Give the folder of the imported feeds."""
    return tables.user_folder() / "timetables"


def kept() -> dict[str, Path]:
    """Give the folder of each installed feed by its name, in the order of the names."""
    found = {each.name: each for each in _earlier()} | versions.newest(folder())
    return {name: found[name] for name in sorted(found)}


def changed() -> tuple[tuple[str, int], ...]:
    """Give what is different after every import, without opening a feed."""
    found = []
    for each in kept().values():
        try:
            found.append((each.name, (each / DESCRIPTION).stat().st_mtime_ns))
        except OSError:
            found.append((each.name, 0))
    return tuple(found)


def install(feeds: Sequence[Feed], *, replace: bool = False) -> list[Path]:
    """Write feeds beside those installed before, in the place of those of the same name; or of all of them.

    Everything is written aside first, and the feeds are put in place when all of it is there.

    Raises
    ------
    SourceError
        When the folder cannot be written to.
    """
    home, before = folder(), kept()
    try:
        with ExitStack() as aside:
            for feed in feeds:
                _save(feed, aside.enter_context(versions.written(home, feed.name)))
    except OSError as error:
        msg = f"The timetables cannot be written ({error.strerror}); choose another data folder with NEARHOME_DATA."
        raise SourceError(msg) from error
    names = {feed.name for feed in feeds}
    for name, where in before.items():
        if name not in names and replace:
            forget(name)
        elif name in names and where in _earlier():
            shutil.rmtree(where, ignore_errors=True)
    return [kept()[feed.name] for feed in feeds]


def forget(name: str | None = None) -> bool:
    """Remove the feed of a name, or all installed feeds; whether there were any."""
    found = [each for each in kept() if name in {None, each}]
    for each in found:
        versions.forget(folder(), each)
        for where in _earlier():
            if where.name == each:
                shutil.rmtree(where, ignore_errors=True)
    return bool(found)


def open_all() -> list[Feed]:
    """Open every installed feed, in the order of their names.

    Raises
    ------
    TableError
        When one of them is damaged or of another version.
    """
    return [open_one(name) for name in kept()]


def open_one(name: str) -> Feed:
    """Open an installed feed.

    Raises
    ------
    TableError
        When it is damaged, or of another version.
    """
    earlier = [each for each in _earlier() if each.name == name]
    if earlier and name not in versions.newest(folder()):
        return _open(earlier[0])
    return versions.opened(folder(), name, _open)


def _earlier() -> list[Path]:
    """Give the folders of feeds that an earlier version of nearhome kept."""
    found = (each.parent for each in folder().glob(f"*/{DESCRIPTION}"))
    return sorted(each for each in found if versions.MARK not in each.name and not each.name.startswith("."))


def _save(feed: Feed, where: Path) -> None:
    facts: dict[str, Any] = {
        "format": FORMAT,
        "name": feed.name,
        "publisher": feed.publisher,
        "first": feed.first.isoformat(),
        "last": feed.last.isoformat(),
        "sha256": feed.sha256,
        "remarks": feed.remarks,
        "routes": feed.routes,
    }
    for name, value in _arrays(feed):
        np.save(where / f"{name}.npy", value, allow_pickle=False)
    (where / DESCRIPTION).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def _arrays(feed: Feed) -> Iterator[tuple[str, Array]]:
    for field in fields(feed):
        value = getattr(feed, field.name)
        if isinstance(value, Texts):
            yield f"{field.name}_bytes", value.data
            yield f"{field.name}_starts", value.starts
        elif isinstance(value, Services):
            for part in fields(value):
                yield f"service_{part.name}", getattr(value, part.name)
        elif isinstance(value, np.ndarray):
            yield field.name, value


def _open(where: Path) -> Feed:
    def array(name: str) -> Array:
        try:
            loaded: Array = np.load(where / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
        except (OSError, ValueError, EOFError) as error:
            raise TableError(_damaged(where, tables.one_line(error))) from error
        return loaded

    facts, first, last = _facts(where)
    parts: dict[str, Any] = {
        "name": facts["name"],
        "publisher": facts["publisher"],
        "first": first,
        "last": last,
        "sha256": facts["sha256"],
        "remarks": tuple(facts["remarks"]),
        "routes": tuple(TransitRoute(*route) for route in facts["routes"]),
        "services": Services(*(np.array(array(f"service_{part.name}")) for part in fields(Services))),
    }
    for field in fields(Feed):
        if field.type == "Texts":
            parts[field.name] = Texts(array(f"{field.name}_bytes"), array(f"{field.name}_starts"))
        elif field.name not in parts:
            parts[field.name] = array(field.name)
    return Feed(**parts)


def _facts(where: Path) -> tuple[dict[str, Any], date, date]:
    """Read the description of a kept feed, with its first and last day."""
    try:
        facts = json.loads((where / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TableError(_damaged(where, tables.one_line(error))) from error
    written = str(facts.get("format")) if isinstance(facts, dict) else "none"
    if written != FORMAT:
        raise TableError(_damaged(where, f"it is of the format {written!r}, not {FORMAT!r}"))
    texts = all(isinstance(facts.get(name), str) for name in ("name", "publisher", "first", "last", "sha256"))
    routes, remarks = facts.get("routes"), facts.get("remarks")
    size = len(TransitRoute._fields)
    if not (
        texts
        and isinstance(remarks, list)
        and isinstance(routes, list)
        and all(isinstance(each, list) and len(each) == size for each in routes)
    ):
        raise TableError(_damaged(where, "its description is not whole"))
    try:
        return facts, date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])
    except ValueError as error:
        raise TableError(_damaged(where, tables.one_line(error))) from error


def _damaged(where: Path, why: str) -> str:
    name = where.name.rpartition(versions.MARK)[0] or where.name
    return f"The timetable {name!r} is missing or damaged ({why}); import the feed again."
