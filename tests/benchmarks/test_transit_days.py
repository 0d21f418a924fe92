"""The benchmark's own parts: days it generates, the archives it writes, and its plain RAPTOR."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from nearhome.geo.gtfs import read as gtfs_read
from tests.paths import BENCHMARKS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the scripts import one another as they do when run."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@cache
def small_feed() -> Any:
    """Make a day of some 3,000 connections in a square of 60 km."""
    days = import_module("transit_days")
    points = np.random.default_rng(1).uniform(300_000, 360_000, (500, 2))
    return days.generate(days.Kind("bus", 80, 30, 6, (8, 14), 9_000.0, 10.0), 7, points)


def test_lines_run_there_and_back_in_whole_minutes_and_time_goes_on() -> None:
    feed = small_feed()
    times = feed.call_depart.reshape(-1, 6)
    assert (times % 60 == 0).all()
    assert (np.diff(times, axis=1) >= 60).all()
    stops = feed.call_stop.reshape(-1, 6)
    assert (np.diff(stops, axis=1) != 0).all()
    for line in range(30):
        ways = {tuple(way) for way in stops[feed.trip_route == line].tolist()}
        assert len(ways) <= 2
        assert {way[::-1] for way in ways} == ways


def test_the_same_seed_gives_the_same_day() -> None:
    feed = small_feed()
    small_feed.cache_clear()
    np.testing.assert_array_equal(small_feed().call_depart, feed.call_depart)


def test_the_archive_holds_the_feed(tmp_path: Path) -> None:
    feed = small_feed()
    import_module("transit_days").write_gtfs(feed, tmp_path / "made.zip")
    read = gtfs_read.read(tmp_path / "made.zip")
    for name in ("call_stop", "call_arrive", "call_depart", "call_flags", "trip_route", "trip_count", "trip_first"):
        np.testing.assert_array_equal(getattr(read, name), getattr(feed, name))
    np.testing.assert_allclose(read.stop_lat, feed.stop_lat, atol=1e-6)
    assert list(read.trip_id) == list(feed.trip_id)
    assert (read.first, read.last) == (feed.first, feed.last)


def test_the_plain_raptor_and_the_scan_agree_on_all_stops(tmp_path: Path) -> None:
    lines = import_module("transit_peers").raptor(small_feed(), tmp_path)
    assert lines[-1].agreement == "240 equal"


def test_everything_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    transit, days = import_module("transit"), import_module("transit_days")
    monkeypatch.setattr(transit, "generate", lambda _: small_feed())
    monkeypatch.setattr(transit, "GOALS", 5)
    monkeypatch.setattr(transit.transit_peers, "find_spec", lambda _: None)
    result = transit.on_day("bus", days.BUS, 4_000.0, tmp_path, ["RAPTOR in Python", "ferrobus"])
    told = transit.report([result], "a machine")
    assert "| connections | 3," in told or "| connections | 2," in told
    assert "bus: ferrobus: not installed" in told
    assert "240 equal" in told
    assert "latest departures" in told
