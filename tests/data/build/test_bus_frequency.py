"""The tables of small areas: which day Friday is, hours and sums against the source, and points in their areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from nearhome.data.build import bus_frequency
from nearhome.data.catalogue import columns, tables
from nearhome.data.checks import check
from nearhome.data.errors import SourceError
from nearhome.data.places import postcodes
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = SHARED / "data"
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not on this machine")


@pytest.fixture(scope="module")
def source() -> pd.DataFrame:
    return pd.read_parquet(SOURCES / "pt" / "pt_runs_per_lsoa_2022.parquet").set_index("zone_id")


def test_both_tables_have_a_row_for_every_small_area_of_great_britain() -> None:
    areas, runs = columns.read_array("small_areas"), columns.read_array("bus_frequency")

    assert len(areas) == len(runs) == 41_727  # 34,753 areas and 6,976 zones, less two without a postcode
    assert areas.dtype == bus_frequency.SMALL_AREA
    assert runs.dtype == bus_frequency.FREQUENCY
    codes = areas["code"].tolist()
    assert codes == sorted(set(codes))
    assert check.check("small_areas") == check.check("bus_frequency") == []


@needs_sources
def test_friday_in_the_source_is_saturday_and_not_the_other_way_round(source: pd.DataFrame) -> None:
    busy = source[source["Mon_Midday"] >= 100]
    for band in bus_frequency.BANDS.values():
        assert source[f"Fri_{band}"].equals(source[f"Sat_{band}"])
        for day in ("Wed", "Thu"):  # five days of them over four Mondays
            assert (busy[f"{day}_{band}"] / busy[f"Mon_{band}"]).median() == pytest.approx(1.25, abs=0.01)
    # A fifth Friday would be a weekday too; over five Saturdays the ratio is that of a Saturday.
    morning = (busy["Sat_Morning_Peak"] / 5 / (busy["Mon_Morning_Peak"] / 4)).median()
    assert morning == pytest.approx(0.74, abs=0.03)
    both = pd.read_csv(SOURCES / "pt" / "pt_trips_per_lad_by_mode_2019_2023.csv.gz").query("year == 2022")
    by_authority = both["tph_Sat_Morning_Peak"].sum() / both["tph_weekday_Morning_Peak"].sum()
    total = source["Sat_Morning_Peak"].sum() / 5 / (source["Mon_Morning_Peak"].sum() / 4)
    assert total == pytest.approx(by_authority, abs=0.05)


@needs_sources
@pytest.mark.parametrize("code", ["E01000002", "W01001460", "S01006646", "E01018952"])
def test_runs_are_those_of_one_day(source: pd.DataFrame, code: str) -> None:
    areas, runs = columns.read_array("small_areas"), columns.read_array("bus_frequency")
    row = runs[np.searchsorted(areas["code"], code.encode())]
    theirs = source.loc[code]

    assert row["saturday_midday"] == round(10 * theirs["Sat_Midday"] / 5)
    assert row["sunday_evening"] == round(10 * theirs["Sun_Evening"] / 4)
    four = sorted(theirs[f"{day}_Night"] / days for day, days in (("Mon", 4), ("Tue", 4), ("Wed", 5), ("Thu", 5)))
    assert row["weekday_night"] == pytest.approx(10 * (four[1] + four[2]) / 2, abs=0.51)


@needs_sources
def test_sums_below_nothing_and_areas_without_a_row_have_no_runs(source: pd.DataFrame) -> None:
    areas, runs = columns.read_array("small_areas"), columns.read_array("bus_frequency")
    below = source.index[source["Sun_Morning_Peak"] < 0]
    assert len(below) > 0
    assert (runs["sunday_morning"][np.searchsorted(areas["code"], below.to_numpy(dtype="S9"))] == 0).all()
    known = set(source.index)
    missing = np.array([code.decode() not in known for code in areas["code"].tolist()])
    assert missing.sum() == 450
    assert all((runs[name][missing] == 0).all() for name in runs.dtype.names or ())


def test_an_area_lies_where_its_postcodes_are() -> None:
    areas = columns.read_array("small_areas")
    found = postcodes.find("TR1 2HE")
    assert found is not None
    assert found.easting is not None
    assert found.northing is not None
    away = np.hypot(areas["easting"] - found.easting, areas["northing"] - found.northing)
    assert away.min() < 500


def test_stops_are_near_where_the_source_lists_any() -> None:
    metres = columns.read_array("small_areas")["stop_m"].astype(int)
    unknown = metres == bus_frequency.NO_STOPS

    assert 0.15 < unknown.mean() < 0.22  # London, Greater Manchester and West Yorkshire
    assert 100 < np.median(metres[~unknown]) < 150
    assert np.quantile(metres[~unknown], 0.99) < 1500


@needs_sources
def test_the_build_repeats_itself_to_the_byte(tmp_path: Path) -> None:
    bus_frequency.build(SOURCES, tmp_path)
    for name in ("small_areas", "bus_frequency"):
        file = tables.file_of(name)
        assert (tmp_path / file).read_bytes() == tables.path(name).read_bytes()


def test_missing_sources_and_a_friday_of_its_own_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        bus_frequency.build(tmp_path, tmp_path)
    frame: Any = pd.DataFrame(
        {
            f"{day}_{band}": [40]
            for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
            for band in bus_frequency.BANDS.values()
        }
    )
    assert bus_frequency._frequencies(frame)["weekday_midday"][0] == 90  # noqa: SLF001 -- the rule itself: 10, 10, 8, 8
    frame["Fri_Midday"] = 50
    with pytest.raises(SourceError, match="Fri_Midday and Sat_Midday differ"):
        bus_frequency._frequencies(frame)  # noqa: SLF001 -- as above
