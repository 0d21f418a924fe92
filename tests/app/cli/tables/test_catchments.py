"""``nearhome catchments``: the files it writes, what it says, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from nearhome.app.cli.tables.catchments import command
from nearhome.data.errors import InputError, UnknownPrisonError
from nearhome.geo.matrices.isochrones import CRS, NO_WAY

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

DAY = "2026-11-21"


def run(*options: str) -> Result:
    return CliRunner().invoke(command, [*options, "--as-of", DAY])


def test_it_writes_shapes_and_figures_in_three_formats(tmp_path: Path) -> None:
    files = [tmp_path / f"exeter.{suffix}" for suffix in ("gpkg", "parquet", "csv")]
    result = run("--to", "Exeter", "--minutes", "15,30", *(word for file in files for word in ("--out", str(file))))
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["exeter.csv", "exeter.gpkg", "exeter.parquet"]
    package, parquet = gpd.read_file(files[0]), gpd.read_parquet(files[1])
    table = pd.read_csv(files[2])
    for frame in (package, parquet):
        assert frame.crs == CRS
        assert frame.is_valid.all()
        assert frame["area_km2"].tolist() == pytest.approx((frame.area / 1e6).tolist())
    for frame in (package, parquet, table):
        assert frame["name"].tolist() == ["Exeter", "Exeter"]
        assert frame["minutes"].tolist() == [15, 30]
        assert frame["people"].tolist() == pytest.approx(parquet["people"].tolist(), abs=0.51)
    lines = result.output.splitlines()
    assert lines[0].startswith("Prison  Within      Square miles   People")
    assert lines[2].startswith("Exeter  30 minutes")
    assert lines[-3:] == [f"Written: {file}" for file in files]


def test_figures_nobody_publishes_and_prisons_nobody_can_drive_to_are_not_numbers(tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    result = run("--to", "Perth", "--to", "La Moye", "--to", "SCO-PER", "--minutes", "20", "--out", str(file))
    assert result.exit_code == 0, result.output
    perth, jersey = result.output.splitlines()[1:3]
    assert perth.endswith("not known")
    assert NO_WAY in jersey
    assert jersey.count("not known") == 3
    rows = file.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 3
    assert rows[2] == f"JSY-LMO,La Moye,20,car,,,,,{NO_WAY}"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (("--to", "Exeter", "--minutes", "half an hour"), InputError, "'half an hour' are not whole numbers"),
        (("--to", "Exeter", "--minutes", "60,30"), InputError, "rising"),
        (
            ("--to", "Exeter", "--out", "exeter.shp"),
            InputError,
            r"'exeter.shp' does not end in .gpkg, .parquet or .csv",
        ),
        (("--to", "Azkaban"), UnknownPrisonError, "'Azkaban' is no prison we know"),
    ],
)
def test_what_cannot_be_used_is_refused(options: tuple[str, ...], error: type[Exception], said: str) -> None:
    result = run(*options)
    with pytest.raises(error, match=said):
        raise result.exception or AssertionError(result.output)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for suffix in ("gpkg", "parquet", "csv"):
        result = run("--to", "Exeter", "--minutes", "10", "--out", str(tmp_path / "taken" / f"exeter.{suffix}"))
        assert isinstance(result.exception, InputError)
        assert "cannot be written" in str(result.exception)
