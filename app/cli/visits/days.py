"""``nearhome days``: visiting days from the towns of an area to prisons, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nearhome.analysis.costs.party import Party
from nearhome.analysis.visits import area_days
from nearhome.analysis.visits import day as visit_day
from nearhome.app.cli import layout, options
from nearhome.data.base import phrases
from nearhome.data.base.files import write_csv
from nearhome.data.errors import InputError
from nearhome.data.places import areas as area_finder
from nearhome.data.prisons import register
from nearhome.geo.places import areas
from nearhome.geo.routing.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from nearhome.analysis.visits.area_days import AreaDay
    from nearhome.data.prisons.register import Prison

ROWS_SHOWN = 24
HEADS = ("Town", "Prison", "Session", "By", "Leave", "Home", "Night away", "Cost", "Left")
SHORT = {"car": "car", "transit": "train, bus"}


@click.command(
    epilog='Example: nearhome days --area Cornwall --region "South West" --sessions sat,weekday --out days.csv'
)
@click.option(
    "--area",
    required=True,
    metavar="AREA",
    help="A local authority, county, police force, region or nation, by name or ONS code: its towns.",
)
@click.option("--region", metavar="REGION", help="All open prisons of this region.")
@click.option("--to", "names", multiple=True, metavar="PRISON", help="A prison, by name or id; again for more.")
@click.option("--sessions", "patterns", default="sat,weekday", show_default=True, help="Which sessions: one of each.")
@click.option("--adults", type=int, default=1, show_default=True, help="How many adults travel.")
@click.option("--children", type=int, default=1, show_default=True, help="How many children under 18 travel.")
@click.option("--out", "file", type=options.FILE, metavar="FILE.csv", help="The table to write, with all its columns.")
@options.as_of
def command(
    area: str,
    region: str | None,
    names: tuple[str, ...],
    patterns: str,
    adults: int,
    children: int,
    file: Path | None,
    as_of: date,
) -> None:
    """Work out visiting days from every town of an area to prisons, by car and by public transport.

    For each town, prison and session you see when to leave home and when to be back, whether a night away is
    needed, what it costs, and what is left to pay after Help with Prison Visits. Times by public transport are typical,
    not a timetable.
    """
    inside = area_finder.find(area).authorities
    towns = areas.towns_within(sorted(inside), minimum_postcodes=area_days.SMALLEST_TOWN_POSTCODES)
    goals = _prisons(region, names, as_of)
    wanted = [part.strip() for part in patterns.split(",") if part.strip()]
    asked = area_days.visiting_days(
        towns, goals, patterns=wanted, party=Party(adults, children), as_of=as_of, router=Router.shipped()
    )
    with click.progressbar(asked, length=2 * len(towns) * len(goals) * len(wanted), label="Days") as bar:
        found = list(bar)
    if file is not None:
        try:
            write_csv(file, area_days.COLUMNS, map(area_days.values, found))
        except OSError as error:
            msg = f"{str(file)!r} cannot be written ({error.strerror}); give another file with --out."
            raise InputError(msg) from error
    click.echo("\n".join(text(found, file)))


def _prisons(region: str | None, names: Sequence[str], as_of: date) -> list[Prison]:
    if bool(region) == bool(names):
        msg = "Give either --region or --to, to say which prisons."
        raise InputError(msg)
    if region:
        return area_days.prisons_of_region(region, as_of)
    return list({prison.id: prison for prison in (register.find(name, as_of) for name in names)}.values())


def text(found: Sequence[AreaDay], file: Path | None) -> Iterator[str]:
    """Give a summary for each prison and session, and the first rows."""
    yield from layout.heading(f"{phrases.count(len(found), 'day')} worked out")
    yield from layout.table(HEADS, [_cells(day) for day in found[:ROWS_SHOWN]], right=(7, 8))
    if len(found) > ROWS_SHOWN:
        yield f"... and {len(found) - ROWS_SHOWN:,} more{'' if file else '; --out FILE.csv writes them all'}"
    for mode in ("car", "transit"):
        days = [day.option.day for day in found if day.mode == mode and day.option and day.option.day]
        if days:
            nights = [sum(day.overnight == word for day in days) for word in ("no", "perhaps", "yes")]
            said = f"home the same day {nights[0]:,}, tight {nights[1]:,}, a night away {nights[2]:,}"
            yield from layout.paragraph(f"By {SHORT[mode]}: {said} of {phrases.count(len(days), 'day')}.")
    yield from layout.paragraph(
        "Typical times by train and bus, from stopping patterns and how often services run: not a timetable. "
        "Sessions may be stale; the column session_as_of says from when each is, or that it is assumed."
    )
    if file is not None:
        yield f"Written: {file}"


def _cells(day: AreaDay) -> tuple[str, ...]:
    when = f"{day.session.day} {day.session.start}"
    first = (day.town, day.prison.short_name, when, SHORT[day.mode])
    option = day.option
    if option is None or option.day is None:
        return (*first, "no way", "", "", "", "")
    return (
        *first,
        visit_day.clock(option.day.leave),
        visit_day.clock(option.day.home),
        option.day.overnight,
        phrases.estimate(option.cost.pence, option.cost.low_pence, option.cost.high_pence),
        phrases.estimate(option.left_to_pay_pence, 0, option.cost.high_pence),
    )
