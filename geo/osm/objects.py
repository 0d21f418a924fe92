"""The objects of an OpenStreetMap file, in whatever order and format it has them: ways, nodes and relations apart.

A file is read once for its ways and once for the nodes on them, so that nodes may come after ways (as Overpass writes
them) and no more of them are kept than are needed. What is deleted is left out, by OpenStreetMap's own mark and by that
of JOSM. Needs pyosmium.
"""

from __future__ import annotations

import bz2
import gzip
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from xml.parsers import expat

from nearhome.data.errors import MissingExtraError, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from nearhome.data.base.arrays import Ints

SUFFIXES = (".osm.pbf", ".osm.gz", ".osm.bz2", ".pbf", ".osm", ".o5m", ".opl")
"""How the names of extracts end."""

DRAWN = 1 << 60
"""Ids below 0 are what JOSM gives to objects that were drawn and not uploaded; they are counted from here on."""

LARGE_BYTES = 20_000_000
"""In a file larger than this pyosmium picks the nodes, with a bit for each id there can be: up to 1.4 GB of memory."""

_MAGIC = ((b"\x1f\x8b", "osm.gz"), (b"BZh", "osm.bz2"), (b"\xff\xe0\x04o5m2", "o5m"), (b"\xff\xe0", "o5m"))
_OPENED: dict[str, Callable[[Path, Literal["rb"]], AbstractContextManager[Any]]] = {
    "osm": open,
    "osm.gz": gzip.open,
    "osm.bz2": bz2.open,
}
_START_BYTES = 64
_BLOCK_BYTES = 1 << 20
_JOSM_DELETED = (b"action='delete'", b'action="delete"')


def name_of(path: Path) -> str:
    """Give the name of an extract: that of its file without what says the format.

    Examples
    --------
    >>> from pathlib import Path
    >>> name_of(Path("st.ives.osm.pbf")), name_of(Path("wales.north.osm"))
    ('st.ives', 'wales.north')
    """
    suffix = next((each for each in SUFFIXES if path.name.casefold().endswith(each)), path.suffix)
    return path.name[: len(path.name) - len(suffix)].strip(". ") or "roads"


def number(osm_id: int) -> int:
    """Give an id above 0 for any id of OpenStreetMap; see ``DRAWN``."""
    return osm_id if osm_id >= 0 else DRAWN - osm_id


def ways(path: Path, *keys: str) -> Iterator[Any]:
    """Give the ways that have one of some keys; the nodes on them have ids only.

    Raises
    ------
    MissingExtraError
        When pyosmium is not installed.
    SourceError
        When the file cannot be read.
    """
    osmium = _osmium()
    yield from _objects(path, osmium.osm.WAY, "way", osmium.filter.KeyFilter(*keys))


def nodes(path: Path, wanted: Ints) -> Iterator[Any]:
    """Give the nodes with some ids, numbered as by ``number``; those that the file does not have are left out.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``ways``.
    """
    osmium = _osmium()
    large = path.is_file() and path.stat().st_size > LARGE_BYTES
    if large and len(wanted) and wanted.max() < DRAWN:
        yield from _objects(path, osmium.osm.NODE, "node", osmium.filter.IdFilter(wanted.tolist()))
        return
    known = set(wanted.tolist())
    for each in _objects(path, osmium.osm.NODE, "node", None):
        if number(each.id) in known:
            yield each


def relations(path: Path, *keys: str) -> Iterator[Any]:
    """Give the relations that have one of some keys.

    Raises
    ------
    MissingExtraError, SourceError
        As for ``ways``.
    """
    osmium = _osmium()
    yield from _objects(path, osmium.osm.RELATION, "relation", osmium.filter.KeyFilter(*keys))


def _osmium() -> Any:
    try:
        import osmium
    except ImportError as error:
        msg = 'Reading OpenStreetMap needs the osm extra, which is not installed: pip install "nearhome[osm]".'
        raise MissingExtraError(msg) from error
    return osmium


def _objects(path: Path, entities: Any, kind: str, only: Any) -> Iterator[Any]:
    """Give objects of one kind that are not deleted; what cannot be read is told."""
    osmium = _osmium()
    kind_of_file, deleted = _looked_at(path)
    try:
        file = osmium.io.File(str(path), kind_of_file)
        processor = osmium.FileProcessor(file, entities)
        if only is not None:
            processor = processor.with_filter(only)
        for each in processor:
            if not each.deleted and (not deleted or (kind, each.id) not in deleted):
                yield each
    except (RuntimeError, ValueError, OSError) as error:
        raise SourceError(_unread(path, error)) from error


def _unread(path: Path, error: BaseException) -> str:
    told = " ".join(str(error).split()) or type(error).__name__
    return (
        f"{path.name} cannot be read as OpenStreetMap data ({told}); download the extract again, as .osm.pbf, .osm, "
        ".osm.gz, .osm.bz2 or .o5m."
    )


def _looked_at(path: Path) -> tuple[str, frozenset[tuple[str, int]]]:
    """Give the format of a file, by its first bytes, and what JOSM marked in it as deleted."""
    if not path.is_file():
        msg = f"There is no file {str(path)!r}; give an OpenStreetMap extract such as county.osm.pbf."
        raise SourceError(msg)
    try:
        facts = path.stat()
        return _looked(path, facts.st_mtime_ns, facts.st_size)
    except (OSError, EOFError) as error:
        raise SourceError(_unread(path, error)) from error


@lru_cache(maxsize=1)
def _looked(path: Path, changed_ns: int, size_bytes: int) -> tuple[str, frozenset[tuple[str, int]]]:  # noqa: ARG001 -- a changed file is another
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES)
    kind = next((kind for magic, kind in _MAGIC if start.startswith(magic)), "")
    if not kind and b"OSMHeader" in start:
        kind = "pbf"
    if not kind and start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        kind = "osm"
    opened = _OPENED.get(kind)
    return kind, _deleted_in_josm(path, opened) if opened else frozenset()


def _deleted_in_josm(
    path: Path, opened: Callable[[Path, Literal["rb"]], AbstractContextManager[Any]]
) -> frozenset[tuple[str, int]]:
    """Find what JOSM marked as deleted in a file of XML: pyosmium does not read the mark."""
    with opened(path, "rb") as stream:
        before = b""
        while block := stream.read(_BLOCK_BYTES):
            if any(mark in before + block for mark in _JOSM_DELETED):
                break
            before = block[-max(map(len, _JOSM_DELETED)) :]
        else:
            return frozenset()
    found: set[tuple[str, int]] = set()

    def note(name: str, attributes: dict[str, str]) -> None:
        osm_id = attributes.get("id", "")
        if attributes.get("action") == "delete" and osm_id.removeprefix("-").isdecimal():
            found.add((name, int(osm_id)))

    parser = expat.ParserCreate()
    parser.StartElementHandler = note
    try:
        with opened(path, "rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise SourceError(_unread(path, error)) from error
    return frozenset(found)
