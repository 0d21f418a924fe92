"""The user's own postcodes: read, checked row by row, and kept beside the ones that ship.

What is imported is asked before what ships, stays on this machine, and is replaced as a whole by the next import. The
layouts of the files are those of ``nearhome.data.places.postcode_rows``.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nearhome.data.base import versions
from nearhome.data.base.coordinates import to_metres
from nearhome.data.errors import SourceError
from nearhome.data.places import postcode_rows, postcodes

if TYPE_CHECKING:
    from pathlib import Path

    from nearhome.data.places.postcode_rows import PassedOver, PostcodeRows


@dataclass(frozen=True, slots=True)
class PostcodeImport:
    """What an import did: rows kept, how many of them have a point, where the table is, and what was passed over."""

    postcodes: int
    with_point: int
    folder: Path
    passed_over: tuple[PassedOver, ...]


def import_postcodes(path: Path, *, strict: bool = False) -> PostcodeImport:
    """Read a file of postcodes into the user's own folder (``nearhome.data.catalogue.tables.user_folder``).

    Rows that cannot be used are passed over and counted; with ``strict`` they are refused, and nothing is written.

    Raises
    ------
    SourceError
        If the file cannot be read, has none of the layouts or no row that can be used; when strict, if there is a row
        that cannot. The message counts those rows, with the first of each kind.
    """
    rows = postcode_rows.read(path)
    left = "; ".join(map(str, rows.passed_over))
    if left and (strict or not rows.postcodes):
        what = "has rows that cannot be used" if rows.postcodes else "has no row that can be used"
        msg = f"{path.name} {what} ({left}); correct them and import again."
        raise SourceError(msg)
    if not rows.postcodes:
        msg = f"{path.name} has no postcodes; give a CSV with the columns postcode, lat and lon."
        raise SourceError(msg)
    folder = _write(rows)
    with_point = int((rows.quality != postcodes.NO_POINT).sum())
    return PostcodeImport(len(rows.postcodes), with_point, folder, rows.passed_over)


def forget_postcodes() -> bool:
    """Remove the user's own postcodes; whether there were any."""
    if postcodes.own_folder() is None:
        return False
    shutil.rmtree(postcodes.home())
    return True


def _write(rows: PostcodeRows) -> Path:
    """Write the three files into a folder that takes the place of the old one."""
    pointed = rows.quality != postcodes.NO_POINT
    easting, northing = np.zeros(len(pointed)), np.zeros(len(pointed))
    easting[pointed], northing[pointed] = to_metres(rows.lat[pointed], rows.lon[pointed])
    home = postcodes.home()
    try:
        with versions.written(home, postcodes.OWN) as folder:
            postcodes.write_table(
                folder,
                postcodes=np.array(rows.postcodes),
                easting=easting.round().astype(np.int64),
                northing=northing.round().astype(np.int64),
                authority=np.array(rows.authority),
                quality=rows.quality,
            )
        for file in postcodes.FILES.values():  # of an earlier version of nearhome
            (home / file).unlink(missing_ok=True)
    except OSError as error:
        msg = f"The postcodes cannot be written ({error.strerror}); choose another data folder with NEARHOME_DATA."
        raise SourceError(msg) from error
    return versions.newest(home)[postcodes.OWN]
