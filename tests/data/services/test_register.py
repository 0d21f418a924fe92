"""The services register by day: what counts, what does not, and how it is said."""

from __future__ import annotations

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from nearhome.app.cli.shell import main
from nearhome.data.base.partial_dates import closing_day, day_after, first_day, is_partial_date
from nearhome.data.errors import InputError
from nearhome.data.places import areas
from nearhome.data.prisons import register as prison_register
from nearhome.data.services import kinds, records
from nearhome.data.services import register as service_register
from nearhome.data.services.status import YEARS, status

GUIDE_DAY = date(2008, 1, 1)
TODAY = date(2026, 11, 21)
days = st.dates(date(1960, 1, 1), date(2040, 12, 31))
everything = st.sampled_from(service_register.register())


def ids(as_of: date, kind: str | None = None) -> set[str]:
    return {each.id for each in service_register.services(as_of, kind)}


def one(service_id: str) -> records.Service:
    (found,) = service_register.find(service_id)
    assert found.id == service_id
    return found


def test_today_has_only_what_was_stated_lately() -> None:
    found = service_register.services(TODAY)
    assert found
    for service in found:
        last = max(first_day(each.date) for each in service.evidence if each.date)
        assert last > date(2022, 10, 1)
    assert "families-outside-scotland-helpline" in ids(TODAY)
    assert "nips-ni-mag-visit-costs" in ids(TODAY)
    assert not ids(TODAY) & {"pact-exi-first-night", "ormiston-families-norfolk-direct-support", "pops-mri-play"}


def test_2008_has_what_the_guide_stated_and_the_few_rows_that_reach_back() -> None:
    found = service_register.services(GUIDE_DAY)
    others = {each.id for each in found if not any(told.grade == "guide" for told in each.evidence)}
    assert others == {
        "halow-bmi-family-support",
        "nepacs-nli-visitors-centre",
        "niacro-ni-hyd-visitors-centre",
        "niacro-ni-mgl-visitors-centre",
        "ormiston-families-hpi-play",
        "ormiston-families-hpi-visitors-centre",
        "quaker-service-ni-mag-visitors-centre",
    }
    guide = {each.id for each in service_register.register() if any(told.grade == "guide" for told in each.evidence)}
    planned = {each.id for each in service_register.register() if each.standing == "planned"}
    assert guide - ids(GUIDE_DAY) == planned | {"halton-borough-halton-any"}


def test_halton_has_no_service_of_its_own_in_2008() -> None:
    (gap,) = service_register.gaps()
    assert gap.authority_codes == {"E06000006"}
    assert status(gap, GUIDE_DAY).words == "No service, stated in 2008."
    assert status(gap, TODAY).words == "No service, stated in 2008; none is known since."
    assert status(gap, date(2005, 12, 31)).state == "not yet"
    assert gap not in service_register.services()
    local = [each for each in service_register.services(GUIDE_DAY) if each.where in {"area", "town", "court"}]
    assert not [each for each in local if each.area_level != "region" and "E06000006" in each.authority_codes]


@pytest.mark.parametrize(
    ("service_id", "as_of", "state", "words"),
    [
        ("pact-exi-first-night", GUIDE_DAY, "in force", "In force: stated in 2008."),
        ("pact-exi-first-night", TODAY, "lapsed", "Stated in 2008; not known on 21 November 2026."),
        ("pact-exi-first-night", date(2012, 12, 31), "in force", "In force: stated in 2008."),
        ("pact-exi-first-night", date(2013, 1, 1), "lapsed", "Stated in 2008; not known on 1 January 2013."),
        ("pact-exi-first-night", date(2005, 12, 31), "not yet", "the first statement is of 2006"),
        ("thames-valley-partnership-banbury-case-forum", date(2006, 10, 31), "not yet", "by November 2006"),
        ("thames-valley-partnership-banbury-case-forum", date(2006, 11, 1), "in force", "since November 2006"),
        ("thames-valley-partnership-slough-case-forum", GUIDE_DAY, "planned", "Being set up, stated in 2008"),
        ("halow-bmi-visitors-centre", date(2022, 10, 31), "in force", "until October 2022"),
        ("halow-bmi-visitors-centre", date(2022, 11, 1), "ended", "Ended in October 2022."),
        ("halow-sni-visitors-centre", GUIDE_DAY, "undated", "Ran until October 2017; since when is not known."),
        # A tender cuts off statements before it, at prisons of England and Wales only.
        ("pops-ghi-family-visits", date(2022, 9, 30), "in force", "stated on 27 September 2022"),
        ("pops-ghi-family-visits", date(2022, 10, 1), "lapsed", "not known on 1 October 2022"),
        ("early-years-scotland-sco-low-visitors-centre", date(2022, 11, 30), "in force", "since July 2017"),
        ("early-years-scotland-sco-low-visitors-centre", date(2022, 12, 1), "lapsed", "not known"),
        ("pact-fsi-visitors-centre", date(2027, 12, 31), "in force", "until 2027"),
        ("pact-fsi-visitors-centre", date(2028, 1, 1), "ended", "Ended in 2027."),
        ("spurgeons-hyi-visitors-centre", date(2015, 12, 31), "in force", "In force since September 2011"),
        ("nepacs-lni-resettlement", TODAY, "ended", "Ended in June 2025."),
        ("pops-kti-visitors-centre", date(2016, 1, 1), "undated", "a page without a date (<=2016"),
        ("jigsaw-lei-visitors-centre", TODAY, "undated", "a page without a date (current)"),
        ("sussex-prisoners-families-fdi-family-support", TODAY, "unsourced", "no source found"),
        ("phoenix-futures-pvi-other", TODAY, "excluded", "Not a service for families"),
        ("gloucestershire-education-authority-gli-school-link", date(2012, 6, 1), "in force", "stated in 2008"),
    ],
)
def test_the_rule_by_example(service_id: str, as_of: date, state: str, words: str) -> None:
    found = status(one(service_id), as_of)
    assert found.state == state
    assert words in found.words


def test_a_statement_after_the_prison_closed_does_not_count() -> None:
    aberdeen = one("unstated-sco-abe-family-contact-officer")
    assert prison_register.by_id("SCO-ABE").closed == "2014-01"
    later = records.service_of(
        dict.fromkeys(("minutes", "mode", "miles", "capacity", "area_level", "area_codes", "town", "note"), "")
        | dict.fromkeys(("lat", "lon", "precision_m", "capacity_unit", "capacity_date", "valid_from"), "")
        | {"id": "x", "name": "x", "kind": "play", "operator": "x", "standing": "running", "where": "prison"}
        | {"prison_ids": "SCO-ABE", "reach": "prison", "valid_to": "2020"},
        aberdeen.evidence,
    )
    assert status(later, date(2013, 12, 31)).in_force
    assert status(later, date(2014, 2, 1)).words == "Its prison was closed on 1 February 2014."


@given(everything, days)
def test_nothing_counts_without_a_dated_source(service: records.Service, as_of: date) -> None:
    found = status(service, as_of)
    assert found.words.endswith(".")
    if found.in_force:
        assert service.standing == "running"
        assert any(each.grade in {"guide", "page", "site"} for each in service.evidence)
        dated = [each for each in service.evidence if each.date]
        starts = [service.valid_from] if service.valid_from else [each.date_from for each in dated]
        assert min(first_day(each) for each in starts) <= as_of
        last = day_after(service.valid_to or max(each.date for each in dated))
        assert as_of < last.replace(year=last.year + (0 if service.valid_to else YEARS), day=1) or service.valid_to
        assert not service.prison_ids or service.prisons_on(as_of)


@given(everything, st.tuples(days, days, days))
def test_a_service_counts_for_one_stretch_of_time(service: records.Service, three: tuple[date, date, date]) -> None:
    first, middle, last = sorted(three)
    counts = [status(service, each).in_force for each in (first, middle, last)]
    assert counts != [True, False, True]


@given(days)
def test_where_one_follows_another_in_the_evidence_the_first_has_ended(as_of: date) -> None:
    names = {each.operator for each in service_register.services(as_of) if "FSI" in each.prison_ids}
    if as_of.year not in {2017, 2022}:
        assert len(names) <= 1


def test_northumberland_was_acklington_and_castington() -> None:
    centre = one("nepacs-nli-visitors-centre")
    assert {"AKI", "CSI"} <= set(centre.prisons_on(GUIDE_DAY))
    assert centre.prisons_on(TODAY) == ("NLI",)


def test_every_reach_has_what_draws_it() -> None:
    for each in service_register.register():
        assert each.reach in kinds.REACHES
        if each.reach == "prison":
            assert each.prison_ids
            assert (each.lat, each.lon) == (
                prison_register.by_id(each.prison_ids[0]).lat,
                prison_register.by_id(each.prison_ids[0]).lon,
            )
        if each.reach in {"area", "national"}:
            assert each.authority_codes
        if each.reach == "place":
            assert each.town
            assert each.lat is not None
            assert each.precision_m is not None


def test_services_are_found_by_id_words_and_place() -> None:
    assert [each.id for each in service_register.find("pact plymouth")] == ["pact-plymouth-court-service"]
    assert {each.id for each in service_register.find("Visitors' centre Brinsford")} == {
        "barnardos-bsi-visitors-centre",
        "halow-bsi-visitors-centre",
    }
    with pytest.raises(InputError, match=r"No service fits 'Spurgoens'; did you mean Spurgeons\?"):
        service_register.find("Spurgoens ")
    with pytest.raises(InputError, match="No service fits ''"):
        service_register.find("  ")


def test_an_unknown_kind_is_told() -> None:
    with pytest.raises(InputError, match=r"did you mean visitors_centre\?"):
        service_register.services(kind="visitor_centre")
    with pytest.raises(InputError, match="the kinds are visitors_centre, play"):
        service_register.services(kind="zzz")


def test_areas_by_code_and_name() -> None:
    assert areas.find("cornwall").authorities == {"E06000052"}
    assert areas.find("E06000052").name == "Cornwall"
    assert areas.find("Wales").code == "W92000004"
    assert len(areas.find("Northern Ireland").authorities) == 11
    assert areas.find("West Midlands", "police").code == "E23000014"
    with pytest.raises(InputError, match="'West Midlands' names a police force and a region with different"):
        areas.find("West Midlands")
    with pytest.raises(InputError, match="'Narnia' is no area we know"):
        areas.find("Narnia", "county")
    with pytest.raises(InputError, match="no region with the code 'E06000052'"):
        areas.authorities_within(["E06000052"], "region")
    whole = [each for each in areas.areas().values() if each.level == "nation"]
    assert sum(len(each.authorities) for each in whole) == 361


@pytest.mark.parametrize(
    ("text", "after", "closing"),
    [
        ("2012", date(2013, 1, 1), date(2013, 1, 1)),
        ("2012-02", date(2012, 3, 1), date(2012, 3, 1)),
        ("2011-12", date(2012, 1, 1), date(2012, 1, 1)),
        ("2011-10-31", date(2011, 11, 1), date(2011, 10, 31)),
    ],
)
def test_a_date_known_in_part_ends_with_its_last_day(text: str, after: date, closing: date) -> None:
    assert (day_after(text), closing_day(text)) == (after, closing)


@given(st.dates(date(1000, 1, 1), date(9999, 12, 30)))
def test_every_day_is_a_date_and_the_day_after_it_is_the_next(day: date) -> None:
    assert is_partial_date(day.isoformat())
    assert (day_after(day.isoformat()) - day).days == 1


@pytest.mark.parametrize("text", ["", "12", "2012-13", "2012-00", "2013-02-29", "9999", "0000", "2012-1", "٢٠١٢"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert not is_partial_date(text)


def shell(*typed: str) -> Result:
    return CliRunner().invoke(main, ["services", *typed])


def test_the_command_lists_by_kind_with_reasons_and_the_gap() -> None:
    result = shell("--as-of", "2008-01-01")
    assert result.exit_code == 0, result.stderr
    squeezed = " ".join(result.stdout.split())
    assert squeezed.startswith(f"{len(ids(GUIDE_DAY))} services known to be in force on 1 January 2008.")
    assert "10 workers in 2008" in squeezed
    assert "- Halton. No service, stated in 2008." in squeezed
    assert max(map(len, result.stdout.splitlines())) <= 80
    today = " ".join(shell("--as-of", TODAY.isoformat()).stdout.split())
    assert "Plymouth" not in today
    whole = " ".join(shell("--as-of", TODAY.isoformat(), "--all").stdout.split())
    assert "around Plymouth. Stated in 2008; not known on 21 November 2026." in whole


def test_the_command_writes_json_with_the_evidence_and_its_versions() -> None:
    found = json.loads(shell("--as-of", "2008-01-01", "--kind", "court_service", "--json").stdout)
    assert [row["id"] for row in found["services"] if row["state"] == "in force"] == [
        "pact-bodmin-court-service",
        "pact-plymouth-court-service",
    ]
    assert [row["id"] for row in found["services"] if row["state"] == "gap"] == ["halton-borough-halton-any"]
    assert found["services"][0]["evidence"][0]["source"].startswith("SCIE guide")
    assert set(found["tables"]) == {"services", "service_evidence"}


def test_kinds_are_listed_with_a_sentence_each() -> None:
    text = " ".join(shell("kinds").stdout.split())
    for key, word in (kinds.KINDS | kinds.REACHES).items():
        assert f"{key}: {word.sentence}" in text
    result = shell("--kind", "cafe")
    assert result.exit_code == 2
    assert "There is no kind of service 'cafe'" in result.stderr
