"""The package as others get it: every folder listed, and a wheel that works away from the repository."""

import json
import shutil
import subprocess
import sys
import sysconfig
import time
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("app", "analysis", "geo", "data")
JOURNEY = ("journey", "--from", "TR1 2HE", "--to", "Exeter", "--as-of", "2026-11-21", "--json")
PATIENCE_S = 60


def test_every_folder_with_code_is_packaged() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = {
        "nearhome." + ".".join(init.parent.relative_to(ROOT).parts)
        for floor in FLOORS
        for init in (ROOT / floor).rglob("__init__.py")
    }
    assert set(project["tool"]["setuptools"]["packages"]) == found | {"nearhome"}


def test_nothing_is_imported_under_a_generic_name() -> None:
    code = (
        "import sys, nearhome.app.cli.shell, nearhome.analysis.visits.plan; "
        "print(*sorted({'app', 'geo', 'data', 'analysis'} & set(sys.modules)))"
    )
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert seen.stdout.strip() == ""


def test_the_pinned_requirements_name_no_address() -> None:
    for file in (ROOT / "requirements").glob("*.txt"):
        text = file.read_text(encoding="utf-8")
        assert "http" not in text
        assert "--hash=sha256:" in text


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    listing = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    source = folder / "source"
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options], check=True, capture_output=True)
    return next(folder.glob("nearhome-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where the dependencies are importable and the repository is not; give the shell command."""
    home = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    options = ["--python", str(home / "bin" / "python"), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", *options], check=True, capture_output=True)
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return home / "bin" / "nearhome"


def test_the_wheel_holds_nearhome_alone_and_stays_small(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        size = sum(entry.file_size for entry in archive.infolist())
    assert {name.split("/")[0].split("-")[0] for name in names} == {"nearhome"}
    assert "nearhome/data/tables/postcodes.npy" in names
    assert "nearhome/app/server/static/vendor/leaflet/leaflet.js" in names
    assert not [name for name in names if "/tests/" in name]
    assert size < 40e6


def test_the_installed_wheel_answers_the_same_journey(installed: Path, tmp_path: Path) -> None:
    answers = []
    for command in ([str(installed)], [sys.executable, "-m", "nearhome"]):
        ran = subprocess.run([*command, *JOURNEY], cwd=tmp_path, capture_output=True, text=True, check=True)
        answers.append(json.loads(ran.stdout))
    assert answers[0] == answers[1]
    assert answers[0]["options"][0]["miles"] == pytest.approx(87, abs=3)


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[str]:
    port = "8651"
    process = subprocess.Popen(
        [str(installed), "app", "--port", port, "--no-browser"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def test_the_installed_wheel_serves_the_page(served: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"{served}/_stcore/health", timeout=5) as answer:
                assert answer.read() == b"ok"
            break
        except urllib.error.URLError:
            assert time.monotonic() < end, "the page did not come up"
            time.sleep(0.3)
    with urllib.request.urlopen(f"{served}/app/static/vendor/leaflet/leaflet.js", timeout=5) as answer:
        assert "javascript" in answer.headers["Content-Type"]
    with urllib.request.urlopen(served, timeout=5) as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
