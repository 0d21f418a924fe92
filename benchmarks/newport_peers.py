"""OSRM and Valhalla on a real extract, with their own car settings; run by ``newport.py`` with Python 3.12.

    python3.12 benchmarks/newport_peers.py osrm|valhalla REQUEST.json ANSWER.json FOLDER

The request names the extract and pairs of (longitude, latitude); the answer has a time in seconds for each, or null.
OSRM runs the car profile that comes with it, Valhalla its ``auto`` costing without traffic, both with their turn costs
and restrictions. Both find by themselves that one drives on the left here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

Place = tuple[float, float]


def osrm(pairs: list[tuple[Place, Place]], extract: Path, folder: Path) -> list[float | None]:
    """Prepare OSRM and ask for each pair."""
    import osrm as engine

    profile = Path(engine.__file__).parent / "share" / "profiles" / "car.lua"
    copy, base = folder / "roads.osm.pbf", folder / "roads.osrm"
    shutil.copy(extract, copy)
    for command in (["extract", "-p", str(profile), str(copy)], ["partition", str(base)], ["customize", str(base)]):
        _run([sys.executable, "-m", "osrm", *command])
    ask = engine.OSRM(storage_config=str(base), algorithm="MLD", use_shared_memory=False)

    def seconds(start: Place, end: Place) -> float | None:
        try:
            found = ask.Route(engine.RouteParameters(coordinates=[start, end], overview="false"))
        except RuntimeError:
            return None
        return float(found["routes"][0]["duration"])

    return [seconds(start, end) for start, end in pairs]


def valhalla(pairs: list[tuple[Place, Place]], extract: Path, folder: Path) -> list[float | None]:
    """Build Valhalla's tiles and ask for each pair."""
    import valhalla as engine

    tiles, written = folder / "tiles", folder / "valhalla.json"
    tiles.mkdir(exist_ok=True)
    config = engine.get_config(tile_extract="", tile_dir=str(tiles), verbose=False)
    written.write_text(json.dumps(config), encoding="utf-8")
    _run([str(Path(engine.__file__).parent / "bin" / "valhalla_build_tiles"), "-c", str(written), str(extract)])
    ask = engine.Actor(config)

    def seconds(start: Place, end: Place) -> float | None:
        locations = [{"lon": lon, "lat": lat} for lon, lat in (start, end)]
        try:
            found = ask.route({"locations": locations, "costing": "auto", "directions_type": "none"})
        except RuntimeError:
            return None
        return float(found["trip"]["summary"]["time"])

    return [seconds(start, end) for start, end in pairs]


def _run(command: list[str]) -> None:
    """Run a program, showing what it wrote only if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        done.check_returncode()


def main() -> None:
    """Answer one request; null for an engine that is not installed."""
    name, asked, answer, folder = sys.argv[1], *map(Path, sys.argv[2:5])
    request = json.loads(asked.read_text(encoding="utf-8"))
    seconds = None
    if find_spec(name) is not None:
        seconds = {"osrm": osrm, "valhalla": valhalla}[name](request["pairs"], Path(request["extract"]), folder)
    answer.write_text(json.dumps(seconds), encoding="utf-8")


if __name__ == "__main__":
    main()
