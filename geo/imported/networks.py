"""The road networks that a person imported, and which roads answer for a place: theirs where they cover it.

Elsewhere it is the network that ships. Without any import nothing is opened but a folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import coordinates
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import TableError
from nearhome.geo.roads import network
from nearhome.geo.roads.conditions import IMPORTED, OWN_ROADS, SHIPPED, TODAY, Conditions
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.data.base.coordinates import Point


@dataclass(frozen=True, slots=True)
class Installed:
    """An imported network: its name, which is that of the extract, and its file (``nearhome.geo.roads.storage``)."""

    name: str
    file: Path

    @property
    def version(self) -> str:
        """The version for the record of what an answer used, such as ``user+1a2b3c4d``."""
        return f"user+{catalogue.checksum(self.file)[:8]}"


@dataclass(frozen=True, slots=True)
class AnsweringRoads:
    """Roads that answer: the router, what its network is called, and the versions of what it was made from.

    ``network`` is ``shipped``, or ``imported:`` and the name of the import.
    """

    router: Router
    network: str
    tables: dict[str, str]
    scenario: Conditions = TODAY


def networks() -> tuple[Installed, ...]:
    """List the imported networks, the largest region first.

    Raises
    ------
    TableError
        When one of them is damaged.
    """
    files = sorted((catalogue.user_folder() / "networks").glob("*.npz"))
    sized = [(-_area(_border(file, file.stat().st_mtime_ns)), file) for file in files]
    return tuple(Installed(file.stem, file) for _, file in sorted(sized))


def roads_for(origin: Point, *, imported: bool = True, scenario: Conditions = TODAY) -> AnsweringRoads:
    """Choose the roads for journeys from a place (EPSG:4326): the largest import that covers it, or what ships.

    Raises
    ------
    InputError
        When the scenario closes what is not there.
    TableError, SourceError
        When an imported network is damaged, or cannot be stitched to the one that ships.
    """
    xy = np.column_stack(coordinates.to_metres([origin.lat], [origin.lon]))
    ((_, roads),) = split(xy, networks() if imported else (), scenario)
    return roads


def split(xy: Floats, imported: Sequence[Installed], scenario: Conditions = TODAY) -> list[tuple[Ints, AnsweringRoads]]:
    """Sort places by the roads that answer for them.

    Parameters
    ----------
    xy
        Places in metres, EPSG:27700, shape (places, 2). NaN is nowhere, for which what ships answers.
    imported
        The networks to choose from, the first that covers a place answers for it.
    scenario
        The conditions on the roads. What it closes has to be on one of the networks that answer.

    Returns
    -------
    Rows of ``xy`` and the roads for them; no network is there without a row.

    Raises
    ------
    InputError, TableError, SourceError
        As for ``roads_for``.
    """
    chosen = covering(xy, imported)
    groups = [(np.flatnonzero(chosen == number), number) for number in np.unique(chosen).tolist()]
    opened = [(rows, _opened(imported[number] if number >= 0 else None)) for rows, number in groups]
    scenario.refuse_unknown(roads.router.network for _, roads in opened)
    return [(rows, _under(roads, scenario)) for rows, roads in opened]


def covering(xy: Floats, imported: Sequence[Installed]) -> Ints:
    """Give for each place (EPSG:27700, metres) the number of the first imported network that covers it, or -1."""
    found = np.full(len(xy), -1)
    for number, each in enumerate(imported):
        border = _border(each.file, each.file.stat().st_mtime_ns)
        with np.errstate(invalid="ignore"):
            near = ((xy >= border.min(axis=0)) & (xy <= border.max(axis=0))).all(axis=1)
        left = np.flatnonzero(near & (found < 0))
        if len(left):
            import shapely

            found[left[shapely.contains_xy(shapely.Polygon(border), xy[left])]] = number
    return found


def refuse_others(wanted: Mapping[str, str]) -> list[Installed]:
    """Find the imported networks of some names, in that order, and make sure that they have these versions.

    Raises
    ------
    TableError
        When one is not installed here, or is another.
    """
    here = {each.name: each for each in networks()} if wanted else {}
    for name, version in wanted.items():
        found = here[name].version if name in here else "missing"
        if found != version:
            msg = (
                f"The imported roads {name!r} are {found} on the machine that computes and {version} on the one that "
                "asked; import the same extract on both."
            )
            raise TableError(msg)
    return [here[name] for name in wanted]


def _area(border: Floats) -> float:
    """Compute the area inside a line, in square metres, by the shoelace formula."""
    (x, y), (x_on, y_on) = border.T, np.roll(border, -1, axis=0).T
    return abs(float((x * y_on - x_on * y).sum())) / 2


@lru_cache(maxsize=64)
def _border(file: Path, changed_ns: int) -> Floats:  # noqa: ARG001 -- a file imported again is another
    from nearhome.geo.roads import storage

    return storage.border(file)


def _opened(which: Installed | None) -> AnsweringRoads:
    """Open one network, the shipped one for None."""
    tables = catalogue.versions(*network.TABLES)
    if which is None:
        return AnsweringRoads(Router.shipped(), SHIPPED, tables)
    router = _stitched(which.file, which.file.stat().st_mtime_ns)
    return AnsweringRoads(router, f"{IMPORTED}{which.name}", tables | {OWN_ROADS: which.version})


@lru_cache(maxsize=2)
def _stitched(file: Path, changed_ns: int) -> Router:  # noqa: ARG001 -- a file imported again is another
    from nearhome.geo.imported import stitching
    from nearhome.geo.roads import storage

    return stitching.StitchedRouter(stitching.stitch(storage.open_saved(file), network.shipped()))


@lru_cache(maxsize=2)
def _reweighted(router: Router, scenario: Conditions) -> Router:
    return router.under(scenario)


def _under(roads: AnsweringRoads, scenario: Conditions) -> AnsweringRoads:
    if scenario == TODAY:
        return roads
    return AnsweringRoads(_reweighted(roads.router, scenario), roads.network, roads.tables, scenario)
