"""Writing a report into a folder: whole or not at all, and nobody else's file touched."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from nearhome.analysis.reports import ods, write
from nearhome.data.errors import InputError
from tests.report_samples import sample

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.analysis.reports.report import Report


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def test_the_manifest_lists_each_file_with_what_it_must_be(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    written = write.write(sample(), out, ("ods", "csv"))
    manifest = json.loads((out / write.MANIFEST).read_text(encoding="utf-8"))
    assert [path.name for path in written] == [*manifest["files"], write.MANIFEST]
    for name, said in manifest["files"].items():
        content = (out / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (said["sha256"], said["bytes"])
    assert manifest["command"] == sample().command
    assert manifest["seeds"] == {"bootstrap": 7}
    assert manifest["tables"]["prisons"]["version"] == "2026-07-27+1a2b3c4d"
    assert str(tmp_path) not in (out / write.MANIFEST).read_text(encoding="utf-8")
    assert names(tmp_path / "deep") == ["out"]


def test_a_report_is_replaced_only_when_asked_and_leaves_other_files_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write.write(sample(), out, ("ods", "csv", "html"))
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    (out / "sample.html").write_text("changed by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds a report already.*--force"):
        write.write(sample(), out, ("csv",))
    write.write(sample(), out, ("csv",), force=True)
    assert names(out) == [
        "manifest.json",
        "mine.txt",
        "sample-dictionary.csv",
        "sample.csv",
        "sample.csv-metadata.json",
        "sample.html",
    ], "the old ods is gone; what somebody changed or made is not"


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "sample.ods").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        write.write(sample(), tmp_path, ("ods",))
    assert names(tmp_path) == ["sample.ods"]
    write.write(sample(), tmp_path, ("ods",), force=True)
    assert (tmp_path / "sample.ods").read_bytes().startswith(b"PK")


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_report: Report, file: Path) -> None:
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ods, "write", full)
    with pytest.raises(InputError, match=r"cannot be written to.*No space left"):
        write.write(sample(), tmp_path / "out", ("csv", "ods"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("listed", ['{"files": {"../kept.txt": {"sha256": "x"}}}', "[]", "{", '{"files": 3}'])
def test_a_strange_manifest_removes_nothing(tmp_path: Path, listed: str) -> None:
    (tmp_path / "kept.txt").write_text("kept", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / write.MANIFEST).write_text(listed, encoding="utf-8")
    write.write(sample(), out, ("ods",), force=True)
    assert (tmp_path / "kept.txt").exists()
    assert names(out) == ["manifest.json", "sample.ods"]


def test_formats_and_folders_that_cannot_be_are_refused(tmp_path: Path) -> None:
    for given, said in ((("doc",), "'doc'"), ((), "use some of csv")):
        with pytest.raises(InputError, match=said):
            write.check_formats(given)
    assert write.check_formats(("pdf", "csv", "pdf")) == ("csv", "pdf")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        write.write(sample(), tmp_path / "file", ("ods",))
