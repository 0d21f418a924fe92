"""Coverage fit to be shown or saved: small numbers of children and of people in prison suppressed.

The numbers are modelled, and still of few people in small areas. Where the children of an area, those of them not
covered or the people held are suppressed (``disclosure``), what would give them away goes with them. Postcode sectors
are too many and too small for that: their numbers are rounded instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nearhome.analysis.methods import disclosure
from nearhome.analysis.methods.disclosure import Suppressed

if TYPE_CHECKING:
    from nearhome.analysis.services.coverage import Coverage

_MARK: Any = Suppressed.CELL
COUNTS = ("children", "children_low", "children_high", "held", "children_not_covered")


def shown(coverage: Coverage) -> tuple[pd.DataFrame, str]:
    """Give the table as it may be shown, and the sentence on suppression that belongs beside it.

    Returns
    -------
    The columns of ``Coverage.table``; a suppressed cell is ``disclosure.Suppressed.CELL``.
    """
    table = coverage.table.astype(object)
    if coverage.by == "sector":
        counts = [name for name in COUNTS if name in table]
        safe = disclosure.rounded(coverage.table[counts].to_numpy(float))
        table[counts] = pd.DataFrame(safe.cells, columns=counts, dtype=object)
        return table, safe.note
    hidden = {}
    for name in ("children", "children_not_covered", "held"):
        safe = disclosure.suppressed(coverage.table[name].to_numpy(float))
        hidden[name] = np.array([each is Suppressed.CELL for each in safe.row_totals])
    people = hidden["children"] | hidden["held"]  # one follows from the other
    for name in ("children", "children_low", "children_high", "held"):
        table[name] = table[name].mask(people, _MARK)
    missed = [name for name in map(str, table) if name.startswith(("share_", "covered"))]
    for name in (*missed, "children_not_covered"):
        table[name] = table[name].mask(people | hidden["children_not_covered"], _MARK)
    return table, safe.note
