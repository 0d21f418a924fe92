"""Numbers of children fit to be saved: what is suppressed cannot be worked out from any table or total of a report.

A report shows the same children by authority, county, police force, region and nation, by how far they are from a
service and by whether one reaches them. All these numbers are protected together (``disclosure.held_back``), and over
the whole kingdom whichever area is asked for, so that two reports of the same inputs hold back the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from nearhome.analysis.gap_report import area
from nearhome.analysis.methods import disclosure
from nearhome.analysis.methods.disclosure import THRESHOLD, Suppressed
from nearhome.data.base import exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.base.arrays import Bools, Floats


CHILDREN, NEAR_HOME, AT_PRISON, UNREACHED, PERHAPS = "children", "near_home", "at_prison_only", "unreached", "perhaps"
BEYOND, NO_WAY, NOT_KNOWN, NO_PLACE = "beyond", "no_way", "not_known", "no_place"
CLASSES = (NEAR_HOME, AT_PRISON, UNREACHED)
"""By what children are reached; PERHAPS are those of UNREACHED whom services at prisons not named may reach."""

APART = (BEYOND, NO_WAY, NOT_KNOWN, NO_PLACE)
"""Who is not within the longest threshold: they are kept apart."""

ROUND_TO = 10
"""Numbers of children are shown to so many: closer than that the model does not know them."""

NOTE = (
    f"Numbers of children are rounded to the nearest {ROUND_TO}, and shares are those of rounded numbers, so that they "
    f"may not add up. [c]: not shown, to protect people. Numbers above 0 and below {THRESHOLD} are suppressed, and so "
    "are others from which they could be worked out, by whatever totals this report has."
)
_KINDS = (NEAR_HOME, AT_PRISON, PERHAPS, "nobody")

Shown: TypeAlias = "float | Suppressed"
Name: TypeAlias = str


@dataclass(frozen=True, slots=True, eq=False)
class Protected:
    """Rounded numbers of children by the code of the area and by name, each shown or suppressed.

    Names are CHILDREN, those of CLASSES and APART, PERHAPS, and ``within_30`` and so on for each threshold.
    """

    numbers: Mapping[tuple[str, Name], Shown]

    def count(self, code: str, name: Name = CHILDREN) -> Shown:
        """Give a number of children."""
        return self.numbers[code, name]

    def percent(self, code: str, name: Name) -> Shown:
        """Give a number as a percentage of the area's children; NaN if it has none."""
        part, whole = self.numbers[code, name], self.numbers[code, CHILDREN]
        if isinstance(part, Suppressed) or isinstance(whole, Suppressed):
            return Suppressed.CELL
        return 100.0 * part / whole if whole > 0 else float("nan")

    def is_shown(self, code: str, *names: Name) -> bool:
        """Say whether all of some numbers of an area are shown, that of its children among them."""
        return not any(isinstance(self.numbers[code, name], Suppressed) for name in (CHILDREN, *names))


def protect(found: Coverage) -> Protected:
    """Decide which numbers of a coverage of the whole kingdom may be shown."""
    leaves = _leaves(found)
    where = found.parts.families
    masks = _masks(found.thresholds_minutes)
    used = leaves.ravel() > 0
    row_of = np.cumsum(used) - 1
    at = np.arange(leaves.size).reshape(leaves.shape)
    names, sums = [], []
    for each in area.every():
        inside = at[[row for row, code in enumerate(where.codes) if code in each.authorities]]
        for name, mask in masks.items():
            chosen = inside[:, mask].ravel()
            names.append((each.code, name))
            sums.append(row_of[chosen[used[chosen]]].tolist())
    parts = leaves.ravel()[used]
    some = [number for number, rows in enumerate(sums) if rows]
    held_back = np.zeros(len(sums), bool)
    held_back[some] = disclosure.held_back(parts, [sums[number] for number in some], base=ROUND_TO)
    return Protected(
        {
            key: Suppressed.CELL if hidden else float(exact.half_up(parts[rows].sum(), ROUND_TO))
            for key, rows, hidden in zip(names, sums, held_back.tolist(), strict=True)
        }
    )


def within(minutes: float) -> Name:
    """Name the children within a threshold."""
    return f"within_{minutes:g}"


def _leaves(found: Coverage) -> Floats:
    """Count children by authority, by band of time (as ``_masks`` numbers them) and by class of _KINDS."""
    parts = found.parts
    where, limits = parts.families, np.array(found.thresholds_minutes)
    minutes = parts.minutes[:, 0]
    band = np.searchsorted(limits, np.nan_to_num(minutes), side="left")
    lost = NO_PLACE if found.places == 0 else None
    apart = np.where(parts.known, APART.index(NO_WAY), APART.index(NOT_KNOWN))
    apart = np.full(len(band), APART.index(lost)) if lost else apart
    band = np.where(np.isfinite(minutes), band, len(limits) + apart)
    near = 1.0 - (1.0 - parts.reach.home) * (1.0 - parts.reach.by_rule["national"])
    at_prison = (1.0 - near) * parts.reach.by_rule["prison"]
    unreached = 1.0 - near - at_prison
    perhaps = np.minimum((1.0 - near) * parts.reach.unnamed, unreached)
    shares = np.column_stack([near, at_prison, perhaps, unreached - perhaps])
    shape = (len(where.codes), len(limits) + len(APART), len(_KINDS))
    cell = (where.authority * shape[1] + band)[:, None] * shape[2] + np.arange(shape[2])
    counts = np.bincount(cell.ravel(), (shares * where.children[:, None]).ravel(), minlength=int(np.prod(shape)))
    return np.asarray(counts.reshape(shape))


def _masks(limits: tuple[float, ...]) -> dict[Name, Bools]:
    """Give for each number the bands and classes that it adds up."""
    shape = (len(limits) + len(APART), len(_KINDS))
    masks = {CHILDREN: np.ones(shape, bool)}

    def mask(name: Name, *, bands: slice | int = slice(None), kind: slice | int = slice(None)) -> None:
        masks[name] = np.zeros(shape, bool)
        masks[name][bands, kind] = True

    for number, limit in enumerate(limits):
        mask(within(limit), bands=slice(0, number + 1))
    for number, name in enumerate(APART):
        mask(name, bands=len(limits) + number)
    for number, name in enumerate(_KINDS[:-1]):
        mask(name, kind=number)
    mask(UNREACHED, kind=slice(_KINDS.index(PERHAPS), None))
    return masks
