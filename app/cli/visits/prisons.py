"""``nearhome prisons``: which prisons there are, which hold such a person, and which of those are nearest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from nearhome.analysis.visits.nearest_prisons import NearPrison, nearest
from nearhome.app.cli import layout, options
from nearhome.app.wording import names
from nearhome.data.base import phrases
from nearhome.data.catalogue import tables as catalogue
from nearhome.data.errors import InputError
from nearhome.data.prisons import register
from nearhome.geo.imported import networks
from nearhome.geo.places import find
from nearhome.geo.roads.conditions import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from nearhome.data.prisons.register import Prison
    from nearhome.geo.imported.networks import AnsweringRoads
    from nearhome.geo.places.find import Place

NEAREST_SHOWN = 10
SEX_WORDS = {"male": "men", "female": "women", "male+female": "men and women"}
YOUTH_AGE = 18


@click.command(epilog='Example: nearhome prisons --near "TR1 2HE" --sex female')
@click.option("--near", metavar="PLACE", help="Order by road time from this postcode, town, or latitude and longitude.")
@click.option("--sex", metavar="SEX", help="male or female.")
@click.option(
    "--category",
    metavar="CATEGORY",
    help="A, B, C or D for men in England and Wales; or open, closed, local, young, foreign or immigration.",
)
@click.option("--age", type=int, help="The age of the person in prison, in years.")
@click.option("--remand", is_flag=True, help="Only prisons that hold people before trial.")
@options.as_of
@click.option(
    "--limit", type=int, help=f"How many to show; all if left out, or the nearest {NEAREST_SHOWN} with --near."
)
@options.imported
@options.as_json
def command(  # noqa: PLR0913 -- one for each option
    near: str | None,
    sex: str | None,
    category: str | None,
    age: int | None,
    as_of: date,
    limit: int | None,
    *,
    remand: bool,
    imported: bool,
    as_json: bool,
) -> None:
    """List the open prisons, or the nearest that may hold such a person.

    Without --near they come by name. With it they come by the time it takes to drive there, one way; those that no
    road or car ferry leads to come last. Who is held where is the rule of the prison, not a promise for one person.
    """
    if limit is not None and limit < 1:
        msg = f"At least one prison must be shown, and the limit given is {limit}; give --limit 1 or more."
        raise InputError(msg)
    place = find.find(near) if near is not None else None
    choice = _choice(sex=sex, category=category, age=age, remand=remand, as_of=as_of)
    if place is None:
        _by_name(sorted(choice, key=lambda prison: prison.short_name.casefold())[:limit], as_of, as_json=as_json)
    else:
        roads = networks.roads_for(place, imported=imported)
        rows = nearest(place, choice, roads.router, limit=limit or NEAREST_SHOWN)
        _by_time(place, rows, as_of, roads, as_json=as_json)


def _choice(*, sex: str | None, category: str | None, age: int | None, remand: bool, as_of: date) -> tuple[Prison, ...]:
    """Give the open prisons that fit; all of them, immigration centres too, where nothing is said of the person."""
    if sex is None and category is None and age is None and not remand:
        choice = tuple(prison for prison in register.prisons() if prison.is_open(as_of))
    else:
        choice = register.suitable(as_of=as_of, sex=sex, category=category, age=age, remand=remand or None)
    if not choice:
        msg = f"No prison open on {phrases.day(as_of)} holds such a person; leave out one of the conditions."
        raise InputError(msg)
    return choice


def _by_name(choice: Sequence[Prison], as_of: date, *, as_json: bool) -> None:
    if as_json:
        _echo_json({"as_of": as_of.isoformat(), "prisons": [_facts(prison) for prison in choice]}, ("prisons",))
        return
    rows = [(prison.name, prison.id, prison.nation, holds(prison)) for prison in choice]
    click.echo("\n".join(layout.table(("Prison", "Id", "Country", "Holds"), rows)))
    click.echo(f"\n{phrases.count(len(choice), 'prison')} open on {phrases.day(as_of)}.")


def _by_time(place: Place, rows: Sequence[NearPrison], as_of: date, roads: AnsweringRoads, *, as_json: bool) -> None:
    if as_json:
        start = {"input": place.input, "kind": place.kind, "precision_m": place.precision_m}
        point = {"lat": round(place.lat, 5), "lon": round(place.lon, 5)}
        content = {"origin": {**start, **point}, "as_of": as_of.isoformat(), "network": roads.network}
        _echo_json(content | {"prisons": [_near(row) for row in rows]}, ("prisons",), roads.tables)
        return
    click.echo("\n".join(_near_text(place, rows, as_of, roads)))


def _near_text(place: Place, rows: Sequence[NearPrison], as_of: date, roads: AnsweringRoads) -> Iterator[str]:
    yield from layout.paragraph(f"By car from {place.name}, one way, to prisons open on {phrases.day(as_of)}.")
    if place.note:
        yield from layout.paragraph(f"Note: {place.note}")
    if roads.network != SHIPPED:
        yield from layout.paragraph(f"On {names.roads(roads.network)}.")
    yield ""
    cells = [
        (
            row.prison.name,
            row.prison.id,
            phrases.miles(row.miles) if row.miles is not None else row.note,
            phrases.duration(row.minutes) if row.minutes is not None else "",
            holds(row.prison),
        )
        for row in rows
    ]
    yield from layout.table(("Prison", "Id", "By road", "Time", "Holds"), cells)


def holds(prison: Prison) -> str:
    """Say in a few words whom a prison holds: "men from 21", "women from 18, also on remand"."""
    who = SEX_WORDS.get(prison.sex, prison.sex)
    if prison.age_max is not None and prison.age_max < YOUTH_AGE:
        who = "boys" if prison.sex == "male" else "girls" if prison.sex == "female" else "boys and girls"
    ages = f"from {prison.age_min}" if prison.age_max is None else f"from {prison.age_min} to {prison.age_max}"
    letters = [letter for letter, kinds in register.MEN.items() if prison.categories & kinds]
    kinds = [f"category {phrases.listing(letters)}"] if letters else []
    kinds += [word for word in ("immigration", "foreign", "open") if _is_kind(prison, word)]
    kinds += ["also on remand"] if prison.remand else []
    return ", ".join([f"{who} {ages}", *kinds])


def _is_kind(prison: Prison, word: str) -> bool:
    """Whether a prison is of a kind that its categories A to D do not say already."""
    return bool(prison.categories & (register.KINDS[word] - register.MEN["D"]))


def _facts(prison: Prison) -> dict[str, Any]:
    return {
        "id": prison.id,
        "name": prison.name,
        "service": prison.service,
        "nation": prison.nation,
        "sex": prison.sex,
        "age_min": prison.age_min,
        "age_max": prison.age_max,
        "categories": sorted(prison.categories),
        "remand": prison.remand,
        "lat": prison.lat,
        "lon": prison.lon,
    }


def _near(row: NearPrison) -> dict[str, Any]:
    return {
        **_facts(row.prison),
        "minutes": None if row.minutes is None else round(row.minutes, 1),
        "miles": None if row.miles is None else round(row.miles, 1),
        "crow_miles": round(row.crow_miles, 1),
        "note": row.note,
    }


def _echo_json(content: dict[str, Any], tables: tuple[str, ...], more: dict[str, str] | None = None) -> None:
    content["tables"] = catalogue.versions(*tables) | (more or {})
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
