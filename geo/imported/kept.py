"""Imported roads as they are kept: stitched to those that ship, and ready to be mapped by every process that asks.

All that takes long is done once, by the import: stitching, ordering the nodes and customising the hierarchy. What is
kept remembers the version of the shipped roads that it was stitched to; beside others it is stitched anew when opened.
"""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from nearhome.data.base import mapped, versions
from nearhome.data.catalogue import columns, tables
from nearhome.data.errors import SourceError, TableError
from nearhome.geo.imported import stitching
from nearhome.geo.roads import network, storage
from nearhome.geo.roads.edges import DETAILED, Edges
from nearhome.geo.roads.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from nearhome.data.base.arrays import Array
    from nearhome.geo.roads.network import RoadNetwork


def install(
    name: str, roads: RoadNetwork, facts: Mapping[str, Any], progress: Callable[[str], None] = lambda _: None
) -> Path:
    """Keep roads under a name, in the place of those of the same name, ready to answer.

    Parameters
    ----------
    name
        What they are called.
    roads
        The roads, whose nodes are called by whole numbers.
    facts
        What else to say of them, as JSON can.
    progress
        Called with a few words on how far the work is.

    Roads that no journey could leave are kept too, without being of use: ``why_alone`` says so.

    Returns
    -------
    The folder they are kept in.

    Raises
    ------
    SourceError
        When the folder cannot be written to; nothing is kept then.
    """
    labels = storage.labels_of(roads)
    progress("joining them to the main roads that come with nearhome")
    ready: dict[str, Array] = {}
    why = ""
    try:
        whole = stitching.stitch(roads, network.shipped())
    except SourceError as error:
        whole, why = stitching.alone(roads), str(error)
    else:
        router = stitching.StitchedRouter(whole)
        progress("ordering the junctions, so that every journey is found at once")
        ready = router.arrays()
    arrays = storage.arrays_of(whole) | ready
    arrays |= {
        "xy": whole.xy,
        "labels": labels,
        "strategic": np.array(whole.names.strategic, dtype=np.int64),
        "outline": np.array(whole.region.exterior.coords),
    }
    progress("writing")
    told = dict(facts) | {
        "tables": tables.versions(*network.TABLES),
        "stitching": storage.STITCHING,
        "parts": list(whole.parts),
        "hubs": whole.names.hubs,
        "reach": list(astuple(whole.reach)),
        "sha256": storage.checksum(roads),
        "alone": why,
    }
    try:
        with versions.written(storage.home(), name) as folder:
            texts = {column: text.words for column, text in whole.edges.texts.items()}
            storage.write(folder, arrays, texts, told)
    except OSError as error:
        msg = f"The roads cannot be written ({error.strerror}); choose another data folder with NEARHOME_DATA."
        raise SourceError(msg) from error
    return versions.newest(storage.home())[name]


def open_router(folder: Path) -> stitching.StitchedRouter:
    """Open kept roads: mapped as they are, or stitched anew where other roads ship by now.

    Raises
    ------
    TableError
        When they are missing, damaged or of another version.
    SourceError
        When no journey can leave them on the roads that ship by now.
    """
    facts, arrays, texts = storage.read(folder)
    try:
        whole = _network(facts, arrays, texts)
        if storage.is_current(facts) and facts["alone"]:
            raise SourceError(str(facts["alone"]))
        if not storage.is_current(facts):
            return stitching.StitchedRouter(stitching.stitch(_detailed(whole), network.shipped()))
        return stitching.StitchedRouter(whole, arrays)
    except KeyError as error:
        raise TableError(storage.damaged(folder, f"it lacks {error.args[0]}")) from error
    except (ValueError, TypeError, IndexError) as error:
        raise TableError(storage.damaged(folder, tables.one_line(error))) from error


def open_roads(folder: Path) -> RoadNetwork:
    """Open kept roads as they were imported, without those that ship.

    Raises
    ------
    TableError
        When they are missing, damaged or of another version.
    """
    facts, arrays, texts = storage.read(folder)
    try:
        return _detailed(_network(facts, arrays, texts))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise TableError(storage.damaged(folder, tables.one_line(error))) from error


def problems(folder: Path) -> list[str]:
    """Read all that is kept and open it; give everything that keeps it from answering."""
    try:
        facts = storage.facts_of(folder)
        found = mapped.problems(folder, facts)
        if found:
            return [storage.damaged(folder, each) for each in found]
        storage.border(folder)
        open_router(folder)
    except (TableError, SourceError) as error:
        return [str(error)]
    return []


def _network(
    facts: Mapping[str, Any], arrays: Mapping[str, Array], texts: Mapping[str, Sequence[str]]
) -> stitching.StitchedNetwork:
    """Make the stitched network of what is kept."""
    names = stitching.StitchedLabels(arrays["labels"], arrays["strategic"], facts["hubs"])
    plain = storage.network_of(arrays, texts, facts, names)
    whole = stitching.StitchedNetwork(
        **{field: value for field, value in vars(plain).items() if field not in {"labels", "rank"}},
        labels=names,
        rank=arrays.get("hierarchy_rank"),
        region=shapely.Polygon(arrays["outline"]),
        parts=tuple(facts["parts"]),
    )
    vars(whole)["xy"] = arrays["xy"]  # in the place of what would be worked out
    return whole


def _detailed(whole: stitching.StitchedNetwork) -> RoadNetwork:
    """Take the detailed part out of a stitched network."""
    nodes, edges, arcs = whole.parts
    number = np.where(np.arange(len(whole.edges.u)) < edges, np.arange(len(whole.edges.u)), -1)
    numbers = {name: getattr(whole.edges, name)[:edges] for name in storage.NUMBERS}
    texts = {name: columns.Text(text.codes[:edges], text.words) for name, text in whole.edges.texts.items()}
    ends = {name: getattr(whole, name)[:arcs] for name in storage.ARCS}
    return network.RoadNetwork(
        lat=whole.lat[:nodes],
        lon=whole.lon[:nodes],
        edges=Edges(**numbers, texts=texts),
        labels=whole.names.detailed,
        reach=DETAILED,
        shapes=Lines.of(whole.lines).renumbered(number),
        **ends,
    )
