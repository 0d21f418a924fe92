"""Scenarios as files: those that come with nearhome, by name, and one's own, as TOML."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from nearhome.analysis.placement.scenarios import schema
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.placement.scenarios.schema import Scenario

MOST_BYTES = 1_000_000
_FOLDER = "named"


@cache
def named() -> dict[str, Scenario]:
    """Give the scenarios that come with nearhome, by name."""
    found = {
        each.name.removesuffix(".toml"): each
        for each in files("nearhome.analysis.placement.scenarios").joinpath(_FOLDER).iterdir()
    }
    return {name: _read(each.read_text(encoding="utf-8"), name) for name, each in sorted(found.items())}


def load(text: str) -> Scenario:
    """Give the scenario of a name or of a TOML file.

    Raises
    ------
    InputError
        There is neither, or the file is not right; the message names all that is wrong.

    Examples
    --------
    >>> load("nearer-home-5000-moves").moves.limit
    5000
    """
    known = named()
    if text in known:
        return known[text]
    path = Path(text)
    if path.suffix != ".toml" and not path.exists():
        near = difflib.get_close_matches(text, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the named ones are {', '.join(known)}."
        msg = f"There is no scenario {text!r}: give a TOML file or a name; {hint}"
        raise InputError(msg)
    try:
        if path.stat().st_size > MOST_BYTES:
            msg = f"{path.name} has {path.stat().st_size:,} bytes, too many for a scenario; give another file."
            raise InputError(msg)
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"The scenario {text!r} cannot be read ({error.strerror}); give a TOML file or a name."
        raise InputError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"The scenario {path.name} is not UTF-8 (byte {error.start + 1:,}); save it as UTF-8."
        raise InputError(msg) from error
    return _read(content, path.name)


def _read(content: str, name: str) -> Scenario:
    try:
        table = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        msg = f"The scenario {name} is not TOML: {str(error).rstrip('.')}. Correct that line."
        raise InputError(msg) from error
    return schema.from_table(table)
