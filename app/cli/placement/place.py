"""``nearhome place``: what if people were held elsewhere; a scenario is run and written into a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nearhome.analysis.placement.outcomes.run import Outcome
    from nearhome.analysis.placement.scenarios.schema import Scenario

SHOWN = ("minutes_mean", "minutes_p95", "miles_mean", "over_2_hours", "over_100_miles", "pounds_a_year", "moves")
PLANS = {"today": "today", "greedy": "nearest free", "plan": "scenario", "optimum": "no limit"}


@click.command(epilog="Example: nearhome place nearer-home-5000-moves --out nearer")
@click.argument("scenario", required=False, metavar="[NAME|SCENARIO.toml]")
@click.option("--out", "folder", type=options.FILE, help="Write all results into this folder.")
@click.option(
    "--formats", default="html", show_default=True, help="Beside TOML, JSON and CSV: html,xlsx,ods,parquet,pdf."
)
@click.option(
    "--population", "own", type=options.FILE, metavar="FILE.csv", help="Your own figures of who is held where."
)
@click.option("--draws", type=click.IntRange(0, 1000), help="Draws of the model, in place of the scenario's.")
@click.option("--force", is_flag=True, help="Replace an earlier outcome in the folder.")
@options.engine
@click.option("--list", "listed", is_flag=True, help="List the scenarios that come with nearhome.")
@options.as_json
def command(  # noqa: PLR0913 -- one parameter an option
    scenario: str | None,
    folder: Path | None,
    formats: str,
    own: Path | None,
    draws: int | None,
    engine: str,
    scheduler: str | None,
    *,
    force: bool,
    listed: bool,
    as_json: bool,
) -> None:
    """Say what families would be spared, or would bear, if people were held in other prisons.

    A scenario is a small TOML file, or one of those that come with nearhome. Who is held where is modelled, and so is
    everything that follows from it.
    """
    from nearhome.analysis.placement.scenarios import files as scenario_files

    if listed or scenario is None:
        click.echo("\n".join(_list(scenario_files.named())))
        return
    from dataclasses import replace

    from nearhome.analysis.placement.outcome_report import files as outcome_files
    from nearhome.analysis.placement.outcome_report import report as outcome_report
    from nearhome.analysis.placement.outcomes import run
    from nearhome.analysis.population import own_figures

    asked = scenario_files.load(scenario)
    name = Path(scenario).name
    if draws is not None:
        asked = replace(asked, sensitivity=replace(asked.sensitivity, draws=draws))
    kinds = tuple(each.strip() for each in formats.split(",") if each.strip())
    if folder is not None:
        outcome_files.check(folder, formats=kinds, force=force)
    baseline = own_figures.read(_bytes(own), asked.as_of).baseline(asked.as_of) if own is not None else None
    where = options.engine_of(engine, scheduler)
    outcome = run.run(asked, baseline=baseline, progress=_say, engine=where)
    if as_json:
        report = outcome_report.report(outcome, name)
        click.echo(json.dumps(outcome_files.results(outcome, report), indent=1, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(outcome, list(outcome_report.sentences(outcome)))))
    if folder is not None:
        written = outcome_files.write(outcome, folder, source=name, formats=kinds, force=force)
        click.echo(f"Written: {phrases.count(len(written), 'file')} in {folder}", err=as_json)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{str(file)!r} cannot be read ({error.strerror}); give a CSV of who is held where."
        raise InputError(msg) from error


def _say(share: float, doing: str) -> None:
    """Tell how far it is, where somebody watches."""
    if sys.stderr.isatty():
        click.echo(f"\r{100 * share:3.0f} %  {doing:<40}", nl=share >= 1, err=True)


def _list(known: Mapping[str, Scenario]) -> Iterator[str]:
    for name, each in known.items():
        yield name
        yield from layout.paragraph(each.about or each.title, indent=4)
    yield ""
    yield from layout.paragraph("nearhome place NAME --out FOLDER runs one. The folder has it as TOML, to be changed.")


def _text(outcome: Outcome, said: list[str]) -> Iterator[str]:
    from nearhome.analysis.placement.outcomes import indicators

    yield from layout.paragraph(outcome.scenario.title)
    for each in said:
        yield ""
        yield from layout.paragraph(each)
    yield ""
    rows = []
    for row in outcome.figures.to_dict("records"):
        if row["figure"] in SHOWN:
            decimals = indicators.BY_NAME[row["figure"]].decimals
            rows.append((str(row["words"]), *(f"{row[plan]:,.{decimals}f}" for plan in PLANS)))
    yield from layout.table(("", *PLANS.values()), rows, right=(1, 2, 3, 4))
    yield ""
    for note in outcome.notes:
        yield from layout.paragraph(note, bullet="- ")
