"""Bulk matrices: any number of origins to any number of prisons, in blocks, resumable, written once and whole.

A block is complete in itself: whoever computes it opens the shipped tables, so that the blocks can go to other
processes or machines (``nearhome.geo.matrices.executors``) and the graph never has to. Finished blocks are kept
beside the file until it is written (``nearhome.geo.matrices.checkpoints``); then they are read row by row, so that
memory does not grow with the file.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nearhome.data.base import extras
from nearhome.data.base.coordinates import Spot
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import InputError, TableError
from nearhome.data.places import postcodes
from nearhome.geo.imported import networks as imported_networks
from nearhome.geo.matrices import checkpoints, files
from nearhome.geo.matrices.executors import Executor, in_order
from nearhome.geo.matrices.postcodes import all_postcodes_to, tenths
from nearhome.geo.roads.conditions import IMPORTED, SET_ASIDE, SHIPPED, TODAY, Conditions
from nearhome.geo.routing.router import Router, grid_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Floats
    from nearhome.geo.imported.networks import Installed
    from nearhome.geo.matrices.checkpoints import Checkpoints
    from nearhome.geo.matrices.files import Facts, Tenths
    from nearhome.geo.matrices.origins import Origins


DESTINATIONS = 32
"""A block has so many destinations: with every postcode it takes 220 MB and a second or two."""

ORIGINS = 50_000
"""A block has so many origins, or every postcode there is: the compiled loop for those takes them all."""

ROAD_TABLES = ("road_nodes", "road_edges", "road_barriers")
POSTCODE_TABLES = ("road_order", "postcodes", "postcode_index", "postcode_roads", "sector_roads")
"""What the compiled loop for every postcode reads besides."""


_ONE_AT_A_TIME = threading.Lock()
"""Each block uses all cores, and not every threading layer of numba bears two callers."""


class Destination(Protocol):
    """A prison, or anything with an id, a name and a place in EPSG:4326."""

    @property
    def id(self) -> str:
        """What it is called in the file."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def lat(self) -> float:
        """Degrees north."""

    @property
    def lon(self) -> float:
        """Degrees east."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the work.

    ``origins`` are in metres, EPSG:27700, shape (places, 2); None stands for every postcode. ``tables`` are the
    versions of the tables to compute it from, ``networks`` those of the imported networks that answer for the places
    they cover. The repr shows no place.
    """

    name: str
    origins: Floats | None = field(repr=False)
    destinations: tuple[Spot, ...] = field(repr=False)
    scenario: Conditions
    tables: dict[str, str]
    networks: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows, how many of them have no way, and how many blocks an earlier run had left.

    ``networks`` says how many origins each network answered for.
    """

    rows: int
    unreachable: int
    resumed: int
    networks: dict[str, int]


def compute(block: Block) -> Tenths:
    """Compute one block.

    Returns
    -------
    Tenths of minutes, then tenths of miles: uint16, shape (2, origins, destinations), UNREACHABLE where there is none.

    Raises
    ------
    TableError
        When the tables or imported networks here are not those that the block asks for.
    """
    with _ONE_AT_A_TIME:
        here = catalogue.versions(*block.tables)
        other = [name for name, wanted in block.tables.items() if here[name] != wanted]
        if other:
            msg = (
                f"The table {other[0]!r} is {here[other[0]]} on the machine that computes and "
                f"{block.tables[other[0]]} on the one that asked; install the same nearhome on both."
            )
            raise TableError(msg)
        imported = imported_networks.refuse_others(block.networks)
        goals = grid_points(block.destinations)
        if block.origins is None:
            every = all_postcodes_to(_shipped(block.scenario), block.destinations)
            found = np.stack([every.tenths_of_minutes, every.tenths_of_miles])
            xy = _postcode_points()
            wanted = np.flatnonzero(imported_networks.covering(xy, imported) >= 0)
        else:
            found, xy = np.empty((2, len(block.origins), len(goals)), np.uint16), block.origins
            wanted = np.arange(len(xy))
        for first in range(0, len(wanted), ORIGINS):
            part = wanted[first : first + ORIGINS]
            for rows, roads in imported_networks.split(xy[part], imported):
                router = _under(roads.router, block.scenario)
                found[:, part[rows]] = tenths(router.matrix_between(xy[part[rows]], goals))
        return found


def _shipped(scenario: Conditions) -> Router:
    return _under(Router.shipped(), scenario)


@lru_cache(maxsize=3)
def _under(router: Router, scenario: Conditions) -> Router:
    """Change the conditions on a network; ``write`` has refused what is on none of those that answer."""
    return router.under(scenario)


def _postcode_points() -> Floats:
    xy = np.column_stack(postcodes.shipped().all_points()).astype(float)
    xy[(xy < 0).any(axis=1)] = np.nan
    return xy


def write(  # noqa: PLR0913 -- most have a default and are given by name
    out: Path,
    origins: Origins,
    destinations: Sequence[Destination],
    *,
    command: str,
    scenario: Conditions = TODAY,
    imported: Sequence[Installed] = (),
    engine: Executor = in_order,
    progress: Callable[[str], None] = lambda _: None,
    say: Callable[[str], None] = lambda _: None,
) -> Written:
    """Write minutes and miles from all origins to all destinations, one row a pair: origin by origin.

    What an earlier run on the same file had finished is not computed again. The same inputs give the same bytes,
    whichever engine computes, and whatever stopped it in between.

    Parameters
    ----------
    out
        A file whose name ends in ``.parquet``, or ``.csv`` for no more than five million rows.
    origins, destinations
        Where the ways start and end; the names and ids become columns of the file.
    command
        The command to record in the file, without anything that differs from machine to machine.
    scenario
        The conditions on the roads, also recorded.
    imported
        Networks that answer for the places they cover, as ``nearhome.geo.imported.networks.networks`` lists them; also
        recorded.
    engine
        What runs the blocks.
    progress
        Called with a few words on how far the work is.
    say
        Called with a sentence where parts of an earlier run cannot be used.

    Raises
    ------
    InputError
        When there is nothing to compute, the file's name or size is not one that can be written, another process is
        writing it, or the scenario closes what is not there.
    """
    if not destinations or not len(origins.names):
        msg = f"There are {len(origins.names):,} origins and {len(destinations)} destinations; give at least one each."
        raise InputError(msg)
    writer = files.writer(out, len(origins.names) * len(destinations))
    using = _using(origins, imported, scenario)
    blocks = _blocks(origins, destinations, scenario, using.networks)
    tables = (*ROAD_TABLES, *(POSTCODE_TABLES if origins.every_postcode else ()), *origins.tables, "prisons")
    versions = catalogue.versions(*dict.fromkeys(tables))
    inputs = _inputs(origins, destinations, versions)
    inputs |= {"scenario": json.dumps(asdict(scenario)), "imported roads": json.dumps(using.networks)}
    with checkpoints.kept(out, inputs, say) as store:
        done = store.finished([block.name for block in blocks])
        left = [block for block in blocks if block.name not in done]
        _tell(progress, len(done), len(blocks))
        for count, (number, found) in enumerate(engine(compute, left), start=len(done) + 1):
            store.put(left[number].name, found)
            _tell(progress, count, len(blocks))
        reader = _Reader(store, len(origins.names), len(destinations), per_block=_per_block(origins))
        unreachable = writer(
            out,
            files.Content(
                origins=origins.names,
                destinations=[each.id for each in destinations],
                tenths=reader,
                facts=_facts(origins, destinations, versions)
                | {"command": command, "scenario": asdict(scenario), "networks": using.facts()},
            ),
            progress,
        )
        store.remove()
    return Written(len(origins.names) * len(destinations), unreachable, len(done), using.origins)


@dataclass(frozen=True, slots=True)
class _Using:
    """The networks that answer: versions of the imported ones by name, and the origins of each, the shipped one too."""

    networks: dict[str, str]
    origins: dict[str, int]

    def facts(self) -> dict[str, dict[str, Any]]:
        """Say for each network how many origins it answered for, and the version of an imported one."""
        versions = {f"{IMPORTED}{name}": version for name, version in self.networks.items()}
        return {
            name: {"origins": count} | ({"version": versions[name]} if name in versions else {})
            for name, count in self.origins.items()
        }


def _using(origins: Origins, imported: Sequence[Installed], scenario: Conditions) -> _Using:
    """Find which networks answer for any of the origins; refuse a scenario that closes what is on none of them."""
    chosen = imported_networks.covering(origins.xy, imported)
    numbers, count = np.unique(chosen, return_counts=True)
    usable = {number for number in numbers.tolist() if number >= 0 and imported_networks.opens(imported[number])}
    used = [imported[number] for number in sorted(usable)]
    if scenario.closed:
        one_each = np.unique(chosen, return_index=True)[1]
        scenario.refuse_unknown(
            roads.router.network for _, roads in imported_networks.split(origins.xy[one_each], imported, TODAY)
        )
    names = {-1: SHIPPED} | {
        at: f"{IMPORTED if at in usable else SET_ASIDE}{each.name}" for at, each in enumerate(imported)
    }
    return _Using(
        {each.name: each.version for each in used},
        {names[number]: many for number, many in zip(numbers.tolist(), count.tolist(), strict=True)},
    )


def _per_block(origins: Origins) -> int:
    """Say how many origins a block has."""
    return len(origins.names) if origins.every_postcode and extras.has_numba() else ORIGINS


def _blocks(
    origins: Origins, destinations: Sequence[Destination], scenario: Conditions, networks: dict[str, str]
) -> list[Block]:
    every = origins.every_postcode and extras.has_numba()
    names = (*ROAD_TABLES, *(POSTCODE_TABLES if every else ()))
    versions = catalogue.versions(*names)
    return [
        Block(
            name=_name(first, column),
            origins=None if every else origins.xy[first : first + ORIGINS],
            destinations=tuple(
                Spot(float(each.lat), float(each.lon)) for each in destinations[column : column + DESTINATIONS]
            ),
            scenario=scenario,
            tables=versions,
            networks=networks,
        )
        for first in range(0, len(origins.names), _per_block(origins))
        for column in range(0, len(destinations), DESTINATIONS)
    ]


def _name(first_origin: int, first_destination: int) -> str:
    return f"{first_origin:09d}-{first_destination:05d}"


def _tell(progress: Callable[[str], None], done: int, blocks: int) -> None:
    progress(f"computing: {done} of {blocks} blocks")


def _inputs(origins: Origins, destinations: Sequence[Destination], versions: dict[str, str]) -> dict[str, str]:
    """Say what the parts are computed from, in words that complete "made with other ..."."""
    places = "\n".join(f"{each.id} {each.lat!r} {each.lon!r}" for each in destinations)
    return {
        "nearhome": version("nearhome"),
        "tables": " ".join(f"{name}={each}" for name, each in versions.items()),
        "origins": origins.checksum(),
        "destinations": hashlib.sha256(places.encode()).hexdigest(),
        "blocks": f"{_per_block(origins)} x {DESTINATIONS}",
    }


def _facts(origins: Origins, destinations: Sequence[Destination], versions: dict[str, str]) -> Facts:
    """Gather what a reader of the file has to know: where it is from, and under which licences."""
    own = postcodes.installed_version() if "postcode_sectors" in origins.tables else None
    used = [catalogue.table(name) for name in versions]
    return {
        "title": "Quickest ways by car, one way: minutes and miles from origins to prisons",
        "made by": f"nearhome {version('nearhome')}",
        "tables": versions | ({"your postcodes": own} if own else {}),
        "licences": list(dict.fromkeys(table.licence for table in used)),
        "attributions": list(dict.fromkeys(table.attribution for table in used)),
        "destinations": {each.id: each.name for each in destinations},
        "notes": [
            "By roads and car ferries, without the traffic of the day; nearhome's README says how sure the times are.",
            *([f"{origins.stand_ins:,} postcodes are placed by their sector or district."] * bool(origins.stand_ins)),
        ],
    }


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads rows of the whole matrix from the parts."""

    store: Checkpoints
    origins: int
    destinations: int
    per_block: int

    def __call__(self, first: int, last: int) -> Tenths:
        """Read some origins to all destinations: shape (2, last - first, destinations)."""
        found = np.empty((2, last - first, self.destinations), np.uint16)
        for start in range(first - first % self.per_block, last, self.per_block):
            low, high = max(first, start), min(last, start + self.per_block)
            for column in range(0, self.destinations, DESTINATIONS):
                part = self.store.get(_name(start, column))
                found[:, low - first : high - first, column : column + DESTINATIONS] = part[
                    :, low - start : high - start
                ]
        return found
