"""Arrays and texts in a folder of ``.npy`` files: written once, then opened by mapping them, whatever their size."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from nearhome.data.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from nearhome.data.base.arrays import Array, Bytes, Ints

FEW_WORDS = 10_000
"""So many words are opened as a list; more are decoded one by one when they are asked for."""

_PACKED, _STARTS = "_packed", "_starts"


class Words(Sequence[str]):
    """Many texts in one array of bytes; indexing decodes one."""

    def __init__(self, packed: Bytes, starts: Ints) -> None:
        self.packed, self.starts = packed, starts

    @classmethod
    def of(cls, words: Iterable[str]) -> Words:
        """Pack some texts."""
        encoded = [word.encode() for word in words]
        starts = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(word) for word in encoded], out=starts[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(len(self))[row]]
        at = range(len(self))[row]
        return bytes(self.packed[self.starts[at] : self.starts[at + 1]]).decode()


def save(folder: Path, arrays: Mapping[str, Array], texts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Write arrays and lists of texts; give the facts with which ``opened`` and ``problems`` compare the files.

    An array of one number throughout takes the room of one.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    facts: dict[str, Any] = {"arrays": {}, "texts": list(texts)}
    packed = {name: Words.of(words) for name, words in texts.items()}
    every = dict(arrays)
    for name, words in packed.items():
        every[name + _PACKED], every[name + _STARTS] = words.packed, words.starts
    for name, array in every.items():
        same = array.ndim == 1 and len(array) > 1 and bool((array == array[0]).all())
        kept = np.ascontiguousarray(array[:1] if same else array)
        np.save(folder / f"{name}.npy", kept, allow_pickle=False)
        facts["arrays"][name] = {"type": kept.dtype.str, "shape": list(array.shape), "crc32": _crc(kept), "same": same}
    return facts


def opened(folder: Path, facts: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, Sequence[str]]]:
    """Map the arrays that ``save`` wrote and open the texts; sizes and types are compared, contents are not.

    Raises
    ------
    TableError
        When a file is missing or cut short, or the facts are not those of ``save``: the message is the bare reason.
    """
    try:
        arrays = {name: _mapped(folder / f"{name}.npy", fact) for name, fact in facts["arrays"].items()}
        texts: dict[str, Sequence[str]] = {}
        for name in facts["texts"]:
            words = Words(arrays.pop(name + _PACKED), arrays.pop(name + _STARTS))
            texts[name] = words if len(words) > FEW_WORDS else list(words)
    except (OSError, ValueError, EOFError, KeyError, TypeError, AttributeError) as error:
        raise TableError(" ".join(str(error).split()) or type(error).__name__) from error
    return arrays, texts


def problems(folder: Path, facts: Mapping[str, Any]) -> list[str]:
    """Compare the contents of all files too; give what is wrong, one sentence part for each."""
    found = []
    for name, fact in facts["arrays"].items():
        try:
            array = _mapped(folder / f"{name}.npy", fact)
        except (OSError, ValueError, EOFError) as error:
            found.append(" ".join(str(error).split()))
            continue
        if _crc(np.ascontiguousarray(array[:1] if fact["same"] else array)) != fact["crc32"]:
            found.append(f"{name}.npy is not what was written")
    return found


def _mapped(file: Path, fact: Mapping[str, Any]) -> Array:
    # Mapped copy-on-write: a read-only array would be another type, and compile every loop again.
    array: Array = np.load(file, mmap_mode="c", allow_pickle=False).view(np.ndarray)
    shape = tuple(fact["shape"])
    if array.dtype.str != fact["type"] or array.shape != ((1,) if fact["same"] else shape):
        msg = f"{file.name} has the shape {array.shape}, not {shape}"
        raise ValueError(msg)
    return np.broadcast_to(array, shape) if fact["same"] else array


def _crc(array: Array) -> int:
    return zlib.crc32(array.reshape(-1).view(np.uint8).data)
