"""Run the named scenarios and write a page of results for each, and the reference of scenario files.

    python benchmarks/scenarios.py --out docs/scenarios [--draws 8] [NAME ...]

It needs nothing but the tables that ship, and OR-Tools. Nothing that depends on the clock goes into the pages.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from nearhome.analysis.placement.outcome_report import compare
from nearhome.analysis.placement.outcome_report import files as outcome_files
from nearhome.analysis.placement.outcome_report import report as outcome_report
from nearhome.analysis.placement.outcomes import run
from nearhome.analysis.placement.scenarios import files as scenario_files
from nearhome.analysis.placement.scenarios import schema
from nearhome.data.base.files import replacing

PEER = "nearer-home-5000-moves"
LIKE_PEER = ("fair-shares", "reopen-dartmoor", "new-prison-in-cornwall", "close-a-prison")
"""The scenarios with as many moves."""

INTRODUCTION = """# Scenarios

What if people were held elsewhere? `nearhome place NAME --out FOLDER` runs one of these, or a TOML file of your own;
`nearhome compare FOLDER FOLDER` sets two outcomes side by side. Who is held where is modelled, and nobody is counted:
read differences, not figures, and look at how sure each is. None of these scenarios is a proposal.

| name | what is asked | people who move | mean journey | over 2 hours |
|---|---|---:|---:|---:|
"""
BESIDE = """
## Beside nearer-home-5000-moves

What each changes in the mean journey against the same number of moves without its lever, weights or fairness. Low and
high are of the draws of the model that both share.

| name | minutes | low | high | |
|---|---:|---:|---:|---|
"""
REFERENCE = """
## The file

A scenario is TOML. Only `title` and `as_of` must be given; what is left out has its default. `nearhome place` names
everything that is wrong with a file at once, and writes the scenario as used, with all defaults, beside its results.

"""


def main() -> None:
    """Run scenarios and write their pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="scenarios; all if none are named")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pages")
    parser.add_argument("--draws", type=int, help="draws of the model, in place of the scenarios' own")
    given = parser.parse_args()
    known = scenario_files.named()
    rows, results = [], {}
    for name in given.names or known:
        started = time.perf_counter()
        asked = known[name]
        if given.draws is not None:
            asked = replace(asked, sensitivity=replace(asked.sensitivity, draws=given.draws))
        outcome = run.run(asked)
        report = outcome_report.report(outcome, name)
        _write(given.out / f"{name}.md", outcome_files.markdown(report, outcome_files.SHORT))
        results[name] = outcome_files.results(outcome, report)
        figures = outcome.figures.set_index("figure")
        today, plan = figures["today"], figures["plan"]
        rows.append(
            f"| [{name}]({name}.md) | {asked.title} | {plan['moves']:,.0f} | {today['minutes_mean']:.0f} to "
            f"{plan['minutes_mean']:.0f} minutes | {today['over_2_hours']:.1f} to {plan['over_2_hours']:.1f} % |"
        )
        print(f"{name}: {time.perf_counter() - started:.0f} s; {next(iter(outcome_report.sentences(outcome)))}")
    if not given.names:
        beside = [_side_by_side(name, results[PEER], results[name]) for name in LIKE_PEER]
        parts = (INTRODUCTION + "\n".join(rows), BESIDE + "\n".join(beside), REFERENCE + schema.reference())
        _write(given.out / "README.md", "\n".join(parts))


def _side_by_side(name: str, peer: dict[str, Any], result: dict[str, Any]) -> str:
    row = compare.compared(peer, result).table.set_index("figure").loc["minutes_mean"]
    return f"| {name} | {row['difference']:+.2f} | {row['low']:+.2f} | {row['high']:+.2f} | {row['said']} |"


def _write(path: Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
