"""An OpenStreetMap extract of national size: made, imported, opened in new processes, and asked.

    python benchmarks/national_import.py --cache DIR --nodes 0.25,1,4

The roads are those of ``road_graph.py``: the shape of Great Britain, not its roads. They are written as an extract
(``.osm.pbf``) of so many million nodes, a point half way where a road is long, imported with the product's own command,
and opened in processes that have done nothing before. Prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import measure
import numpy as np
import road_graph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from road_graph import RoadGraph

HIGHWAYS = {
    road_graph.MOTORWAY: "motorway",
    road_graph.A_ROAD: "primary",
    road_graph.B_ROAD: "secondary",
    road_graph.LOCAL: "residential",
    road_graph.LONG: "unclassified",
}
BEND_METRES = 300
"""A road longer than this has a point half way, ``BEND_SHARE`` of its length beside the straight line."""

BEND_SHARE = 0.08
NODES_AN_ARC = 0.46
"""What the method gives at the largest size, bends included; used to choose the number of arcs."""

NEW_PROCESSES = 5

ASK = """
import json, sys, time
begun = time.perf_counter()
import numpy, scipy.sparse, scipy.spatial, shapely
from nearhome.data.base.coordinates import Spot
from nearhome.geo.imported import kept, networks
from nearhome.geo.routing.router import Router
loaded = time.perf_counter()
origin, goal = Spot(50.72, -3.53), Spot(54.97, -1.61)
roads = networks.roads_for(origin)
assert roads.network.startswith("imported:"), roads.network
opened = time.perf_counter()
first = roads.router.route(origin, goal)
asked = time.perf_counter()
again = roads.router.route(Spot(51.50, -0.12), Spot(55.95, -3.19))
told = {"load": loaded - begun, "open": opened - loaded, "first": asked - opened,
        "next": time.perf_counter() - asked, "minutes": first.minutes, "steps": len(first.steps)}
if "matrix" in sys.argv:
    import resource
    from nearhome.data.places import postcodes
    from nearhome.data.prisons import register
    from datetime import date
    goals = [each for each in register.prisons() if each.is_open(date(2026, 11, 21)) and each.nation in
             {"England", "Scotland", "Wales"}]
    places = [each for each in postcodes.areas("district").values() if each.nation in {"England", "Scotland", "Wales"}]
    for run in ("cold", "warm"):
        wall, cpu = time.perf_counter(), time.process_time()
        found = roads.router.matrix(places, goals)
        told[f"matrix_{run}"] = time.perf_counter() - wall
        told[f"matrix_{run}_cpu"] = time.process_time() - cpu
    told["cells"] = found.minutes.size
    told["lost"] = int(numpy.isnan(found.minutes).sum())
    told["most_bytes"] = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(told))
"""


def write_extract(graph: RoadGraph, path: Path) -> tuple[int, int]:
    """Write a graph as an extract; give the numbers of nodes and ways."""
    import osmium

    size = len(graph.lat)
    order = np.argsort(graph.edge, kind="stable")
    first = np.flatnonzero(np.diff(graph.edge[order], prepend=-1))
    arcs, two_way = order[first], np.diff(np.r_[first, len(order)]) > 1
    tail, head = graph.tail[arcs], graph.head[arcs]
    bent = graph.metres[arcs] > BEND_METRES
    side = np.where(np.arange(len(arcs)) % 2, BEND_SHARE, -BEND_SHARE)
    squeeze = np.cos(np.radians(55.0))
    middle_lat = (graph.lat[tail] + graph.lat[head]) / 2 + side * (graph.lon[head] - graph.lon[tail]) * squeeze
    middle_lon = (graph.lon[tail] + graph.lon[head]) / 2 - side * (graph.lat[head] - graph.lat[tail]) / squeeze
    numbers = size + np.cumsum(bent)
    mutable = osmium.osm.mutable
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        places = [*zip(graph.lon.tolist(), graph.lat.tolist(), strict=True)]
        places += zip(middle_lon[bent].tolist(), middle_lat[bent].tolist(), strict=True)
        for number, place in enumerate(places, start=1):
            writer.add_node(mutable.Node(id=number, version=1, location=place))
        rows = zip(tail.tolist(), head.tolist(), numbers.tolist(), bent.tolist(), two_way.tolist(), strict=True)
        classes = graph.road_class[arcs].tolist()
        for number, (u, v, inner, bends, both) in enumerate(rows, start=1):
            nodes = [u + 1, inner, v + 1] if bends else [u + 1, v + 1]
            tags = {"highway": HIGHWAYS[classes[number - 1]], "name": f"Street {number % 20_000}"}
            writer.add_way(
                mutable.Way(id=number, version=1, nodes=nodes, tags=tags if both else tags | {"oneway": "yes"})
            )
    return len(places), len(arcs)


def extract(million_nodes: float, folder: Path) -> Path:
    """Give the extract of a size, made once."""
    path = folder / f"britain-{million_nodes:g}.osm.pbf"
    if not path.is_file():
        measure.progress(f"making an extract of {million_nodes:g} million nodes")
        graph = road_graph.cached(round(million_nodes / NODES_AN_ARC, 3), folder)
        nodes, ways = write_extract(graph, path)
        measure.progress(f"{nodes:,} nodes, {ways:,} ways, {path.stat().st_size / 1e6:.0f} MB")
    return path


def count(path: Path) -> int:
    """Count the nodes of an extract."""
    import osmium

    return sum(1 for _ in osmium.FileProcessor(str(path), osmium.osm.NODE))


def ask(home: Path, *words: str) -> dict[str, Any]:
    """Open the roads in a new process and ask; give what it told. Compiled Python is kept, as on any computer."""
    compiled = {"PYTHONPYCACHEPREFIX": str(home.parent / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(
        [sys.executable, "-c", ASK, *words],
        env=os.environ | {"NEARHOME_DATA": str(home)} | compiled,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


IMPORT = """
import json, resource, sys, time
from pathlib import Path
from nearhome.geo.osm import read
begun = time.perf_counter()
def say(line): print(f"[{time.perf_counter() - begun:7.1f} s] {line}", file=sys.stderr, flush=True)
done = read.import_extract(Path(sys.argv[1]), say)
print(json.dumps({"junctions": done.nodes, "edges": done.edges, "seconds": time.perf_counter() - begun,
                  "most_bytes": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                  "bytes": sum(file.stat().st_size for file in done.folder.iterdir())}))
"""


def import_extract(path: Path, home: Path) -> dict[str, Any]:
    """Import an extract in a new process; give what it told."""
    shutil.rmtree(home, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(path)],
        env=os.environ | {"NEARHOME_DATA": str(home)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def rows(sizes: list[float], folder: Path, *, again: bool) -> Iterator[list[str]]:
    """Measure each size; give the rows of the table."""
    for size in sizes:
        path, home = extract(size, folder), folder / f"home-{size:g}"
        kept = home / "imported.json"
        if again or not kept.is_file():
            measure.progress(f"importing {path.name}")
            facts = import_extract(path, home) | {"nodes": count(path)}
            kept.write_text(json.dumps(facts), encoding="utf-8")
        facts = json.loads(kept.read_text(encoding="utf-8"))
        matrix = ask(home, "matrix")
        told = [ask(home) for _ in range(NEW_PROCESSES)]
        middle = {name: median(each[name] for each in told) for name in ("load", "open", "first", "next")}
        measure.progress(json.dumps({"import": facts, "asked": middle, "matrix": matrix}))
        yield [
            f"{facts['nodes'] / 1e6:.2f} M",
            f"{facts['junctions']:,}",
            f"{facts['edges']:,}",
            f"{path.stat().st_size / 1e6:.0f} MB",
            measure.seconds(facts["seconds"]),
            f"{facts['most_bytes'] / 1e9:.1f} GB",
            f"{facts['bytes'] / 1e9:.2f} GB",
            measure.seconds(middle["open"]),
            measure.seconds(middle["first"]),
            measure.seconds(middle["next"]),
            measure.seconds(matrix["matrix_cold"]),
            measure.seconds(matrix["matrix_warm"]),
            f"{matrix['most_bytes'] / 1e9:.1f} GB",
        ]


HEADS = (
    *("nodes", "junctions", "edges, one for each direction", "extract", "import", "most memory", "on disk"),
    *("open in a new process", "first journey", "next journey", "matrix, cold", "matrix, warm", "most memory of that"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, required=True, help="a folder for graphs, extracts and imports")
    parser.add_argument("--nodes", default="0.25,1,4", help="sizes in million nodes")
    parser.add_argument("--again", action="store_true", help="import again what was imported before")
    chosen = parser.parse_args()
    chosen.cache.mkdir(parents=True, exist_ok=True)
    begun, head = time.perf_counter(), measure.machine()
    sizes = [float(each) for each in chosen.nodes.split(",")]
    table = measure.table(HEADS, rows(sizes, chosen.cache, again=chosen.again))
    print(f"{head}; {time.perf_counter() - begun:.0f} s\n\n{table}")


if __name__ == "__main__":
    main()
