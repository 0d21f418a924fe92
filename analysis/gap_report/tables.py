"""The tables of a gap report: ranked gaps, coverage by level and threshold, and the services counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nearhome.analysis.gap_report import area as areas
from nearhome.analysis.gap_report import protection
from nearhome.analysis.gap_report.protection import AT_PRISON, BEYOND, CHILDREN, NEAR_HOME, PERHAPS, UNREACHED, within
from nearhome.analysis.methods.disclosure import Suppressed
from nearhome.analysis.reports.tables import Column, table
from nearhome.analysis.services import coverage
from nearhome.data.base import exact
from nearhome.data.prisons import register
from nearhome.data.services import kinds
from nearhome.data.services.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from nearhome.analysis.gap_report.protection import Protected
    from nearhome.analysis.reports.tables import Table
    from nearhome.analysis.services.coverage import Coverage
    from nearhome.data.places.areas import Area

LEVELS = {"authority": "local authority", "police": "police force", "region": "region", "nation": "nation"}
ROUND_RANGES_TO = 10
"""Lows and highs are rounded to two figures, and never more finely than this many children."""

STANDINGS = {
    "whole nation": "A service reaches everybody in the nation.",
    "near home": "A service near home reaches some or all.",
    "said to have none": "A source says that there is no service.",
    "at prisons only": "Only services at prisons reach families, where their relative is held.",
    "at prisons not named": "Only services at prisons that the source does not name may reach families.",
    "none known": "No service is known.",
}
_KEYS = (
    Column("area_name", "Area", "Name of the area.", is_key=True),
    Column("area_code", "Code", "ONS code of the area.", is_key=True),
    Column("area_level", "Level", "What kind of area it is.", is_key=True),
)
_CHILDREN = (
    Column(CHILDREN, "Children affected", "Children with a parent in prison: a modelled estimate.", "in a year", 0),
    Column(
        "children_low",
        "Children, low",
        "Low end of the estimate, rounded: one draw in ten of the model is lower.",
        "",
        0,
    ),
    Column(
        "children_high",
        "Children, high",
        "High end of the estimate, rounded: one draw in ten of the model is higher.",
        "",
        0,
    ),
)
_REACHED = (
    Column(
        "near_home_percent",
        "Reached near home",
        "Children whom a service reaches where they live: for their area or nation, or near enough.",
        "% of children",
        0,
    ),
    Column(
        "at_prison_only_percent",
        "Reached at the prison only",
        "Children whom no service near home reaches, but one attached to the prison where their parent is held.",
        "% of children",
        0,
    ),
    Column("unreached_percent", "Not reached", "Children whom no known service reaches.", "% of children", 0),
    Column(
        "perhaps_percent",
        "Not reached, perhaps",
        "The part of them that services at prisons which their source does not name may reach after all, at most.",
        "% of children",
        0,
    ),
)


def kind_words(kind: str | None) -> str:
    """Name a kind of service, or all those in person."""
    if kind in kinds.KINDS:
        return f"services of the kind {kinds.KINDS[kind].name.lower()}"
    return "services of every kind" if kind else "services in person"


def notes(found: Coverage) -> tuple[str, ...]:
    """Give the notes of a coverage, without the names of its columns, which are others here."""
    return tuple(each.replace(" (covered_most)", "") for each in found.notes)


def ranked(found: Coverage, safe: Protected, area: Area) -> Table:
    """Rank the local authorities of an area by how many children no known service reaches.

    Ones whose number is suppressed come last, by name and without a rank.
    """
    import pandas as pd

    limit = coverage.place_minutes(found.thresholds_minutes)
    rows = []
    for row in _rows(found, "authority", area):
        code = row["code"]
        missed = safe.count(code, UNREACHED)
        rows.append(
            {
                **_shared(row, "authority", safe),
                "missed": missed,
                UNREACHED: missed,
                "median_minutes": _of_children(row["minutes_1_median"], code, safe),
                "within_percent": safe.percent(code, within(limit)),
                "standing": row["standing"],
            }
        )
    known = [row for row in rows if not isinstance(row["missed"], Suppressed)]
    hidden = [row for row in rows if isinstance(row["missed"], Suppressed)]
    known.sort(key=lambda row: (-row["missed"], -_number(row["median_minutes"]), row["area_name"]))
    for number, row in enumerate(known, start=1):
        row["rank"] = number
    hidden.sort(key=lambda row: row["area_name"])
    for row in hidden:
        row["rank"] = Suppressed.CELL
    frame = pd.DataFrame([*known, *hidden], dtype=object)
    columns = (
        *_KEYS,
        Column("rank", "Rank", "1 is the largest gap: most children whom no known service reaches.", "", 0),
        *_CHILDREN,
        Column(UNREACHED, "Children not reached", "Children whom no known service reaches.", "", 0),
        *_REACHED,
        Column("median_minutes", "Time to the nearest", f"For the child in the middle, {_way(found)}.", "minutes", 0),
        Column(
            "within_percent",
            f"Within {limit:g} minutes",
            f"Children who live within {limit:g} minutes of a service, {_way(found)}, whether or not it is for them.",
            "% of children",
            0,
        ),
        Column("standing", "What is known", f"{' '.join(f'{key}: {said}' for key, said in STANDINGS.items())}"),
    )
    return table(
        frame,
        columns,
        name="gaps",
        title=f"Gaps in {area.name}: local authorities by children whom no known service reaches",
        notes=(protection.NOTE, coverage.STATEMENT),
        source=_source(found),
        page_columns=(*(each.name for each in columns if not each.is_key or each.name == "area_name"),),
    )


def by_level(found: Coverage, safe: Protected, area: Area) -> Table:
    """Show coverage by level and threshold, for the areas of the level that lie in the area or hold it.

    The level is that of ``found``.
    """
    import pandas as pd

    rows = []
    limits = [f"{limit:g}" for limit in found.thresholds_minutes]
    apart = [BEYOND, *(name for name in protection.APART[1:] if _occurs(found, name))]
    supply = [str(name) for name in found.table if str(name).startswith("supply_")]
    for row in _rows(found, found.by, area):
        code = row["code"]
        shares = [*(f"within_{limit}" for limit in limits), *apart]
        rows.append(
            {
                **_shared(row, found.by, safe),
                **{f"{name}_percent": safe.percent(code, name) for name in shares},
                **{
                    f"{what}_minutes_{place}": _of_children(row[f"minutes_{place}_{what}"], code, safe)
                    for place in (1, 2)
                    for what in ("mean", "median")
                },
                **{f"places_within_{limit}": row[f"places_within_{limit}"] for limit in limits},
                **{name: _of_children(row[name], code, safe) for name in supply},
            }
        )
    said = {
        BEYOND: f"Beyond {limits[-1]} minutes",
        protection.NO_WAY: "No way at all",
        protection.NOT_KNOWN: "Way not known",
        protection.NO_PLACE: "No such place",
    }
    way = _way(found)
    columns = (
        *_KEYS,
        *_CHILDREN,
        *(
            Column(
                f"within_{limit}_percent",
                f"Within {limit} minutes",
                f"Children who live within {limit} minutes of a service, {way}.",
                "% of children",
                0,
            )
            for limit in limits
        ),
        *(
            Column(f"{name}_percent", said[name], f"{_APART_WORDS[name]} {way}.".strip(), "% of children", 0)
            for name in apart
        ),
        *_REACHED,
        *(
            Column(
                f"{what}_minutes_{place}",
                f"{words} time to the {which}",
                f"{words} over children with a way, {way}.",
                "minutes",
                0,
            )
            for place, which in ((1, "nearest"), (2, "second nearest"))
            for what, words in (("mean", "Mean"), ("median", "Median"))
        ),
        *(
            Column(
                f"places_within_{limit}",
                f"Places within {limit} minutes",
                f"How many places with a service a child has within {limit} minutes on average, {way}.",
                "places",
                1,
            )
            for limit in limits
        ),
        *(
            Column(name, _SUPPLY_WORDS.get(name, name), "Supply for each thousand children.", "per 1,000 children", 1)
            for name in supply
        ),
    )
    return table(
        pd.DataFrame(rows, dtype=object),
        columns,
        name=f"coverage_{found.by}",
        title=f"Coverage by {LEVELS[found.by]} and threshold, {way}",
        notes=(protection.NOTE, *notes(found)),
        source=_source(found),
        in_pages=False,
    )


_APART_WORDS = {
    BEYOND: "Children with a way that takes longer,",
    protection.NO_WAY: "Children with no way to any service,",
    protection.NOT_KNOWN: "Children where ways are not known,",
    protection.NO_PLACE: "Children where no service of this kind is at any place: it cannot be near or far,",
}
_SUPPLY_WORDS = {
    "supply_2sfca_per_1000": "Supply (2SFCA)",
    "supply_e2sfca_per_1000": "Supply (E2SFCA)",
    "supply_available_per_1000": "Supply (spatial availability)",
}


def services(found: Coverage) -> Table | None:
    """List the services that were counted, with whom they are for and what says so; None if there are none."""
    import pandas as pd

    if not found.services:
        return None
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "kind": kinds.KINDS[each.kind].name,
            "operator": each.operator,
            "where": each.where,
            "place": each.town or ", ".join(register.by_id(one).short_name for one in each.prison_ids),
            "reach": kinds.REACHES[each.reach].sentence,
            "status": status(each, found.as_of).words,
        }
        for each in found.services
    ]
    columns = (
        Column("id", "Service", "Id in the register of services.", is_key=True),
        Column("name", "Name", "Name of the service."),
        Column("kind", "Kind", "Kind of service."),
        Column("operator", "Operator", "Who runs it, where the source says so."),
        Column("where", "Where", "Whether it is at a prison or court, in a town, or for an area or nation."),
        Column("place", "Place", "Town or prisons."),
        Column("reach", "Whom it reaches", "The rule by which it counts."),
        Column("status", "What says so", "Since when it is known, and when that was stated."),
    )
    return table(
        pd.DataFrame(rows, dtype=object),
        columns,
        name="services",
        title=f"Services counted on {found.as_of.isoformat()}",
        notes=(coverage.STATEMENT,),
        source=_source(found),
        in_pages=False,
    )


def _rows(found: Coverage, level: str, area: Area) -> Iterator[dict[str, Any]]:
    """Give the rows of a coverage's table that an area lies in or holds."""
    frame: pd.DataFrame = found.table
    codes = frame["code"].tolist()
    wanted = area.authorities if level == "authority" else areas.touching(area, codes)
    for row in frame.to_dict("records"):
        if row["code"] in wanted:
            yield {str(name): value for name, value in row.items()}


def _shared(row: dict[str, Any], level: str, safe: Protected) -> dict[str, Any]:
    code = row["code"]
    found = {
        "area_level": LEVELS[level],
        "area_code": code,
        "area_name": row["name"],
        CHILDREN: safe.count(code),
        "near_home_percent": safe.percent(code, NEAR_HOME),
        "at_prison_only_percent": safe.percent(code, AT_PRISON),
        "unreached_percent": safe.percent(code, UNREACHED),
        "perhaps_percent": safe.percent(code, PERHAPS),
    }
    for name in ("children_low", "children_high"):
        found[name] = _of_children(two_figures(row[name]), code, safe)
    return found


def two_figures(number: float) -> float:
    """Round to two figures, and to ROUND_RANGES_TO at the finest."""
    step = max(ROUND_RANGES_TO, 10 ** (len(str(int(exact.settled(number)))) - 2))
    return float(exact.half_up(number, step))


def _of_children(value: float, code: str, safe: Protected) -> Any:
    """Give a figure over an area's children, unless their number is suppressed."""
    return value if safe.is_shown(code) else Suppressed.CELL


def _number(value: Any) -> float:
    return value if isinstance(value, float) and math.isfinite(value) else 0.0


def _occurs(found: Coverage, name: str) -> bool:
    """Say whether a class apart has anybody; the unreachable are always told."""
    return name == protection.NO_WAY or bool((found.table[name] > 0).any())


def _way(found: Coverage) -> str:
    return f"one way, {found.travel.words}"


def _source(found: Coverage) -> str:
    return f"nearhome, {kind_words(found.kind)} on {found.as_of.isoformat()}; versions are with the data and licences."
