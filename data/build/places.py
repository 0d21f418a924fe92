"""The places table: names of towns, villages and hamlets with a point, ranked so that the town comes first.

Great Britain from ``boundaries/place_names_gb_2022.parquet`` (ONS Index of Place Names 2022): localities and
built-up areas. The index has no sizes and several points for a built-up area or district, so

- a place is a *city* where a whole district, borough or the London region bears its name nearby, a *town*
  where a built-up area does, else a *locality*;
- a built-up area within 10 km of a place of its name, or 25 km of a city, is that place, and so is a locality
  within 1 km;
- its size is the number of postcodes within 2 km (modelled, not published);
- its spread is the median distance to the postcodes nearer to it than to any other city or town (for a
  locality, than to any other place);
- its authority is that of the nearest postcode.

Northern Ireland has no open index here: its post towns with their postcode districts are general knowledge,
unverified, and their points are medians of the districts' postcode points. Villages are missing there.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nearhome.data.base.coordinates import to_degrees, to_metres
from nearhome.data.base.files import write_csv
from nearhome.data.errors import SourceError
from nearhome.data.places.gazetteer import RANKS, key_of

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

COLUMNS = ("key", "name", "rank", "postcodes", "lat", "lon", "spread_m", "authority_code", "basis")

_LOCALITY, _BUILT_UP = "LOC", "BUA"
_DISTRICTS = ("UA", "MD", "NMD", "LONB", "CA")
_NAMESAKE_M = 10_000
_SAME_M = 1_000
_DISTRICT_M = 15_000
_CITY_M = 25_000
_SIZE_M = 2_000
_LEAST_SPREAD_M = 100

# Common short names that the index lacks: general knowledge, unverified. Short -> indexed name.
_ALIASES = {"Hull": "Kingston upon Hull", "Stoke": "Stoke-on-Trent", "Brum": "Birmingham"}
# Post towns of Northern Ireland and the districts their centre lies in: general knowledge, unverified.
_NORTHERN_IRELAND = {
    "Belfast": "BT1 BT2 BT3 BT4 BT5 BT6 BT7 BT8 BT9 BT10 BT11 BT12 BT13 BT14 BT15 BT16 BT17",
    "Holywood": "BT18",
    "Bangor": "BT19 BT20",
    "Donaghadee": "BT21",
    "Newtownards": "BT23",
    "Ballynahinch": "BT24",
    "Dromore": "BT25",
    "Hillsborough": "BT26",
    "Lisburn": "BT27 BT28",
    "Crumlin": "BT29",
    "Downpatrick": "BT30",
    "Castlewellan": "BT31",
    "Banbridge": "BT32",
    "Newcastle": "BT33",
    "Newry": "BT34 BT35",
    "Newtownabbey": "BT36 BT37",
    "Carrickfergus": "BT38",
    "Ballyclare": "BT39",
    "Larne": "BT40",
    "Antrim": "BT41",
    "Ballymena": "BT42 BT43",
    "Magherafelt": "BT45",
    "Maghera": "BT46",
    "Londonderry": "BT47 BT48",
    "Derry": "BT47 BT48",
    "Limavady": "BT49",
    "Coleraine": "BT52",
    "Ballymoney": "BT53",
    "Ballycastle": "BT54",
    "Portstewart": "BT55",
    "Portrush": "BT56",
    "Bushmills": "BT57",
    "Armagh": "BT61",
    "Portadown": "BT62",
    "Craigavon": "BT65",
    "Lurgan": "BT66",
    "Dungannon": "BT70 BT71",
    "Enniskillen": "BT74",
    "Fivemiletown": "BT75",
    "Omagh": "BT78 BT79",
    "Cookstown": "BT80",
    "Castlederg": "BT81",
    "Strabane": "BT82",
}
_NORTHERN_CITIES = {"Belfast", "Londonderry", "Derry"}


@dataclass(frozen=True, slots=True)
class _Name:
    """One row in the making; the point is EPSG:27700, metres."""

    name: str
    rank: int
    easting: float
    northing: float


def build(sources: Path, out: Path) -> None:
    """Write ``places.csv.gz``, sorted by key, then rank, then size."""
    postcodes = _postcodes(sources / "postcodes" / "uk_postcodes.parquet")
    britain = postcodes[postcodes["country"] != "Northern Ireland"]
    names = _names(sources / "boundaries" / "place_names_gb_2022.parquet")
    rows = _measured(names, britain) + _northern_ireland(postcodes[postcodes["country"] == "Northern Ireland"])
    rows += [
        (key_of(short), short, *row[2:-1], "alias")
        for short, full in _ALIASES.items()
        for row in [_largest(rows, full)]
    ]
    rows.sort(key=lambda row: (row[0], RANKS.index(row[2]), -row[3], row[4], row[5], row[1]))
    write_csv(out / "places.csv.gz", COLUMNS, rows)


def _largest(rows: list[tuple[Any, ...]], name: str) -> tuple[Any, ...]:
    found = [row for row in rows if row[1] == name]
    if not found:
        msg = f"boundaries/place_names_gb_2022.parquet has no place called {name!r}, which an alias needs."
        raise SourceError(msg)
    return min(found, key=lambda row: (RANKS.index(row[2]), -row[3]))


def _postcodes(path: Path) -> pd.DataFrame:
    import pandas as pd

    columns = ["postcode", "easting", "northing", "country", "lad_code"]
    try:
        table = pd.read_parquet(path, columns=columns)
    except (OSError, ValueError) as error:
        msg = f"{path.name} cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
    table = table[table["easting"].notna() & table["lad_code"].notna()]
    return table.astype({"easting": float, "northing": float, "lad_code": "object", "country": "object"})


def _names(path: Path) -> list[_Name]:
    """Reduce the index to one row a place: points of one name that belong together become one."""
    import pandas as pd

    try:
        index = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        msg = f"{path.name} cannot be read ({error}); give the folder that holds the source files."
        raise SourceError(msg) from error
    index["short"] = [_short(name) for name in index["name"]]
    index["key"] = [key_of(name) for name in index["short"]]
    regions = set(index.loc[index["description_code"] == "RGN", "key"])
    index = index[(index["lat"] != 0) & index["description_code"].isin([_LOCALITY, _BUILT_UP, *_DISTRICTS])]
    easting, northing = to_metres(index["lat"].to_numpy(), index["lon"].to_numpy())
    columns = (index["key"], index["code"], index["short"], index["description_code"])
    rows = sorted(zip(*columns, easting.round().tolist(), northing.round().tolist(), strict=True))
    result = []
    for key, group in itertools.groupby(rows, key=lambda row: row[0]):
        result += _places([row[2:] for row in group], is_region=key in regions)
    return result


def _places(rows: list[tuple[str, str, float, float]], *, is_region: bool) -> list[_Name]:
    """Places of one key from its rows (label, kind, easting, northing)."""
    kinds: dict[str, list[tuple[float, float]]] = {_LOCALITY: [], _BUILT_UP: [], "": []}
    for _, kind, easting, northing in rows:
        kinds[kind if kind in kinds else ""].append((easting, northing))
    labels = {(easting, northing): label for label, kind, easting, northing in rows if kind in kinds}
    built_up, districts = kinds[_BUILT_UP], kinds[""]
    kept: dict[tuple[float, float], int] = {}
    for point in kinds[_LOCALITY]:
        if _near(list(kept), point, _SAME_M):
            continue
        city = is_region or _near(districts, point, _DISTRICT_M)
        kept[point] = 0 if city else 1 if _near(built_up, point, _NAMESAKE_M) else 2
    for point in built_up:
        cities = [place for place, rank in kept.items() if rank == 0]
        if not _near(list(kept), point, _NAMESAKE_M) and not _near(cities, point, _CITY_M):
            kept[point] = 0 if is_region or _near(districts, point, _DISTRICT_M) else 1
    return [_Name(labels[point], rank, *point) for point, rank in kept.items()]


def _short(name: str) -> str:
    """Drop what the index adds to tell namesakes apart, and write ``Compton, Lower`` the way it is said."""
    name = re.sub(r"\s*\([^)]*\)$", "", name)
    name = re.sub(r", (City|County) of$", "", name)
    if name.count(", ") == 1:
        name = " ".join(reversed(name.split(", ")))
    name = name.replace(",", "")
    return re.sub(r"^City of (?!London$)", "", name)


def _near(points: list[tuple[float, float]], place: tuple[float, float], reach_m: float) -> bool:
    return any(math.dist(point, place) <= reach_m for point in points)


def _measured(names: list[_Name], postcodes: pd.DataFrame) -> list[tuple[Any, ...]]:
    from scipy.spatial import KDTree

    codes = postcodes["lad_code"].to_numpy()
    points = postcodes[["easting", "northing"]].to_numpy()
    tree = KDTree(points)
    at = np.array([(name.easting, name.northing) for name in names])
    sizes = tree.query_ball_point(at, _SIZE_M, return_length=True)
    nearest = tree.query(at)[1]
    ranks = np.array([name.rank for name in names])
    spread = np.full(len(names), float(_SIZE_M))
    for rank, rivals in ((0, 1), (1, 1), (2, 2)):
        members = np.flatnonzero(ranks <= rivals)
        distance, owner = KDTree(at[members]).query(points)
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(members)))
        for place, values in zip(members, np.split(distance[order], starts[1:]), strict=True):
            if ranks[place] == rank and len(values):
                spread[place] = np.median(values)
    lat, lon = to_degrees(at[:, 0], at[:, 1])
    return [
        (
            key_of(name.name),
            name.name,
            RANKS[name.rank],
            int(sizes[row]),
            f"{lat[row]:.5f}",
            f"{lon[row]:.5f}",
            max(_LEAST_SPREAD_M, int(round(float(spread[row]), -2))),
            codes[nearest[row]],
            "index",
        )
        for row, name in enumerate(names)
    ]


def _northern_ireland(postcodes: pd.DataFrame) -> list[tuple[Any, ...]]:
    district = postcodes["postcode"].str[:-4]
    rows = []
    for name, districts in _NORTHERN_IRELAND.items():
        members = postcodes[district.isin(districts.split())]
        if members.empty:
            msg = f"postcodes/uk_postcodes.parquet has no postcode in {districts}, which {name} needs."
            raise SourceError(msg)
        easting, northing = members["easting"].median(), members["northing"].median()
        distance = np.hypot(members["easting"] - easting, members["northing"] - northing)
        lat, lon = to_degrees(easting, northing)
        rows.append(
            (
                key_of(name),
                name,
                "city" if name in _NORTHERN_CITIES else "town",
                int((distance <= _SIZE_M).sum()),
                f"{float(lat):.5f}",
                f"{float(lon):.5f}",
                max(_LEAST_SPREAD_M, int(round(float(np.median(distance)), -2))),
                members["lad_code"].mode().iloc[0],
                "post town",
            )
        )
    return rows
