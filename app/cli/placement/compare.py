"""``nearhome compare``: two outcomes of ``nearhome place`` side by side."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import click

from nearhome.app.cli import layout, options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nearhome.analysis.placement.outcome_report.compare import OutcomeComparison


@click.command(epilog="Example: nearhome compare nearer fair")
@click.argument("one", type=options.FILE, metavar="FOLDER")
@click.argument("other", type=options.FILE, metavar="FOLDER")
@options.as_json
def command(one: Path, other: Path, *, as_json: bool) -> None:
    """Compare two outcomes that nearhome place has written: what the second changes against the first.

    A difference that the model's own uncertainty could make is called smaller than the noise.
    """
    from nearhome.analysis.placement.outcome_report import compare

    found = compare.compare(one, other)
    if as_json:
        rows = json.loads(found.table.to_json(orient="records"))
        content = {"titles": found.titles, "draws": found.draws, "figures": rows, "notes": found.notes}
        click.echo(json.dumps(content, indent=1, ensure_ascii=False))
        return
    click.echo("\n".join(_text(found)))


def _text(found: OutcomeComparison) -> Iterator[str]:
    for number, title in enumerate(found.titles, 1):
        yield from layout.paragraph(title, bullet=f"{number}: ")
    yield ""
    rows = []
    for _, row in found.table.iterrows():
        numbers = [_figure(row[name], row["decimals"]) for name in ("today", "one", "other", "difference")]
        rows.append((f"{row['words']} ({row['unit']})", *numbers, row["said"]))
    yield from layout.table(("", "today", "1", "2", "2 less 1", ""), rows, right=(1, 2, 3, 4))
    yield ""
    for note in found.notes:
        yield from layout.paragraph(note)


def _figure(value: float, decimals: int) -> str:
    from nearhome.analysis.reports.tables import rounded

    return "not known" if math.isnan(value) else f"{rounded(value, decimals):,.{decimals}f}"
