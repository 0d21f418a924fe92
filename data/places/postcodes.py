"""Every postcode of Great Britain with its point, in a form that answers without reading the rest.

Three files. ``postcodes.npy`` holds nine bytes a postcode in postcode order: the two last letters, the
offset from the sector's corner, the authority and the quality. ``postcode_index.npy`` says for each sector
where its rows start, how many there are and where its corner is. ``postcode_authorities.csv`` lists the
authority codes that the rows number. NumPy maps the first two into memory, so a look-up touches a few pages
of the disk.

The user's own postcodes (``nearhome.data.places.postcode_import``) have the same form in another folder, and are asked
first. Northern Ireland's unit postcodes are not shipped; its sectors are.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from nearhome.data.base import versions
from nearhome.data.base.files import replacing, write_csv
from nearhome.data.catalogue import tables
from nearhome.data.errors import TableError, UnknownPlaceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

RECORD: Final = np.dtype([("unit", "<u2"), ("east", "<u2"), ("north", "<u2"), ("authority", "<u2"), ("quality", "u1")])
"""One postcode: letters as 26 x first + second, offsets from the corner in steps, authority number."""

INDEX: Final = np.dtype(
    [
        ("sector", "S6"),
        ("first", "<u4"),
        ("count", "<u2"),
        ("step_m", "u1"),
        ("easting", "<i4"),
        ("northing", "<i4"),
    ]
)
"""One sector: first row, number of rows, metres of a step, south-west corner (EPSG:27700, metres)."""

NO_POINT: Final = 90
"""Code-Point's positional quality for a postcode without a point."""

NO_AUTHORITY: Final = 65_535
OWN: Final = "postcodes"
"""What the user's own postcodes are called among the imports."""

FILES: Final = {
    "postcodes": "postcodes.npy",
    "postcode_index": "postcode_index.npy",
    "postcode_authorities": "postcode_authorities.csv",
}

_FURTHEST_STEP = 65_535
_LETTERS = 26
_OUTWARD = r"(?:[A-PR-UWYZ][0-9][0-9A-HJKPSTUW]?|[A-PR-UWYZ][A-HK-Y][0-9][0-9ABEHMNPRVWXY]?)"
_UNIT = re.compile(rf"({_OUTWARD})([0-9])([ABD-HJLNP-UW-Z]{{2}})")
_DISTRICT = re.compile(_OUTWARD)
_SECTOR = re.compile(rf"({_OUTWARD})\s+([0-9])")
_NOISE = re.compile(r"[^0-9A-Z]+")
_CROWN = {"IM": "the Isle of Man", "JE": "Jersey", "GY": "Guernsey"}


class Postcode(NamedTuple):
    """A known postcode; the point (EPSG:27700) is None where the source has none."""

    easting: int | None
    northing: int | None
    authority_code: str | None
    quality: int


class PostcodeGroup(NamedTuple):
    """A sector, district or area: the mean point of its postcodes and how far they spread."""

    name: str
    postcodes: int
    lat: float
    lon: float
    easting: int
    northing: int
    spread_m: int
    authority_code: str | None
    nation: str


def normalise(text: str) -> str:
    """Write a full postcode as ``TR1 2HE``, from any case, spacing or punctuation.

    Raises UnknownPlaceError where the text does not follow the grammar of postcodes. (GIR 0AA, which
    belongs to no place, is not accepted.)
    """
    match = _UNIT.fullmatch(_NOISE.sub("", text.upper()))
    if match is None:
        msg = f"{text.strip()!r} is not a full postcode; write it like TR1 2HE."
        raise UnknownPlaceError(msg)
    refuse_crown(match[1])
    return f"{match[1]} {match[2]}{match[3]}"


def is_unit(text: str) -> bool:
    """Whether the text follows the grammar of a full postcode."""
    return _UNIT.fullmatch(_NOISE.sub("", text.upper())) is not None


def as_sector(text: str) -> str | None:
    """Write the text as a sector (``TR1 2``), or give None; without the space TR12 is a district."""
    match = _SECTOR.fullmatch(_NOISE.sub(" ", text.upper()).strip())
    return f"{match[1]} {match[2]}" if match else None


def as_district(text: str) -> str | None:
    """Write the text as a district (``TR1``), or give None."""
    squeezed = _NOISE.sub("", text.upper())
    return squeezed if _DISTRICT.fullmatch(squeezed) else None


def refuse_crown(outward: str) -> None:
    """Raise UnknownPlaceError for a postcode of the Crown dependencies, whose points no open source gives."""
    island = _CROWN.get(outward[:2])
    if island:
        msg = (
            f"Journeys that start in {island} are not covered, because its postcodes have no open map; "
            "give the port or airport in Great Britain or Northern Ireland where the journey by land starts."
        )
        raise UnknownPlaceError(msg)


@dataclass(frozen=True)
class PostcodeTable:
    """One set of the three files, opened when first asked."""

    postcodes: Path
    index: Path
    authorities: Path

    @cached_property
    def records(self) -> NDArray[np.void]:
        """The postcodes in row order, dtype RECORD, mapped from disk."""
        records = _map(self.postcodes, RECORD)
        if len(records) != int(self.sectors["count"].sum(dtype=np.int64)):
            msg = f"{self.postcodes.name} and {self.index.name} do not belong together; install nearhome again."
            raise TableError(msg)
        return records

    @cached_property
    def sectors(self) -> NDArray[np.void]:
        """The sectors in order, dtype INDEX, mapped from disk."""
        return _map(self.index, INDEX)

    @cached_property
    def sector_keys(self) -> NDArray[np.bytes_]:
        """Names of the sectors, in order, contiguous in memory."""
        return np.ascontiguousarray(self.sectors["sector"])

    @cached_property
    def authority_codes(self) -> tuple[str, ...]:
        """ONS codes of local authorities by the number that the records carry."""
        try:
            with self.authorities.open(encoding="utf-8", newline="") as file:
                return tuple(row["code"] for row in csv.DictReader(file))
        except (OSError, UnicodeDecodeError, KeyError) as error:
            msg = f"{self.authorities.name} is missing or damaged ({error}); install nearhome again."
            raise TableError(msg) from error

    def __len__(self) -> int:
        return len(self.records)

    def find(self, postcode: str) -> Postcode | None:
        """Look one normalised postcode (``TR1 2HE``) up; None if it is not there."""
        sector, letters = postcode[:-2].encode(), postcode[-2:]
        place = int(np.searchsorted(self.sector_keys, np.bytes_(sector)))
        if place == len(self.sector_keys) or self.sector_keys[place] != sector:
            return None
        info = self.sectors[place]
        first, count = int(info["first"]), int(info["count"])
        rows = self.records[first : first + count]
        unit = (ord(letters[0]) - 65) * _LETTERS + ord(letters[1]) - 65
        row = int(np.searchsorted(rows["unit"], unit))
        if row == count or int(rows["unit"][row]) != unit:
            return None
        found = rows[row]
        number = int(found["authority"])
        code = None if number == NO_AUTHORITY else self.authority_codes[number]
        quality = int(found["quality"])
        if quality == NO_POINT:
            return Postcode(None, None, code, quality)
        step = int(info["step_m"])
        return Postcode(
            int(info["easting"]) + step * int(found["east"]),
            int(info["northing"]) + step * int(found["north"]),
            code,
            quality,
        )

    def all_points(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Eastings and northings (EPSG:27700, metres) of every row, in row order; -1 for no point."""
        counts = self.sectors["count"].astype(np.int64)
        step = np.repeat(self.sectors["step_m"].astype(np.int32), counts)
        points = []
        for corner, offset in (("easting", "east"), ("northing", "north")):
            values = np.repeat(self.sectors[corner].astype(np.int32), counts)
            values += step * self.records[offset]
            values[self.records["quality"] == NO_POINT] = -1
            points.append(values)
        return points[0], points[1]

    def all_names(self) -> NDArray[np.str_]:
        """Every postcode as written (``TR1 2HE``), in row order."""
        counts = self.sectors["count"].astype(np.int64)
        width = self.sector_keys.dtype.itemsize
        letters = np.zeros((len(self.sector_keys), width), dtype=np.uint8)
        letters[:] = self.sector_keys.view(np.uint8).reshape(len(self.sector_keys), width)
        lengths = (letters != 0).sum(axis=1)
        whole = np.zeros((len(self), width + 2), dtype=np.uint8)
        whole[:, :width] = np.repeat(letters, counts, axis=0)
        end = np.repeat(lengths, counts)
        rows = np.arange(len(self))
        unit = self.records["unit"].astype(np.int64)
        whole[rows, end] = unit // _LETTERS + 65
        whole[rows, end + 1] = unit % _LETTERS + 65
        return whole.view(f"S{width + 2}").ravel().astype(str)

    def row_of(self, postcodes: Sequence[str] | NDArray[np.str_]) -> NDArray[np.int64]:
        """Rows of many postcodes, in any case and spacing; -1 where one is not known or not a postcode."""
        sectors, units = _split(np.asarray(postcodes, dtype=str))
        places = np.searchsorted(self.sector_keys, sectors)
        places[places == len(self.sector_keys)] = 0
        known = (self.sector_keys[places] == sectors) & (units >= 0)
        wanted = places.astype(np.int64) * _LETTERS**2 + units
        rows = np.searchsorted(self._row_keys, wanted)
        rows[rows == len(self)] = 0
        known &= self._row_keys[rows] == wanted
        return np.where(known, rows, -1).astype(np.int64)

    @cached_property
    def _row_keys(self) -> NDArray[np.int64]:
        counts = self.sectors["count"].astype(np.int64)
        keys: NDArray[np.int64] = np.repeat(np.arange(len(counts)), counts) * _LETTERS**2 + self.records["unit"]
        return keys


def _split(texts: NDArray[np.str_]) -> tuple[NDArray[np.bytes_], NDArray[np.int64]]:
    """Sector names and unit numbers of many postcodes; -1 for the number of what cannot be one."""
    if texts.size == 0:
        return np.zeros(0, dtype="S6"), np.zeros(0, dtype=np.int64)
    wide = np.ascontiguousarray(texts)
    letters = wide.view(np.uint32).reshape(texts.size, -1).copy()
    small = (letters >= ord("a")) & (letters <= ord("z"))
    letters[small] -= 32
    keep = ((letters >= ord("A")) & (letters <= ord("Z"))) | ((letters >= ord("0")) & (letters <= ord("9")))
    lengths = keep.sum(axis=1)
    order = np.argsort(~keep, axis=1, kind="stable")
    packed = np.take_along_axis(np.where(keep, letters, 0), order, axis=1).astype(np.uint8)
    packed = np.pad(packed, ((0, 0), (0, max(0, 7 - packed.shape[1]))))
    good = (lengths >= 5) & (lengths <= 7)  # noqa: PLR2004 -- M1 1AA has five characters, TR11 2HE seven
    rows = np.arange(texts.size)
    outward = np.where(good, lengths - 3, 2)
    sector = np.zeros((texts.size, 6), dtype=np.uint8)
    places = np.arange(4)
    sector[:, :4] = np.where(places < outward[:, None], packed[:, :4], 0)
    sector[rows, outward] = ord(" ")
    sector[rows, outward + 1] = packed[rows, outward]
    first = packed[rows, outward + 1].astype(np.int64) - 65
    second = packed[rows, outward + 2].astype(np.int64) - 65
    good &= (first >= 0) & (first < _LETTERS) & (second >= 0) & (second < _LETTERS)
    return sector.view("S6").ravel(), np.where(good, first * _LETTERS + second, -1)


def _map(path: Path, dtype: np.dtype[np.void]) -> NDArray[np.void]:
    try:
        mapped = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError) as error:
        msg = f"{path.name} is missing or damaged ({error}); install nearhome again."
        raise TableError(msg) from error
    if mapped.dtype != dtype or mapped.ndim != 1:
        msg = f"{path.name} is not a table of this version (found {mapped.dtype}); install nearhome again."
        raise TableError(msg)
    # A plain view skips the bookkeeping that numpy.memmap adds to every slice.
    plain: NDArray[np.void] = mapped.view(np.ndarray)
    return plain


@cache
def shipped() -> PostcodeTable:
    """Give the table that ships: Great Britain, OS Code-Point Open."""
    return PostcodeTable(*(tables.path(name) for name in FILES))


def home() -> Path:
    """Give the folder of the user's own postcodes."""
    return tables.user_folder() / "postcodes"


def own_folder() -> Path | None:
    """Give the folder of the three files that ``nearhome.data.places.postcode_import`` wrote last, if there is one."""
    found = versions.newest(home()).get(OWN)
    if found is None and all((home() / file).is_file() for file in FILES.values()):
        return home()  # as earlier versions of nearhome kept them
    return found


def installed() -> PostcodeTable | None:
    """Open the user's own table; None if there is none, or it cannot be used (``set_aside``)."""
    folder = own_folder()
    return _own(folder, _changed(folder))[0] if folder else None


def set_aside() -> str:
    """Say why the user's own table cannot be used, in one sentence; nothing if it can, or there is none."""
    folder = own_folder()
    return _own(folder, _changed(folder))[1] if folder else ""


def _changed(folder: Path) -> tuple[tuple[int, int], ...]:
    """Give what is different once a file is another."""
    try:
        facts = [(folder / file).stat() for file in FILES.values()]
    except OSError:
        return ()
    return tuple((each.st_mtime_ns, each.st_size) for each in facts)


@lru_cache(maxsize=1)
def _own(folder: Path, changed: tuple[tuple[int, int], ...]) -> tuple[PostcodeTable | None, str]:  # noqa: ARG001 -- a changed file is another
    table = PostcodeTable(*(folder / file for file in FILES.values()))
    try:
        numbers = table.records["authority"]
        known = len(table.authority_codes)
    except TableError as error:
        why = str(error).partition("; ")[0]
        return None, f"Your own postcodes cannot be used ({why}); import them again."
    if bool(((numbers >= known) & (numbers != NO_AUTHORITY)).any()):
        why = f"{table.authorities.name} is cut short"
        return None, f"Your own postcodes cannot be used ({why}); import them again."
    return table, ""


def installed_version() -> str | None:
    """Version of the user's own table, such as ``user+1a2b3c4d``, for the record of what an answer used."""
    own = installed()
    return f"user+{tables.checksum(own.postcodes)[:8]}" if own else None


def find(postcode: str) -> Postcode | None:
    """Look a normalised postcode up in the user's own table, then in the one that ships."""
    own = installed()
    found = own.find(postcode) if own else None
    return found if found is not None else shipped().find(postcode)


@cache
def areas(level: str) -> dict[str, PostcodeGroup]:
    """Give the parts of the whole United Kingdom by name: level ``sector``, ``district`` or (postcode) ``area``."""
    found = tables.read_rows(f"postcode_{level}s", lambda row: _area(level, row))
    return {area.name: area for area in found}


def _area(level: str, row: dict[str, str]) -> PostcodeGroup:
    return PostcodeGroup(
        name=row[level],
        postcodes=int(row["postcodes"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        easting=int(row["easting"]),
        northing=int(row["northing"]),
        spread_m=int(row["spread_m"]),
        authority_code=row["authority_code"] or None,
        nation=row["nation"],
    )


def write_table(
    folder: Path,
    *,
    postcodes: NDArray[np.str_],
    easting: NDArray[np.int64],
    northing: NDArray[np.int64],
    authority: NDArray[np.str_],
    quality: NDArray[np.int64],
) -> None:
    """Write the three files from columns of one row a postcode, in any order.

    Parameters
    ----------
    folder
        Where the files go; made if it is not there.
    postcodes
        Normalised, and all different.
    easting, northing
        Metres, EPSG:27700.
    authority
        ONS codes of local authorities; empty where not known.
    quality
        Code-Point's; ``NO_POINT`` marks a row whose point means nothing.
    """
    sector = np.array([text[:-2] for text in postcodes.tolist()], dtype="S6")
    last = postcodes.astype("U8").tolist()
    unit = np.array([(ord(text[-2]) - 65) * _LETTERS + ord(text[-1]) - 65 for text in last], dtype=np.int64)
    order = np.lexsort((unit, sector))
    sector, unit, quality = sector[order], unit[order], quality[order]
    easting, northing, authority = easting[order], northing[order], authority[order]
    codes = sorted(set(authority.tolist()) - {""})
    number = {code: place for place, code in enumerate(codes)} | {"": NO_AUTHORITY}

    keys, firsts, counts = np.unique(sector, return_index=True, return_counts=True)
    pointed = quality != NO_POINT
    index = np.zeros(len(keys), dtype=INDEX)
    index["sector"], index["first"], index["count"] = keys, firsts, counts
    widest = np.zeros(len(keys), dtype=np.int64)
    for name, values in (("easting", easting), ("northing", northing)):
        low = np.minimum.reduceat(np.where(pointed, values, np.iinfo(np.int32).max), firsts)
        high = np.maximum.reduceat(np.where(pointed, values, np.iinfo(np.int32).min), firsts)
        empty = low > high
        index[name] = np.where(empty, 0, low)
        widest = np.maximum(widest, np.where(empty, 0, high - low))
    index["step_m"] = np.maximum(1, -(-widest // _FURTHEST_STEP))

    records = np.zeros(len(sector), dtype=RECORD)
    records["unit"], records["quality"] = unit, quality
    records["authority"] = [number[code] for code in authority.tolist()]
    step = np.repeat(index["step_m"].astype(np.int64), counts)
    for name, values in (("east", easting), ("north", northing)):
        corner = np.repeat(index[f"{name}ing"].astype(np.int64), counts)
        records[name] = np.where(pointed, (values - corner + step // 2) // step, 0)

    for file, array in ((FILES["postcodes"], records), (FILES["postcode_index"], index)):
        with replacing(folder / file) as temporary:
            np.save(temporary, array)
    write_csv(folder / FILES["postcode_authorities"], ["code"], [[code] for code in codes])
