"""The railway without a timetable: the tables' build, the search against networkx, and typical times of 2013."""

from __future__ import annotations

import csv
from importlib import import_module
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from nearhome.data.build import rail as build_rail
from nearhome.data.errors import SourceError
from nearhome.geo.transit import rail
from nearhome.geo.transit.rail import Railway
from tests.paths import BENCHMARKS, SHARED

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = SHARED / "data/checks/rail_times_2013_pairs.csv"


@pytest.fixture(scope="module")
def railway() -> Railway:
    return Railway.shipped()


def graph_of(railway: Railway) -> nx.DiGraph[int]:
    graph: nx.DiGraph[int] = nx.DiGraph()
    for (tail, head), minutes in railway.weights.items():
        graph.add_edge(tail, head, minutes=minutes)
    return graph


@pytest.mark.parametrize("code", ["EXD", "LDS", "INV", "SSS", "RYP"])
def test_the_search_is_networkx_own(railway: Railway, code: str) -> None:
    goal = railway.row_of[code]
    minutes = railway.search({goal: 7.0}).minutes
    lengths = nx.single_source_dijkstra_path_length(graph_of(railway).reverse(), goal, weight="minutes")
    expected = [lengths.get(row, np.inf) + 7.0 for row in range(len(railway.codes))]
    assert np.allclose(minutes, expected, atol=0.01)


def test_legs_follow_each_other_and_sum_to_the_search(railway: Railway) -> None:
    goal = railway.row_of["NRW"]
    search = railway.search({goal: 0.0})
    for row in range(0, len(railway.codes), 37):
        if not np.isfinite(search.minutes[row]):
            continue
        legs = search.legs(row)
        assert sum(leg.wait_minutes + leg.minutes for leg in legs) == pytest.approx(search.minutes[row], abs=0.01)
        ends = [row, *(leg.end for leg in legs)]
        assert [leg.start for leg in legs] == ends[:-1]
        assert ends[-1] == goal


def test_a_goal_reached_from_several_stations_takes_the_better(railway: Railway) -> None:
    near, far = railway.row_of["EXD"], railway.row_of["BTN"]
    search = railway.search({near: 5.0, far: 5.0})
    assert search.end(railway.row_of["PLY"]) == near
    assert search.end(railway.row_of["WRH"]) == far
    assert search.legs(near) == []
    assert search.minutes[near] == pytest.approx(5.0, abs=0.01)


def test_fewer_changes_cost_time_but_never_add_a_change(railway: Railway) -> None:
    goal = {railway.row_of["DVP"]: 0.0}
    quick, few = railway.search(goal), railway.search(goal, change_penalty_minutes=45.0)
    fewer = 0
    for row in range(0, len(railway.codes), 29):
        if not np.isfinite(quick.minutes[row]):
            continue
        trains = [sum(leg.mode == "train" for leg in search.legs(row)) for search in (quick, few)]
        assert trains[1] <= trains[0]
        assert few.minutes[row] >= quick.minutes[row] - 0.01
        assert sum(leg.wait_minutes + leg.minutes for leg in few.legs(row)) == pytest.approx(few.minutes[row], abs=0.01)
        fewer += trains[1] < trains[0]
    assert fewer > 0


def test_an_hourly_train_costs_more_to_board_than_a_frequent_one() -> None:
    model = rail.DEFAULT
    assert model.wait_minutes(0.5) > model.wait_minutes(1) > model.wait_minutes(4) > model.change_minutes
    assert model.wait_minutes(0.01) == model.change_minutes + model.longest_wait_minutes


def test_nearest_stations_come_first(railway: Railway) -> None:
    rows = railway.near(50.2632, -5.0510, count=3, within_km=20.0)
    assert railway.names[rows[0]] == "Truro"
    assert list(railway.distances_km(50.2632, -5.0510)[rows]) == sorted(railway.distances_km(50.2632, -5.0510)[rows])
    assert len(railway.near(54.6, -5.9, count=3, within_km=20.0)) == 0


def test_the_isle_of_wight_is_reached_by_the_ferry(railway: Railway) -> None:
    legs = railway.search({railway.row_of["SHN"]: 0.0}).legs(railway.row_of["WAT"])
    assert "ferry" in [leg.mode for leg in legs]


def test_crossing_london_is_by_underground(railway: Railway) -> None:
    legs = railway.search({railway.row_of["BTN"]: 0.0}).legs(railway.row_of["PLY"])
    modes = [leg.mode for leg in legs]
    assert modes[0] == modes[-1] == "train"


def test_every_through_train_makes_for_its_end(railway: Railway) -> None:
    """A wrong station code among a line's stops would send it far out of its way."""
    for line in railway.lines:
        rows = [railway.row_of[code] for code in line.stations]
        for start, end, km in zip(rows[:-1], rows[1:], line.km, strict=True):
            crow = railway.distances_km(float(railway.lat[start]), float(railway.lon[start]))[end]
            assert crow - 1.0 <= km <= 2.3 * crow + 3.0, (line.name, railway.names[start], railway.names[end])


@pytest.mark.skipif(not PAIRS.is_file(), reason="the table of 2013 is not beside the project")
def test_typical_times_of_2013(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    estimates = import_module("rail").estimates
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    reference = np.array([float(row["min"]) for row in rows])
    found = estimates(Railway.shipped(), [(row["a"], row["b"]) for row in rows])
    for part in (slice(None), slice(1, None, 2)):
        assert np.abs(found - reference)[part].mean() < 20
        assert 0.95 <= np.median((found / reference)[part]) <= 1.05


def write_sources(folder: Path, *, edges: str) -> Path:
    rail_folder = folder / "rail"
    rail_folder.mkdir(parents=True)
    nodes = ["node_id,name,crs,easting,northing,lat,lon", "n1,Alpha,AAA,0,0,50.0,-1.0", "n2,,,0,0,50.1,-1.0"]
    nodes += ["n3,Beta,BBB,0,0,50.2,-1.0", "n4,Gamma,CCC,0,0,50.3,-1.0"]
    (rail_folder / "itrc_gb_rail_nodes_2019.csv").write_text("\n".join(nodes), encoding="utf-8")
    (rail_folder / "itrc_gb_rail_edges_2019.csv").write_text(edges, encoding="utf-8")
    return folder


def test_hops_are_built_through_junctions() -> None:
    edges = [("n1", "n2", 11.0), ("n2", "n3", 12.0), ("n3", "n4", 9.0)]
    neighbours = build_rail.neighbours_of(
        [{"from_node": a, "to_node": b, "crow_km": str(km)} for a, b, km in edges],
    )
    stations = {"n1": {"crs": "AAA"}, "n3": {"crs": "BBB"}, "n4": {"crs": "CCC"}}
    assert build_rail.neighbouring(stations, neighbours) == [("AAA", "BBB", "23.00"), ("BBB", "CCC", "9.00")]
    line = {"name": "x", "mph": 90, "per_hour": 1, "stops": "AAA BBB @60 CCC"}
    node_of = {"AAA": "n1", "BBB": "n3", "CCC": "n4"}
    assert build_rail.through_line(line, node_of, neighbours) == ("x", "1", "AAA BBB CCC", "90 60", "23.0 9.0")


@pytest.mark.parametrize(
    ("stops", "said"), [("AAA ZZZ", "ZZZ, which is no station"), ("AAA CCC", "no track from AAA to CCC")]
)
def test_a_wrong_pattern_is_named(stops: str, said: str) -> None:
    neighbours: build_rail.Neighbours = {"n1": [("n3", 5.0)], "n3": [("n1", 5.0)]}
    with pytest.raises(SourceError, match=said):
        build_rail.through_line(
            {"name": "x", "mph": 90, "per_hour": 1, "stops": stops}, {"AAA": "n1", "CCC": "n4"}, neighbours
        )


def test_a_source_without_its_columns_is_named(tmp_path: Path) -> None:
    sources = write_sources(tmp_path / "sources", edges="a,b\n1,2\n")
    with pytest.raises(SourceError, match="from_node"):
        build_rail.build(sources, tmp_path / "out")
    assert not (tmp_path / "out").exists()
