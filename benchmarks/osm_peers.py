"""OSRM and Valhalla on a generated graph; run by ``routing.py`` with Python 3.12, which their wheels need.

    python3.12 benchmarks/osm_peers.py osrm|valhalla REQUEST.json ANSWER.json FOLDER

The request names the graph's .npz file, pairs of nodes and a block of origins and goals. The graph is written as an
OpenStreetMap extract of two-node ways; OSRM's profile takes the time of each from a tag and charges nothing for turns,
so that it must find nearhome's times to its tenth of a second. Valhalla has its own speeds and turn costs: only near.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
from osmium.osm import mutable

if TYPE_CHECKING:
    from collections.abc import Callable

HIGHWAYS = ("motorway", "primary", "secondary", "residential", "tertiary")
SLOWEST_KPH, FASTEST_KPH = 5, 140
VALHALLA_ORIGINS = 50
"""Its table takes a second for a thousand pairs, after the tiles have been read once."""

PROFILE = """
api_version = 4
function setup()
  return { properties = { weight_name = 'duration', max_speed_for_map_matching = 50, u_turn_penalty = 0,
    traffic_light_penalty = 0, continue_straight_at_waypoint = false, use_turn_restrictions = false,
    process_call_tagless_node = false } }
end
function process_node() end
function process_turn(profile, turn) turn.duration = 0; turn.weight = 0 end
function process_way(profile, way, result)
  local taken = tonumber(way:get_value_by_key('deciseconds'))
  if not taken then return end
  result.duration = taken / 10.0
  result.forward_mode, result.forward_speed, result.backward_speed = mode.driving, 30, 30
  local both = way:get_value_by_key('oneway') ~= 'yes'
  result.backward_mode = both and mode.driving or mode.inaccessible
end
return { setup = setup, process_way = process_way, process_node = process_node, process_turn = process_turn }
"""


def measure(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Do some work; give seconds of the clock, of the processor (programs it starts included), and its result."""

    def used() -> float:
        kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        return sum(sum(resource.getrusage(kind)[:2]) for kind in kinds)

    wall, cpu = time.perf_counter(), used()
    result = work()
    return time.perf_counter() - wall, used() - cpu, result


def write_extract(graph: Any, path: Path) -> None:
    """Write the graph as OpenStreetMap nodes and two-node ways."""
    first = np.unique(graph["edge"], return_index=True)[1]
    one_way = np.bincount(graph["edge"])[graph["edge"][first]] == 1
    kph = np.clip(36.0 * graph["metres"] / graph["deciseconds"], SLOWEST_KPH, FASTEST_KPH).round().astype(int)
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate(zip(graph["lon"].tolist(), graph["lat"].tolist(), strict=True)):
            writer.add_node(mutable.Node(id=number + 1, location=place, version=1))
        for number, (arc, single) in enumerate(zip(first.tolist(), one_way.tolist(), strict=True)):
            tags = {
                "highway": HIGHWAYS[int(graph["road_class"][arc])],
                "maxspeed": str(kph[arc]),
                "deciseconds": str(graph["deciseconds"][arc]),
                "oneway": "yes" if single else "no",
            }
            ends = [int(graph["tail"][arc]) + 1, int(graph["head"][arc]) + 1]
            writer.add_way(mutable.Way(id=number + 1, nodes=ends, tags=tags, version=1))


def line(task: str, timed: tuple[float, float], runs: int, seconds: Any = None, note: str = "") -> dict[str, Any]:
    """Make one line of the answer."""
    return {
        "task": task,
        "wall": timed[0],
        "cpu": timed[1],
        "runs": runs,
        "seconds": seconds if seconds is not None else [],
        "note": note,
    }


def routes(search: Callable[[Any, Any], float], places: list[Any], request: dict[str, Any]) -> dict[str, Any]:
    """Search the pairs one by one."""
    timed = [measure(lambda u=u, v=v: search(places[u], places[v])) for u, v in request["pairs"]]
    middle = median(wall for wall, _, _ in timed), median(cpu for _, cpu, _ in timed)
    return line("one route with its path", middle, len(timed), [seconds for _, _, seconds in timed])


def osrm(request: dict[str, Any], extract: Path, places: list[Any]) -> list[dict[str, Any]]:
    """Prepare OSRM's multi-level Dijkstra, then ask for routes and a table."""
    import osrm as engine

    profile, base = extract.with_name("plain.lua"), extract.with_name("graph.osrm")
    profile.write_text(PROFILE, encoding="utf-8")

    def prepare() -> None:
        for command in (["extract", "-p", str(profile), str(extract)], ["partition", str(base)]):
            _run([sys.executable, "-m", "osrm", *command])

    def customize() -> None:
        _run([sys.executable, "-m", "osrm", "customize", str(base)])

    ready, custom = measure(prepare), measure(customize)
    ask = engine.OSRM(
        storage_config=str(base), algorithm="MLD", max_locations_distance_table=100_000, use_shared_memory=False
    )

    def route(u: Any, v: Any) -> float:
        wanted = engine.RouteParameters(coordinates=[u, v], overview="full", geometries="geojson")
        return float(ask.Route(wanted)["routes"][0]["duration"])

    origins, goals = request["origins"], request["goals"]
    wanted = engine.TableParameters(
        coordinates=[places[node] for node in origins + goals],
        sources=list(range(len(origins))),
        destinations=list(range(len(origins), len(origins) + len(goals))),
        annotations=["duration"],
    )
    wall, cpu, result = measure(lambda: ask.Table(wanted))
    seconds = [[float(value) for value in row] for row in result["durations"]]
    share = len(places) / len(origins)
    return [
        line("prepare", ready[:2], 1),
        line("new weights", custom[:2], 1),
        line(
            "all nodes to 140 goals",
            (wall * share, cpu * share),
            1,
            seconds,
            f"{len(origins):,} of {len(places):,} nodes run, time extrapolated",
        ),
        routes(route, places, request),
    ]


def valhalla(request: dict[str, Any], extract: Path, places: list[Any]) -> list[dict[str, Any]]:
    """Build Valhalla's tiles, then ask for routes and a small table."""
    import valhalla as engine

    tiles = extract.with_name("tiles")
    tiles.mkdir(exist_ok=True)
    config = engine.get_config(tile_extract="", tile_dir=str(tiles), verbose=False)
    config["service_limits"]["auto"].update(
        max_distance=2_000_000.0, max_matrix_distance=2_000_000.0, max_matrix_location_pairs=1_000_000
    )
    written = extract.with_name("valhalla.json")
    written.write_text(json.dumps(config), encoding="utf-8")
    tool = Path(engine.__file__).parent / "bin" / "valhalla_build_tiles"
    ready = measure(lambda: _run([str(tool), "-c", str(written), str(extract)]))
    ask = engine.Actor(config)

    def at(place: Any) -> dict[str, float]:
        return {"lon": place[0], "lat": place[1]}

    def route(u: Any, v: Any) -> float:
        found = ask.route({"locations": [at(u), at(v)], "costing": "auto", "directions_type": "none"})
        return float(found["trip"]["summary"]["time"])

    origins = request["origins"][:VALHALLA_ORIGINS]
    block = {
        "sources": [at(places[node]) for node in origins],
        "targets": [at(places[node]) for node in request["goals"]],
        "costing": "auto",
    }
    ask.matrix(block | {"sources": block["sources"][:1]})
    wall, cpu, _ = measure(lambda: ask.matrix(block))
    share = len(places) / len(origins)
    note = f"{len(origins)} of {len(places):,} nodes run, time extrapolated"
    return [
        line("prepare", ready[:2], 1),
        line("all nodes to 140 goals", (wall * share, cpu * share), 1, None, note),
        routes(route, places, request),
    ]


def _run(command: list[str]) -> None:
    """Run a program, showing what it wrote only if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()


def main() -> None:
    """Answer one request."""
    name, asked, answer, folder = sys.argv[1], *map(Path, sys.argv[2:5])
    modules, run = {"osrm": ("osrm", osrm), "valhalla": ("valhalla", valhalla)}[name]
    if find_spec(modules) is None:
        answer.write_text(json.dumps({"engine": name, "missing": True}), encoding="utf-8")
        return
    request = json.loads(asked.read_text(encoding="utf-8"))
    extract = folder / "graph.osm.pbf"
    with np.load(request["graph"]) as file:
        graph = {key: file[key] for key in file.files}
    if not extract.is_file():
        write_extract(graph, extract)
    places = list(zip(graph["lon"].tolist(), graph["lat"].tolist(), strict=True))
    title = {"osrm": "OSRM", "valhalla": "Valhalla"}[name]
    lines = run(request, extract, places)
    answer.write_text(json.dumps({"engine": title, "missing": False, "lines": lines}), encoding="utf-8")


if __name__ == "__main__":
    main()
