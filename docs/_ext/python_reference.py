"""Pages of the Python reference: one for each public wing, written from the source before Sphinx looks for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import modules

if TYPE_CHECKING:
    from pathlib import Path

    from sphinx.application import Sphinx
    from sphinx.config import Config

FLOORS = ("analysis", "geo", "data")
PRIVATE = ("nearhome.data.build", "nearhome.geo.build")
"""The offline build: commands call it, libraries do not."""
FOLDER = "reference/python"


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages as soon as the configuration is known."""
    app.connect("config-inited", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(app: Sphinx, _config: Config) -> None:
    folder = app.srcdir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    public = [wing for wing in modules.wings() if wing.floor in FLOORS and wing.name not in PRIVATE]
    pages = {f"{wing.name}.rst": _page(wing) for wing in public if wing.modules}
    for name, text in pages.items():
        _keep(folder / name, text)
    for old in folder.glob("*.rst"):
        if old.name not in pages:
            old.unlink()
    for old in (folder / "modules").glob("*.rst"):
        wing, _, module = old.stem.rpartition(".")
        if not any(module in each.modules for each in public if each.name == wing):
            old.unlink()


def _page(wing: modules.Wing) -> str:
    title = wing.name.removeprefix("nearhome.")
    listed = "\n".join(f"   {wing.name}.{module}" for module in wing.modules)
    return (
        f"{title}\n{'=' * len(title)}\n\n{wing.line}\n\n"
        f".. autosummary::\n   :toctree: modules\n   :template: module.rst\n\n{listed}\n"
    )


def _keep(file: Path, text: str) -> None:
    """Write a file only where it changes, so that a second build reads less."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
