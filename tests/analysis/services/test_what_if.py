"""What if: changes to the register, coverage before and after, and the best next places against brute force."""

from __future__ import annotations

import json
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis.population import families, prison_shares
from nearhome.analysis.services import coverage, next_places, reach, travel_times, what_if
from nearhome.analysis.services.what_if import Change, ServiceScenario
from nearhome.app.cli.shell import main
from nearhome.data.errors import InputError, PrisonClosedError
from nearhome.data.places import areas as area_finder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GUIDE = date(2008, 1, 1)
FILE = """
title = "Halton looked after"

[[add]]
kind = "family_support"
area = "Halton"
capacity = 40
capacity_unit = "children"

[[add]]
kind = "case_forum"
place = "Truro"
minutes = 45

[[close]]
id = "pact-bodmin-court-service"

[[move]]
id = "pact-plymouth-court-service"
place = "Truro"

[[extend]]
id = "ormiston-families-norfolk-direct-support"
area = "Suffolk"
"""


def in_force() -> tuple[what_if.Service, ...]:
    return coverage.in_force(GUIDE, reach.ALL_KINDS)


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_scenario_is_read_and_made(tmp_path: Path) -> None:
    scenario = what_if.read(written(tmp_path, FILE))
    assert scenario.title == "Halton looked after"
    assert [each.action for each in scenario.changes] == ["add", "add", "close", "move", "extend"]
    found = {each.id: each for each in what_if.apply(scenario, in_force(), GUIDE)}
    assert "pact-bodmin-court-service" not in found
    assert found["what-if-1"].authority_codes == {"E06000006"}
    assert found["what-if-1"].capacity == 40
    assert (found["what-if-2"].reach, found["what-if-2"].minutes) == ("minutes", 45)
    assert found["pact-plymouth-court-service"].town == "Truro"
    both = {each for name in ("Norfolk", "Suffolk") for each in area_finder.find(name, "county").authorities}
    assert found["ormiston-families-norfolk-direct-support"].authority_codes == both
    assert len(found) == len(in_force()) + 2 - 1


def test_halton_is_covered_once_it_has_a_service() -> None:
    scenario = ServiceScenario("Halton", (what_if.added("family_support@area:Halton"),))
    outcome = what_if.compare(scenario, as_of=GUIDE)
    first = outcome.table.iloc[0]
    assert first["name"] == "Halton"
    assert first["covered_after"] == 1
    assert first["children_gained"] == pytest.approx(first["children"] * (1 - first["covered_before"]))
    assert (outcome.table["children_gained"].iloc[1:] == 0).all()
    assert outcome.sentence() == f"Halton: about {first['children_gained']:,.0f} children are newly covered, in 1 area."
    assert outcome.after.table.set_index("name").loc["Halton", "standing"] == "near home"


def test_a_centre_at_a_prison_reaches_the_families_of_its_people() -> None:
    scenario = ServiceScenario("Exeter", (what_if.added("visitors_centre@prison:Exeter"),))
    table = what_if.compare(scenario, kind="visitors_centre", as_of=GUIDE).table.set_index("code")
    held = prison_shares.shares(GUIDE)
    share = held.at({"EXI"})
    for code in ("E06000052", "E07000041"):
        gained = table.loc[code, "covered_after"] - table.loc[code, "covered_before"]
        assert gained == pytest.approx(share[held.codes.index(code)])


def test_closing_only_takes_away() -> None:
    scenario = ServiceScenario("without", (Change("close", id="pact-plymouth-court-service"),))
    outcome = what_if.compare(scenario, kind="court_service", as_of=GUIDE)
    assert (outcome.table["children_gained"] <= 1e-9).all()
    assert "lose cover" in outcome.sentence()
    before, after = (np.nan_to_num(each.parts.minutes[:, 0], nan=np.inf) for each in (outcome.before, outcome.after))
    assert (after >= before - 1e-9).all()


@given(
    st.sampled_from(["St Austell", "area:Halton", "prison:Exeter", "prison:Norwich"]),
    st.sampled_from(["car", "transit"]),
)
@settings(max_examples=6, deadline=None)
def test_opening_only_adds(where: str, mode: str) -> None:
    scenario = ServiceScenario(where, (what_if.added(f"case_forum@{where}"),))
    outcome = what_if.compare(scenario, kind="case_forum", as_of=GUIDE, mode=mode)
    assert (outcome.table["children_gained"] >= -1e-9).all()
    before, after = (np.nan_to_num(each.parts.minutes[:, 0], nan=np.inf) for each in (outcome.before, outcome.after))
    assert (after <= before + 1e-9).all()


def test_the_best_prisons_are_those_whose_people_have_most_children() -> None:
    found = next_places.best("visitors_centre", 3, as_of=GUIDE)
    where, held = families.families(GUIDE), prison_shares.shares(GUIDE)
    children = where.by("authority").sums(where.children) @ held.shares
    served = {one for each in coverage.in_force(GUIDE, "visitors_centre") for one in each.prison_ids}
    free = {each: float(count) for each, count in zip(held.prisons, children, strict=True) if each not in served}
    best = sorted(free, key=lambda each: -free[each])[:3]
    assert [each.change.prison for each in found.chosen] == best
    assert found.gained == pytest.approx([free[each] for each in best])
    outcome = what_if.compare(found.scenario, kind="visitors_centre", as_of=GUIDE)
    assert outcome.table["children_gained"].sum() == pytest.approx(sum(found.gained))


@pytest.mark.parametrize("equity", [False, True])
def test_the_best_towns_are_the_best_of_all_choices(equity: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    found = next_places.best(
        "case_forum", 2, as_of=GUIDE, candidates="authorities", area="East of England", within_minutes=30, equity=equity
    )
    where = families.families(GUIDE)
    codes = area_finder.find("East of England", "region").authorities
    inside = np.array([code in codes for code in where.codes])[where.authority]
    weight = where.children * inside * (1 + where.deprivation * equity)
    options = next_places._candidates("case_forum", "authorities", "East of England", GUIDE)  # noqa: SLF001 -- the same choice
    times = travel_times.minutes([each.spot for each in options], travel_times.BY_CAR)[where.sector] <= 30
    there = [spot for each in coverage.in_force(GUIDE, "case_forum") for spot in reach.spots_of(each, GUIDE)]
    already = (travel_times.minutes(there, travel_times.BY_CAR)[where.sector] <= 30).any(axis=1)
    reached = {
        pair: float(weight[(times[:, pair].any(axis=1)) | already].sum())
        for pair in combinations(range(len(options)), 2)
    }
    assert found.sites is not None
    assert found.sites.status == "optimal"
    assert found.sites.value == pytest.approx(max(reached.values()))
    assert found.sentence().startswith("No other choice")


@pytest.mark.parametrize("aim", list(next_places.AIMS))
def test_each_aim_gives_places_inside_the_area(aim: str) -> None:
    found = next_places.best(
        "case_forum", 2, as_of=GUIDE, aim=aim, candidates="towns", area="Cornwall", within_minutes=20
    )
    assert 1 <= len(found.chosen) <= 2
    for each in found.chosen:
        assert 49.8 < each.spot.lat < 51
        assert -6.4 < each.spot.lon < -4
    assert len(found.scenario.changes) == len(found.chosen)
    what_if.apply(found.scenario, in_force(), GUIDE)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[open]]\nkind = 'play'", "'open', which is nothing known"),
        ("[[add]]\nkind = 'plays'\narea = 'Halton'", "did you mean play"),
        ("[[add]]\nkind = 'play'", "0 of prison, area and place"),
        ("[[add]]\nkind = 'play'\narea = 'Halton'\nplace = 'Truro'", "2 of prison, area and place"),
        ("[[add]]\nkind = 'play'\narea = 'Halton'\nprice = 3", "'price'"),
        ("[[add]]\nkind = 'play'\nplace = 'Truro'\nminutes = -3", "minutes is -3"),
        ("[[add]]\nkind = 'play'\nplace = 'Truro'\nminutes = true", "minutes is True"),
        ("[[add]]\nkind = 'play'\nplace = 'Truro'\ncapacity = 3", "needs a capacity_unit"),
        ("[[add]]\nkind = 'play'\nplace = 'Truro'\nminutes = 30\nmode = 'horse'", "mode is 'horse'"),
        ("[[close]]\nname = 'x'", "'name'"),
        ("[[close]]", "has no id"),
        ("[[extend]]\nid = 'x'", "says nothing"),
        ("add = 3", "has add = 3"),
        ("title = ", "cannot be read"),
    ],
)
def test_a_scenario_that_is_wrong_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        what_if.read(written(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words", "error"),
    [
        (Change("close", id="nothing"), "No service 'nothing' is in force", InputError),
        (Change("extend", id="pact-exi-first-night", minutes=30), "minutes are for services at a place", InputError),
        (Change("extend", id="pact-exi-first-night", area="Devon"), "add a service for Devon", InputError),
        (Change("extend", id="noms-west-midlands-resettlement", prison="Exeter"), "add a service at", InputError),
        (Change("add", kind="play", prison="Berwyn"), "Berwyn", PrisonClosedError),
        (Change("add", kind="play", area="Halton", minutes=30), "minutes are for services at a place", InputError),
    ],
)
def test_a_change_that_cannot_be_made_is_one_sentence(change: Change, words: str, error: type[Exception]) -> None:
    with pytest.raises(error, match=words) as caught:
        what_if.apply(ServiceScenario("x", (change,)), in_force(), GUIDE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: what_if.added("play"), "names no service to add"),
        (lambda: what_if.added("@Truro"), "names no service to add"),
        (lambda: next_places.best("play", 0, as_of=GUIDE), "is not understood"),
        (lambda: next_places.best("case_forum", 2, as_of=GUIDE, candidates="towns"), "give an area"),
        (lambda: next_places.best("case_forum", 2, as_of=GUIDE, area="Halton"), "1 candidates and 2 places"),
        (lambda: next_places.best("case_forum", 2, as_of=GUIDE, mode="transit"), "361 candidates would take minutes"),
        (lambda: next_places.best("play", 999, as_of=GUIDE), "ask for fewer"),
    ],
)
def test_bad_input_is_one_sentence(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_a_file_may_say_public_for_transit(tmp_path: Path) -> None:
    text = '[[add]]\nkind = "play"\nplace = "Truro"\nminutes = 45\nmode = "{}"\n'
    former, today = (what_if.read(written(tmp_path, text.format(word))) for word in ("public", "transit"))
    assert former.changes == today.changes
    assert former.changes[0].mode == "transit"


def test_a_service_can_move_and_reach_further() -> None:
    changes = (
        Change("move", id="pact-exi-first-night", prison="Dartmoor"),
        Change("extend", id="halow-bmi-visitors-centre", prison="Brinsford"),
        Change("extend", id="pact-bodmin-court-service", minutes=90),
    )
    found = {each.id: each for each in what_if.apply(ServiceScenario("x", changes), in_force(), GUIDE)}
    assert found["pact-exi-first-night"].prison_ids == ("DAI",)
    assert found["halow-bmi-visitors-centre"].prison_ids == ("BMI", "BSI")
    assert found["pact-bodmin-court-service"].minutes == 90
    assert {each.id for each in in_force()} == set(found)


# The shell


def shell(*typed: str) -> Any:
    return CliRunner().invoke(main, ["coverage", "--as-of", "2008-01-01", *typed])


def test_the_shell_shows_coverage_and_its_limits() -> None:
    done = shell("--area", "North West", "--first", "5")
    said = " ".join(done.output.split())
    assert done.exit_code == 0
    assert "No service, says a source: Halton." in said
    assert "5 areas of 35" in said
    assert "no official count" in said
    assert "[c]: not shown" in said


def test_the_shell_says_what_a_change_does(tmp_path: Path) -> None:
    done = shell("--add", "family_support@area:Halton", "--out", str(tmp_path / "x.csv"))
    assert done.exit_code == 0
    assert "newly covered, in 1 area" in " ".join(done.output.split())
    assert (tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()[1].startswith("E06000006,Halton,")
    closed = shell("--close", "pact-plymouth-court-service", "--json")
    assert "lose cover" in json.loads(closed.output)["sentence"]
    file = shell("--scenario", str(written(tmp_path, FILE)))
    assert "Halton looked after: about" in " ".join(file.output.split())


def test_the_shell_finds_the_best_places() -> None:
    done = shell("--kind", "visitors_centre", "--best", "2")
    said = " ".join(done.output.split())
    assert "Barlinnie: about" in said
    assert "No other 2 prisons" in said
    assert "one kind at a time" in shell("--best", "2").stderr


def test_the_shells_json_has_what_is_hidden_as_its_mark() -> None:
    content = json.loads(shell("--json").output, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    areas = {each["name"]: each for each in content["areas"]}
    assert areas["Isles of Scilly"]["children"] == "[c]"
    assert areas["Halton"]["standing"] == "said to have none"
    assert content["tables"]["services"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--minutes", "thirty"], "not a list of minutes"),
        (["--kind", "visitors"], "no kind of service"),
        (["--area", "Devon", "--by", "region"], "not divided by region"),
        (["--close", "nothing"], "No service 'nothing'"),
        (["--add", "play"], "names no service to add"),
    ],
)
def test_the_shell_refuses_in_one_sentence(typed: list[str], words: str) -> None:
    done = shell(*typed)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_sectors_of_an_area() -> None:
    done = shell("--by", "sector", "--area", "Halton", "--first", "3", "--kind", "visitors_centre")
    assert done.exit_code == 0
    assert "WA" in done.output
