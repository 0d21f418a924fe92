"""What the page keeps of an outcome: its tables as they may be published, and the files of its run."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nearhome.data.base.files import EARLIEST_IN_ZIP

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.placement.scenarios.schema import Scenario
    from nearhome.analysis.reports.tables import Table

LEFT_OUT: Final = ("roles", "placed", "draws")
"""Long tables that only the files carry."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A run to be shown.

    Attributes
    ----------
    sentences
        What it comes to, as in the files.
    figures, noise
        As ``run.Outcome`` has them: sums over everybody, without small counts.
    tables
        By name, as ``outcome_report.tables`` gives them, with small counts suppressed.
    chosen
        The plan's own point beside the curve: moves, and the mean burden of those who may be moved.
    unit
        Of that mean.
    files
        The run's folder: names and contents.
    """

    scenario: Scenario
    sentences: tuple[str, ...]
    figures: pd.DataFrame
    noise: pd.DataFrame
    tables: Mapping[str, Table]
    chosen: tuple[float, float]
    unit: str
    notes: tuple[str, ...]
    files: Mapping[str, bytes]


def of(outcome: Outcome, files: Mapping[str, bytes]) -> Result:
    """Keep what is shown of an outcome, and leave the rest."""
    from nearhome.analysis.placement.outcome_report import report
    from nearhome.analysis.placement.outcome_report import tables as outcome_tables

    plan = outcome.plan
    people = max(1, int(plan.instance.people.sum()))
    return Result(
        scenario=outcome.scenario,
        sentences=tuple(report.sentences(outcome)),
        figures=outcome.figures,
        noise=outcome.noise,
        tables={each.name: each for each in outcome_tables.tables(outcome) if each.name not in LEFT_OUT},
        chosen=(float(plan.moves), plan.cost / plan.objective.steps / people),
        unit=plan.objective.unit,
        notes=outcome.notes,
        files=files,
    )


def archive(result: Result) -> bytes:
    """Return the run's files in one ZIP archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name, content in sorted(result.files.items()):
            packed.writestr(zipfile.ZipInfo(name, EARLIEST_IN_ZIP), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()
