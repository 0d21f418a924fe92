"""The road networks that a person imported, and which roads answer for a place: theirs where they cover it.

Elsewhere it is the network that ships. Without any import nothing is opened but a folder. Imported roads that cannot be
used are set aside: the roads that ship answer in their place, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import coordinates, versions
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.roads import network, storage
from nearhome.geo.roads.conditions import IMPORTED, OWN_ROADS, SET_ASIDE, SHIPPED, TODAY, Conditions
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Floats, Ints
    from nearhome.data.base.coordinates import Point

EARLIER = "*.npz"
"""How earlier versions of nearhome kept imported roads."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An imported network: its name, which is that of the extract, and its folder (``nearhome.geo.imported.kept``).

    ``version`` is for the record of what an answer used, such as ``user+1a2b3c4d``. ``why`` says why it cannot be used,
    in one sentence, if so.
    """

    name: str
    folder: Path
    version: str
    changed_ns: int
    why: str = ""
    border: Floats | None = field(default=None, repr=False, compare=False)
    """Its outline, a closed line, EPSG:27700 metres; None where it cannot be read."""


@dataclass(frozen=True, slots=True)
class AnsweringRoads:
    """Roads that answer: the router, what its network is called, and the versions of what it was made from.

    ``network`` is ``shipped``, or ``imported:`` and the name of the import, or SET_ASIDE and the name of one in whose
    place those that ship answer.
    """

    router: Router
    network: str
    tables: dict[str, str]
    scenario: Conditions = TODAY


def networks() -> tuple[Installed, ...]:
    """List the imported networks, the largest region first, and after them those that cannot be used."""
    found = [_installed(name, folder) for name, folder in versions.newest(storage.home()).items()]
    known = {each.name for each in found}
    earlier = [_earlier(file) for file in sorted(storage.home().glob(EARLIER)) if file.stem not in known]
    return tuple(sorted([*found, *earlier], key=lambda each: (bool(each.why), -area(each.border), each.name)))


def roads_for(origin: Point, *, imported: bool = True, scenario: Conditions = TODAY) -> AnsweringRoads:
    """Choose the roads for journeys from a place (EPSG:4326): the largest import that covers it, or what ships.

    Raises
    ------
    InputError
        When the scenario closes what is not there.
    TableError
        When a shipped table is missing or damaged.
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
    InputError, TableError
        As for ``roads_for``.
    """
    chosen = covering(xy, imported)
    lost = next((each for each in imported if each.why and each.border is None), None)
    opened = [
        (np.flatnonzero(chosen == number), _answering(imported[number] if number >= 0 else lost))
        for number in np.unique(chosen).tolist()
    ]
    scenario.refuse_unknown(roads.router.network for _, roads in opened)
    return [(rows, _under(roads, scenario)) for rows, roads in opened]


def covering(xy: Floats, imported: Sequence[Installed]) -> Ints:
    """Give for each place (EPSG:27700, metres) the number of the first imported network that covers it, or -1."""
    found = np.full(len(xy), -1)
    for number, each in enumerate(imported):
        border = each.border
        if border is None:
            continue
        with np.errstate(invalid="ignore"):
            near = ((xy >= border.min(axis=0)) & (xy <= border.max(axis=0))).all(axis=1)
        left = np.flatnonzero(near & (found < 0))
        if len(left):
            import shapely

            found[left[shapely.contains_xy(shapely.Polygon(border), xy[left])]] = number
    return found


def opens(which: Installed) -> bool:
    """Say whether an imported network can be used: whether its roads answer, not those that ship in their place."""
    return _answering(which).network == f"{IMPORTED}{which.name}"


def forget(name: str) -> bool:
    """Remove the imported network of a name; whether there was one."""
    earlier = (storage.home() / f"{name}.npz").is_file()
    if earlier:
        (storage.home() / f"{name}.npz").unlink()
    return versions.forget(storage.home(), name) or earlier


def refuse_others(wanted: Mapping[str, str]) -> list[Installed]:
    """Find the imported networks of some names, in that order, and make sure that they have these versions.

    Raises
    ------
    TableError
        When one is not installed here, cannot be used, or is another.
    """
    here = {each.name: each for each in networks()} if wanted else {}
    for name, version in wanted.items():
        found = here[name].version if name in here and opens(here[name]) else "missing"
        if found != version:
            msg = (
                f"The imported roads {name!r} are {found} on the machine that computes and {version} on the one that "
                "asked; import the same extract on both."
            )
            raise TableError(msg)
    return [here[name] for name in wanted]


def _installed(name: str, folder: Path) -> Installed:
    """Look at a kept network without opening it."""
    try:
        changed_ns = (folder / storage.FACTS).stat().st_mtime_ns
    except OSError:
        changed_ns = 0
    return _looked_at(name, folder, changed_ns)


@lru_cache(maxsize=64)
def _looked_at(name: str, folder: Path, changed_ns: int) -> Installed:
    border = None
    try:
        facts = storage.facts_of(folder)
        border = storage.border(folder)
    except TableError as error:
        return Installed(name, folder, "damaged", changed_ns, str(error), border)
    version = f"user+{str(facts.get('sha256'))[:8]}"
    return Installed(name, folder, version, changed_ns, storage.why_alone(facts), border)


def _earlier(file: Path) -> Installed:
    why = f"The imported roads {file.stem!r} were kept by an earlier version of nearhome; import the extract again."
    return Installed(file.stem, file, "earlier", 0, why)


def area(border: Floats | None) -> float:
    """Compute the area inside a line, in square metres, by the shoelace formula; none for no line."""
    if border is None:
        return 0.0
    (x, y), (x_on, y_on) = border.T, np.roll(border, -1, axis=0).T
    return abs(float((x * y_on - x_on * y).sum())) / 2


def _answering(which: Installed | None) -> AnsweringRoads:
    """Open one network, the shipped one for None and for one that cannot be used."""
    tables = catalogue.versions(*network.TABLES)
    if which is None:
        return AnsweringRoads(Router.shipped(), SHIPPED, tables)
    if not which.why:
        try:
            router = _opened(which.name, which.folder, which.changed_ns)
            return AnsweringRoads(router, f"{IMPORTED}{which.name}", tables | {OWN_ROADS: which.version})
        except (TableError, SourceError):
            pass
    return AnsweringRoads(Router.shipped(), f"{SET_ASIDE}{which.name}", tables)


@lru_cache(maxsize=4)
def _opened(name: str, folder: Path, changed_ns: int) -> Router:  # noqa: ARG001 -- roads imported again are others
    from nearhome.geo.imported import kept

    return versions.opened(folder.parent, name, kept.open_router)


@lru_cache(maxsize=2)
def _reweighted(router: Router, scenario: Conditions) -> Router:
    return router.under(scenario)


def _under(roads: AnsweringRoads, scenario: Conditions) -> AnsweringRoads:
    if scenario == TODAY:
        return roads
    return AnsweringRoads(_reweighted(roads.router, scenario), roads.network, roads.tables, scenario)
