"""``nearhome coverage``: where help for families reaches and where it does not, and what one more service changes."""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.population import families
from nearhome.analysis.services import coverage, next_places, publishable, travel_times, what_if
from nearhome.analysis.services.travel_times import Travel
from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.base.escaping import safe_text
from nearhome.data.base.files import write_csv
from nearhome.data.errors import InputError
from nearhome.data.places import areas
from nearhome.data.services import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from nearhome.analysis.services.coverage import Coverage
    from nearhome.analysis.services.travel_times import Day
    from nearhome.analysis.services.what_if import CoverageOutcome, ServiceScenario

IN_PERSON = "in-person"
KIND_HELP = (
    "A kind of service (nearhome services lists them); in-person for every kind that meets families, all for every one."
)


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What a person wants changed: additions, closures, a file of changes, or the best next places."""

    add: tuple[str, ...]
    close: tuple[str, ...]
    file: Path | None
    best: int | None

    @property
    def any(self) -> bool:
        """Whether anything is to change."""
        return bool(self.add or self.close or self.file or self.best)


def _changes(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for a scenario; the command gets them as ``changes``."""

    @click.option(
        "--add", multiple=True, metavar="KIND@PLACE", help="What if: a service at a town, prison:NAME or area:NAME."
    )
    @click.option("--close", multiple=True, metavar="ID", help="What if: without the service of this id.")
    @click.option("--scenario", "file", type=options.FILE, metavar="FILE.toml", help="What if: the changes in a file.")
    @click.option("--best", type=click.IntRange(min=1), metavar="N", help="What if: the best N more of the kind.")
    @functools.wraps(function)
    def command(
        *args: Any, add: tuple[str, ...], close: tuple[str, ...], file: Path | None, best: int | None, **more: Any
    ) -> Any:
        return function(*args, changes=ChangeRequest(add, close, file, best), **more)

    return command


def minutes_list(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, ...]:
    """Read thresholds such as 30,60,90."""
    try:
        found = tuple(float(each) for each in value.split(","))
    except ValueError:
        found = ()
    if not found or not all(math.isfinite(each) and each > 0 for each in found):
        msg = f"{value!r} is not a list of minutes such as 30,60,90"
        raise click.BadParameter(msg, ctx, param)
    return found


kind_option = click.option("--kind", default=IN_PERSON, show_default=True, metavar="KIND", help=KIND_HELP)
FORMER_MODES = {"public": Travel("transit"), "public_weekend": Travel("transit", "sunday")}
"""Words of ``--mode`` in earlier versions, which are still read."""


class _Mode(click.Choice[str]):
    """The modes, and their former words, which the help does not show."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if value in FORMER_MODES else super().convert(value, param, ctx)


def travel_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for how people travel; the command gets them as ``travel``."""

    @click.option("--mode", type=_Mode(travel_times.MODES), default="car", show_default=True, help="How people travel.")
    @click.option(
        "--day",
        type=click.Choice(travel_times.DAYS),
        default="weekday",
        show_default=True,
        help="The type of day, for transit.",
    )
    @functools.wraps(function)
    def command(*args: Any, mode: str, day: Day, **more: Any) -> Any:
        travel = FORMER_MODES.get(mode) or travel_times.check_travel(Travel(mode, day))  # type: ignore[arg-type]
        return function(*args, travel=travel, **more)

    return command


def kind_of(text: str) -> str | None:
    """Give the kind that the analysis knows by its name in the shell."""
    return None if text == IN_PERSON else text


@click.command(epilog="Example: nearhome coverage --kind visitors_centre --area 'South West' --as-of 2008-01-01")
@kind_option
@travel_options
@click.option("--by", type=click.Choice(list(coverage.LEVELS)), default="authority", show_default=True, help="Areas.")
@click.option("--minutes", default="30,60,90,120", show_default=True, callback=minutes_list, help="Thresholds.")
@click.option(
    "--area",
    metavar="AREA",
    help="Only this authority, county, police force, region or nation (by authority or sector).",
)
@click.option("--first", type=click.IntRange(min=1), default=20, show_default=True, help="How many areas to show.")
@options.as_of
@click.option("--out", type=options.FILE, metavar="FILE.csv", help="Write the whole table, small numbers suppressed.")
@options.as_json
@_changes
def command(  # noqa: PLR0913 -- one for each option
    kind: str,
    travel: Travel,
    by: str,
    minutes: tuple[float, ...],
    area: str | None,
    first: int,
    as_of: date,
    out: Path | None,
    *,
    changes: ChangeRequest,
    as_json: bool,
) -> None:
    """Show where services for families of prisoners reach, and where they do not.

    Areas come in the order of children whom no service reaches. Each service counts by its own rule: for an area, for
    those near a place, or for the families of the people held at a prison. Children are modelled: nobody counts them.

    With --add, --close, --scenario or --best the table shows what would change.
    """
    asked: dict[str, Any] = {"kind": kind_of(kind), "mode": travel, "by": by, "thresholds": minutes, "as_of": as_of}
    inside = _inside(area, by, as_of)
    if changes.any:
        scenario, told = _scenario(changes, kind, travel, minutes, as_of, area)
        _tell_outcome(what_if.compare(scenario, **asked), inside, first, [*told], out=out, as_json=as_json)
        return
    found = coverage.assess(**asked)
    table, note = publishable.shown(found)
    order = found.table["children_not_covered"].sort_values(ascending=False, kind="stable").index
    table = table.loc[order]
    if inside is not None:
        table = table[table["code"].isin(inside)]
    if out is not None:
        _save(table, out)
    if as_json:
        content = {
            "as_of": as_of.isoformat(),
            "kind": kind,
            "mode": travel.mode,
            "day_type": travel.day,
            "by": by,
            "areas": _records(table),
            "services": [each.id for each in found.services],
            "notes": [*found.notes, note],
            "tables": found.versions,
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(_lines(found, table, note, first)))
    if out is not None:
        click.echo(f"Written: {out}")


def _inside(area: str | None, by: str, as_of: date) -> frozenset[str] | None:
    """Give the codes of the rows that lie in an area; None for all."""
    if area is None:
        return None
    codes = areas.find(area).authorities
    if by == "authority":
        return codes
    if by != "sector":
        msg = f"{area!r} is not divided by {by}; use --area with --by authority or --by sector."
        raise InputError(msg)
    where = families.families(as_of)
    parts = np.isin(where.authority, [number for number, code in enumerate(where.codes) if code in codes])
    group = where.by("sector")
    return frozenset(group.codes[row] for row in np.unique(group.row[parts]))


def _scenario(
    changes: ChangeRequest, kind: str, travel: Travel, minutes: tuple[float, ...], as_of: date, area: str | None
) -> tuple[ServiceScenario, list[str]]:
    """Put the changes together, and give what there is to say of them beside the figures."""
    told = []
    made: list[what_if.Change] = []
    titles = []
    if changes.file is not None:
        read = what_if.read(changes.file)
        made += read.changes
        titles.append(read.title)
    made += [what_if.added(each) for each in changes.add]
    made += [what_if.Change("close", id=each) for each in changes.close]
    titles += [f"with {each}" for each in changes.add] + [f"without {each}" for each in changes.close]
    if changes.best is not None:
        if kind not in kinds.KINDS:
            msg = f"The best places are looked for one kind at a time, not for {kind!r}; give --kind."
            raise InputError(msg)
        limit = coverage.place_minutes(sorted(minutes))
        best = next_places.best(kind, changes.best, as_of=as_of, within_minutes=limit, mode=travel, area=area)
        made += best.scenario.changes
        titles.append(best.scenario.title)
        rows = zip(best.chosen, best.gained, strict=True)
        told = [f"{each.name}: about {phrases.count(round(gain), 'child', 'children')}." for each, gain in rows]
        told.append(best.sentence())
    return what_if.ServiceScenario("; ".join(titles), tuple(made)), told


def _tell_outcome(
    found: CoverageOutcome,
    inside: frozenset[str] | None,
    first: int,
    told: list[str],
    *,
    out: Path | None,
    as_json: bool,
) -> None:
    hidden, note = publishable.shown(found.before)
    safe = hidden.set_index("code")["children"]
    table = found.table.astype(object)
    small = table["code"].map(lambda code: safe[code] is Suppressed.CELL)
    table["children"] = table["code"].map(safe)
    table["children_gained"] = table["children_gained"].mask(small, _MARK)
    if inside is not None:
        table = table[table["code"].isin(inside)]
    if out is not None:
        _save(table, out)
    if as_json:
        content = {
            "what_if": found.scenario.title,
            "sentence": found.sentence(),
            "best": told,
            "areas": _records(table),
            "notes": [*found.after.notes, note],
            "tables": found.after.versions,
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    lines = [*layout.paragraph(found.sentence())]
    for each in told:
        lines += layout.paragraph(each, indent=2, bullet="- ")
    changed = table[table["children_gained"].map(lambda gain: gain is Suppressed.CELL or abs(gain) >= _SHOWN_GAIN)]
    rows = [
        (
            str(row["name"]),
            _whole(row["children"]),
            _percent(row["covered_before"]),
            _percent(row["covered_after"]),
            _minutes(row["minutes_1_mean_before"]),
            _minutes(row["minutes_1_mean_after"]),
            _whole(row["children_gained"]),
        )
        for row in changed.head(first).to_dict("records")
    ]
    heads = ("area", "children", "reached", "then", "minutes", "then", "more children")
    lines += ["", *layout.table(heads, rows, right=range(1, 7)), ""] if rows else [""]
    for each in (*found.after.notes, note):
        lines += layout.paragraph(each)
    click.echo("\n".join(lines))
    if out is not None:
        click.echo(f"Written: {out}")


_MARK: Any = Suppressed.CELL
_SHOWN_GAIN = 0.5


def _lines(found: Coverage, table: pd.DataFrame, note: str, first: int) -> Iterator[str]:
    what = kinds.KINDS[found.kind].name if found.kind in kinds.KINDS else "Services"
    many, places = phrases.count(len(found.services), "service"), phrases.count(found.places, "place")
    yield from layout.paragraph(
        f"{what} on {phrases.day(found.as_of)}, {found.travel.words}: {many} at {places}. "
        f"{phrases.count(min(first, len(table)), 'area')} of {len(table):,}, most children without first."
    )
    yield ""
    limit = coverage.place_minutes(found.thresholds_minutes)
    heads = ("area", "children", "reached", "at most", "near home", "at prison", "minutes", f"in {limit:g}")
    rows = [
        (
            str(row["name"]),
            _whole(row["children"]),
            _percent(row["covered"]),
            _percent(row["covered_most"]),
            _percent(row["share_home"]),
            _percent(row["share_prison"]),
            _minutes(row["minutes_1_median"]),
            _percent(row[f"within_{limit:g}"]),
        )
        for row in table.head(first).to_dict("records")
    ]
    yield from layout.table(heads, rows, right=range(1, len(heads)))
    yield ""
    yield from layout.paragraph(
        "Reached: the share of families that a service is for, by its own rule; at most: if services at prisons that "
        "are not named are at all of their area. Minutes: to the nearest place, for the family in the middle; in "
        f"{limit:g}: the share of families within that many."
    )
    if "standing" in table:
        none = table.loc[table["standing"] == "said to have none", "name"]
        if len(none):
            yield from layout.paragraph(f"No service, says a source: {phrases.listing(map(str, none))}.")
    for each in (*found.notes, note):
        yield from layout.paragraph(each)


def _whole(value: Any) -> str:
    return str(value) if isinstance(value, Suppressed) else f"{value:z,.0f}"


def _percent(value: Any) -> str:
    return str(value) if isinstance(value, Suppressed) else "-" if math.isnan(value) else phrases.percent(value)


def _minutes(value: Any) -> str:
    return "-" if math.isnan(value) else f"{value:.0f}"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [plain(row) for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Make a value fit for JSON, with all that is in it: missing figures are null, suppressed ones their mark."""
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Suppressed):
        return str(value)
    if isinstance(value, float):
        return round(value, 4) + 0.0 if math.isfinite(value) else None
    return value


def _save(table: pd.DataFrame, out: Path) -> None:
    rows = [[_cell(each) for each in row.values()] for row in _records(table)]
    try:
        write_csv(out, tuple(map(str, table)), rows)
    except OSError as error:
        msg = f"{str(out)!r} cannot be written ({error.strerror}); choose another file."
        raise InputError(msg) from error


def _cell(value: Any) -> Any:
    return "" if value is None else safe_text(value) if isinstance(value, str) else value
