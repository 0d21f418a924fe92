"""The rule of lazy imports: a heavy package is imported where it is used, and a command loads what its table row says.

A row here that grows is a decision to make a command slower to start, and is made on purpose.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

DAY = "2026-11-21"
JOURNEY = ("journey", "--from", "TR1 2HE", "--to", "Exeter", "--as-of", DAY)
ROUTER = {"numpy", "scipy", "pyproj", "pyarrow"}
TABLES = {"numpy", "scipy", "pandas", "pyarrow", "pyproj", "shapely"}

HEAVY = (
    "babel",
    "dask",
    "folium",
    "geopandas",
    "icalendar",
    "jinja2",
    "networkx",
    "numba",
    "numpy",
    "odfdo",
    "ortools",
    "osmium",
    "osmnx",
    "pandas",
    "pandera",
    "pyarrow",
    "pyproj",
    "reportlab",
    "scipy",
    "shapely",
    "streamlit",
    "xlsxwriter",
)

LOADS: dict[tuple[str, ...], set[str]] = {
    ("--help",): set(),
    ("--version",): set(),
    (*JOURNEY, "--json"): ROUTER,
    JOURNEY: ROUTER,
    (*JOURNEY, "--mode", "all"): ROUTER,
    ("prisons", "--near", "TR1 2HE", "--as-of", DAY): ROUTER,
    ("services", "--as-of", DAY): {"numpy"},
    ("coverage", "--kind", "visitors_centre", "--as-of", "2008-06-01"): TABLES,
    ("lottery", "--kind", "visitors_centre", "--as-of", "2008-06-01"): TABLES,
    ("place", "--list"): {"numpy"},
    ("data", "list"): set(),
    ("data", "build", "--help"): set(),
    ("app", "--help"): set(),
}


def _run(code: str) -> set[str]:
    code += f"\nprint(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", f"import sys\n{code}"], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", LOADS, ids=" ".join)
def test_a_command_loads_what_its_row_says(words: tuple[str, ...]) -> None:
    code = (
        "from nearhome.app.cli.shell import main\n"
        f"try: main({list(words)!r})\n"
        "except SystemExit as stop: assert not stop.code, stop.code"
    )
    assert _run(code) == LOADS[words]


def test_the_library_loads_nothing_before_it_is_used() -> None:
    code = (
        "import nearhome\n"
        "assert sorted(each for each in sys.modules if each.startswith('nearhome')) == ['nearhome']\n"
        "assert set(nearhome.__all__) <= set(dir(nearhome))"
    )
    assert _run(code) == set()
