"""OSRM and Valhalla on a real extract, with their own car settings; run by ``newport.py`` with Python 3.12.

    python3.12 benchmarks/newport_peers.py osrm|valhalla REQUEST.json ANSWER.json FOLDER

The request names the extract and pairs of (longitude, latitude); the answer has a time in seconds for each, or null.
OSRM runs the car profile that comes with it, Valhalla its ``auto`` costing without traffic; both with their turn costs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Place = tuple[float, float]


def osrm(pairs: list[tuple[Place, Place]], extract: Path, folder: Path) -> list[float | None]:
    """Prepare OSRM with its own car profile, which keeps to the left where it is told to, and ask for each pair."""
    import osrm as engine  # noqa: PLC0415 -- one of two

    profiles = Path(engine.__file__).parent / "share" / "profiles"
    shutil.copytree(profiles, folder / "profiles", dirs_exist_ok=True)
    profile = folder / "profiles" / "car.lua"
    text = profile.read_text(encoding="utf-8")
    profile.chmod(0o644)
    profile.write_text(text.replace("left_hand_driving = false", "left_hand_driving = true"), encoding="utf-8")
    shutil.copy(extract, folder / "roads.osm.pbf")
    base = folder / "roads.osrm"
    commands = (["extract", "-p", str(profile), str(folder / "roads.osm.pbf")], ["partition", str(base)])
    for command in (*commands, ["customize", str(base)]):
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
    import valhalla as engine  # noqa: PLC0415 -- one of two

    tiles = folder / "tiles"
    tiles.mkdir(exist_ok=True)
    config = engine.get_config(tile_extract="", tile_dir=str(tiles), verbose=False)
    written = folder / "valhalla.json"
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
    """Answer one request."""
    name, asked, answer, folder = sys.argv[1], *map(Path, sys.argv[2:5])
    request: dict[str, Any] = json.loads(asked.read_text(encoding="utf-8"))
    seconds = None
    if find_spec(name) is not None:
        seconds = {"osrm": osrm, "valhalla": valhalla}[name](request["pairs"], Path(request["extract"]), folder)
    answer.write_text(json.dumps({"seconds": seconds}), encoding="utf-8")


if __name__ == "__main__":
    main()
