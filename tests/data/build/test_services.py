"""The build of the services register: every row of its sources is in it, and nothing is added to them."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pytest

from nearhome.data.build import services as build
from nearhome.data.catalogue import tables
from nearhome.data.checks import check
from nearhome.data.errors import SourceError
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import register as service_register
from tests.paths import SHARED

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = SHARED / "data"
needs_sources = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source files are not on this machine")
NEW_YEAR_2008 = date(2008, 1, 1)

# The guide's systems: a word of the operator or name, the kind, and where, as its table of systems has them.
SYSTEMS = [
    ("String of Pearls", "training", {"Cornwall", "Plymouth", "North Devon"}),
    ("Pact at Plymouth", "court_service", "Plymouth"),
    ("Pact at Bodmin", "court_service", "Bodmin"),
    ("First Night Centre", "first_night", "EXI"),
    ("Pact visitors' centres", "visitors_centre", ""),
    ("St Austell", "information", "St. Austell"),
    ("Banbury Family Matters group", "case_forum", "Banbury"),
    ("Support on release", "resettlement", "Banbury"),
    ("Family visits, Bullingdon", "family_visits", "BNI"),
    ("Matters, Slough", "case_forum", "Slough"),
    ("Matters, Bicester", "case_forum", "Bicester"),
    ("Matters, High Wycombe", "case_forum", "High Wycombe"),
    ("Halton", "any", {"Halton"}),
    ("First contact", "first_contact", {"Belfast", "Derry City and Strabane"}),
    ("Transport to any", "transport", {"Belfast"}),
    ("Help with visit costs, Northern Ireland", "visit_costs", {"Belfast"}),
    ("Childcare", "childcare", {"Belfast"}),
    ("Visitor centres, Northern Ireland", "visitors_centre", {"Belfast"}),
    ("Family support officers", "family_contact_officer", {"Belfast"}),
    ("eight prisons", "family_support", {"Norwich"}),
    ("escorts", "visits_escort", {"Norwich", "Colchester", "Peterborough", "Bedford"}),
    ("direct support", "direct_support", {"Norwich"}),
    ("POPS family link workers", "family_link_worker", {"Manchester", "Halton"}),
    ("POPS visitors' centres", "visitors_centre", {"Manchester"}),
    ("POPS family days", "family_visits", {"Manchester"}),
    ("POPS information packs", "information", {"Manchester"}),
    ("Families helpline", "helpline", {"Highland"}),
    ("Transport fact sheet", "information", {"Highland"}),
    ("Visitors' centre, Edinburgh", "visitors_centre", "SCO-EDI"),
    ("Visitors' centre, Perth", "visitors_centre", "SCO-PER"),
    ("Families Do Matter", "resettlement", {"Telford and Wrekin", "Birmingham"}),
    ("Visitors' centre, Birmingham", "visitors_centre", "BMI"),
    ("Visitors' centre, Stafford", "visitors_centre", "SFI"),
    ("Visitors' centre, Brinsford", "visitors_centre", "BSI"),
    ("Visitors' centre, Featherstone", "visitors_centre", "FSI"),
    ("Nepacs visitors' centres", "visitors_centre", {"County Durham"}),
    ("Nepacs children's play", "play", {"County Durham"}),
    ("Nepacs special visits", "family_visits", {"County Durham"}),
    ("School link", "school_link", {"Gloucester", "Cheltenham"}),
    ("National Prisoners' Families Helpline", "helpline", {"Cornwall", "Cardiff"}),
    ("Help with Prison Visits", "visit_costs", {"Cornwall", "Cardiff", "Highland"}),
]


@pytest.mark.parametrize(("words", "kind", "where"), SYSTEMS, ids=[system[0] for system in SYSTEMS])
def test_every_system_of_the_guide_is_there(words: str, kind: str, where: str | set[str]) -> None:
    names = {row["code"]: row["name"] for row in tables.read_rows("authorities", dict)}
    found = [
        each
        for each in service_register.register()
        if words in f"{each.operator} {each.name}"
        and each.kind == kind
        and any(told.grade == "guide" for told in each.evidence)
    ]
    assert len(found) == 1
    (service,) = found
    if isinstance(where, str):
        assert where in {service.town, *service.prison_ids, ""}
    else:
        assert where <= {names[code] for code in service.authority_codes}


def test_the_numbers_of_the_guide_are_there_and_no_others() -> None:
    counted = {
        each.id: (each.capacity, each.capacity_unit, each.capacity_date)
        for each in service_register.register()
        if each.capacity
    }
    assert counted == {
        "ormiston-families-norfolk-direct-support": (22, "children", "2008"),
        "pops-north-west-family-link-worker": (10, "workers", "2008"),
        "families-outside-scotland-helpline": (4, "staff", "2008"),
        "nepacs-nli-visitors-centre": (29_000, "visitors a year", "2018"),
    }


def test_the_officers_of_scotland_are_at_every_prison_open_in_2008() -> None:
    officers = [each for each in service_register.services(NEW_YEAR_2008, "family_contact_officer") if each.prison_ids]
    held = {prison_id for each in officers for prison_id in each.prison_ids}
    opened = {
        each.id
        for each in prison_register.prisons()
        if each.nation == "Scotland" and each.is_open(NEW_YEAR_2008) and each.id != "SCO-STI"
    }
    assert held == opened
    assert len(held) - 1 == 14  # Castle Huntly and Noranside are one, the Open Estate


def test_areas_are_those_of_the_guide() -> None:
    (pearls,) = service_register.find("String of Pearls")
    names = {row["code"]: row["name"] for row in tables.read_rows("authorities", dict)}
    assert {names[code] for code in pearls.authority_codes} == {
        *("Cornwall", "Isles of Scilly", "Plymouth", "Torbay", "East Devon", "Exeter", "Mid Devon", "North Devon"),
        *("South Hams", "Teignbridge", "Torridge", "West Devon"),
    }
    (link,) = service_register.find("School link")
    assert "South Gloucestershire" not in {names[code] for code in link.authority_codes}
    assert len(link.authority_codes) == 6


@needs_sources
def test_every_row_of_the_statements_is_evidence_for_a_service() -> None:
    with (SOURCES / "services" / "services.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 90
    told = {
        (evidence.statement, evidence.source, evidence.remark, prison_id)
        for each in service_register.register()
        for evidence in each.evidence
        for prison_id in each.prison_ids or ("",)
    }
    for row in rows:
        assert (row["service_type"], row["source"], row["note"], row["prison_id"]) in told, row
    words = {
        (each.operator.split(" (")[0], prison) for each in service_register.register() for prison in each.prison_ids
    }
    for row in rows:
        if row["prison_id"] and not row["operator"].startswith("("):
            assert (row["operator"].split(" (")[0], row["prison_id"]) in words, row


@needs_sources
def test_what_no_source_dates_is_left_without_a_date() -> None:
    with (SOURCES / "services" / "services.csv").open(encoding="utf-8", newline="") as stream:
        rows = {(row["service_type"], row["source"], row["prison_id"]): row for row in csv.DictReader(stream)}
    for service in service_register.register():
        for told in service.evidence:
            row = rows.get((told.statement, told.source, service.prison_ids[0] if service.prison_ids else ""))
            if row is not None and row["as_of"].startswith("undated"):
                assert (told.date_from, told.date) == ("", "")
            elif row is not None and told.date:
                assert told.date[:4] in row["as_of"] or told.date[2:4] == row["as_of"][5:7]


@needs_sources
def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    build.build(SOURCES, tmp_path)
    for name in ("services", "service_evidence"):
        assert tables.checksum(tmp_path / tables.file_of(name)) == tables.table(name).sha256
        assert check.check(name) == []


GOOD = {
    "operator": "Nepacs",
    "prison_id": "DMI",
    "prison": "Durham",
    "service_type": "visitors centre",
    "start": "",
    "end": "",
    "as_of": "2018",
    "source": "a page",
    "sourced": "sourced",
    "note": "",
}


def sources(tmp_path: Path, **changes: str) -> Path:
    """Return sources with one statement."""
    row = {column: value for column, value in {**GOOD, **changes}.items() if value != "LEFT OUT"}
    file = tmp_path / "services" / "services.csv"
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"service_type": "a band"}, "service_type 'a band'"),
        ({"sourced": "perhaps"}, "sourced 'perhaps'"),
        ({"prison_id": "ZZZ"}, "names the prison 'ZZZ'"),
        ({"prison_id": "", "operator": "Somebody"}, "Somebody without a prison"),
        ({"as_of": "the other day"}, "has the date 'the other day'"),
        ({"as_of": "2018-13"}, "has the date '2018-13'"),
        ({"start": "long ago"}, "the start or end 'long ago'"),
        ({"note": "LEFT OUT"}, "lacks note"),
    ],
)
def test_a_statement_that_does_not_fit_stops_the_build(tmp_path: Path, changes: dict[str, str], words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        build.build(sources(tmp_path, **changes), tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2022-23", "2022", "2023"),
        ("2020/21", "2020", "2021"),
        ("2022-09", "2022-09", "2022-09"),
        ("2009-10", "2009-10", "2009-10"),
        ("2010-2022", "2010", "2022"),
        ("~2020-02-27", "2020-02-27", "2020-02-27"),
        ("2011; current on a page", "2011", "2011"),
        ("undated, <=2016 (lists Kennet)", "", ""),
        ("current", "", ""),
    ],
)
def test_dates_are_read_as_they_are_meant(text: str, first: str, last: str) -> None:
    assert build.dates(text) == (first, last)


def test_sources_that_are_not_there_are_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"services\.csv cannot be read"):
        build.build(tmp_path, tmp_path / "out")
