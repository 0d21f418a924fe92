"""Check tables: checksum, schema and the rules that they must keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pandera.errors import SchemaErrors

from nearhome.data.catalogue import tables as catalogue
from nearhome.data.catalogue.frames import load
from nearhome.data.checks.integrity import RULES
from nearhome.data.checks.schemas import SCHEMAS
from nearhome.data.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

    from nearhome.data.catalogue.tables import ShippedTable


def check(name: str | None = None) -> list[str]:
    """Verify one table, or all: checksum, schema and the rules it must keep; give every problem."""
    names = [name] if name else list(catalogue.tables())
    found = []
    for each in names:
        try:
            found += _check(catalogue.table(each))
        except TableError as error:
            found.append(str(error))
    if name is None:
        never = [each for each in catalogue.descriptions() if each not in catalogue.tables()]
        found += [f"{each}: described but never built; run nearhome data build." for each in never]
    return found


def _check(entry: ShippedTable) -> list[str]:

    file = catalogue.path(entry.name)
    own = file.parent != catalogue.shipped_folder()
    found = catalogue.checksum(file)
    if not own and found != entry.sha256:
        sums = f"checksum {found[:8]}, expected {entry.sha256[:8]}"
        return [f"{entry.name}: {file.name} is not the file that was built ({sums}); install nearhome again."]
    frame = load(entry.name)
    found_problems = []
    if not own and len(frame) != entry.rows and entry.format != "npz":
        found_problems.append(f"{entry.name}: {len(frame):,} rows, but the catalogue says {entry.rows:,}.")
    return found_problems + problems(entry.name, frame)


def problems(name: str, frame: pd.DataFrame) -> list[str]:
    """Everything wrong with a loaded table, one sentence each; empty if all is well."""
    found = []
    schema = SCHEMAS.get(name)
    if schema is not None:
        try:
            schema.validate(frame, lazy=True)
        except SchemaErrors as error:
            cases = error.failure_cases
            for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=True):
                first = group["failure_case"].iloc[0]
                found.append(f"{name}: column {column} fails {check} in {len(group)} rows, the first with {first!r}.")
    return found + [f"{name}: {sentence}" for rule in RULES.get(name, ()) for sentence in rule(frame)]
