"""The lottery: figures against those worked out directly, nations as the guide tells of them, clusters that repeat."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from nearhome.analysis.services import coverage, lottery
from nearhome.app.cli.shell import main
from nearhome.data.errors import InputError

if TYPE_CHECKING:
    from nearhome.analysis.services.coverage import Coverage

GUIDE, TODAY = date(2008, 1, 1), date(2026, 11, 21)


@pytest.fixture(scope="module")
def then() -> Coverage:
    return coverage.assess(as_of=GUIDE)


def by_hand_gini(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], people: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> float:
    """Work the Gini coefficient out from all pairs: the mean difference over twice the mean."""
    mean = float(values @ people / people.sum())
    apart = float(people @ np.abs(values[:, None] - values) @ people) / float(people.sum()) ** 2
    return apart / (2 * mean)


def test_the_gini_coefficient_is_that_of_all_pairs(then: Coverage) -> None:
    where = then.parts.families
    found = lottery.measure(then, "minutes", draws=2)
    for nation in found.nations:
        here = (where.nation == nation.name) & np.isfinite(then.parts.minutes[:, 0])
        chosen = np.flatnonzero(here)
        if len(chosen) > 3000:  # all pairs of England's would not fit into the memory
            continue
        expected = by_hand_gini(then.parts.minutes[chosen, 0], where.children[chosen])
        assert nation.gini.value == pytest.approx(expected, abs=1e-9)


def test_theil_has_two_parts_and_concentration_is_signed(then: Coverage) -> None:
    found = lottery.measure(then, draws=2)
    assert found.theil.between + found.theil.within == pytest.approx(found.theil.value)
    assert found.theil.between > found.theil.within  # whole regions and nations have a service, or have none
    scotland = next(each for each in lottery.measure(then, "minutes", draws=2).nations if each.name == "Scotland")
    assert scotland.concentration.value < -0.1  # the remote north and west are not its most deprived parts
    assert [each.decile for each in scotland.tenths] == list(range(1, 11))
    assert sum(each.people for each in scotland.tenths) + sum(each.left_out for each in scotland.tenths) == (
        pytest.approx(scotland.children)
    )


def test_the_interval_holds_the_figure_and_repeats(then: Coverage) -> None:
    first, again = (lottery.measure(then, draws=50, seed=3) for _ in range(2))
    assert first.interval == again.interval
    assert first.interval.low <= first.gini.value <= first.interval.high
    assert lottery.measure(then, draws=50, seed=4).interval != first.interval


def test_england_is_a_lottery_and_scotland_and_northern_ireland_are_covered(then: Coverage) -> None:
    nations = {each.name: each for each in lottery.measure(then, draws=2).nations}
    said = {name: each.sentence("covered") for name, each in nations.items()}
    assert said["Northern Ireland"].startswith("Northern Ireland is covered")
    assert said["Scotland"].startswith("Scotland is covered")
    assert said["England"].startswith("England is a lottery: 24% of families are reached")
    assert nations["England"].gini.value > 0.5
    assert nations["Scotland"].gini.value == pytest.approx(0, abs=1e-9)
    assert nations["England"].best.value == pytest.approx(1)
    assert nations["England"].worst.value < 0.05


def test_what_is_not_known_is_said_so() -> None:
    now = {
        each.name: each.sentence("covered") for each in lottery.measure(coverage.assess(as_of=TODAY), draws=2).nations
    }
    assert "no service is known" in now["Northern Ireland"]
    public = lottery.measure(coverage.assess(kind="visitors_centre", mode="transit", as_of=GUIDE), "minutes", draws=2)
    assert "Northern Ireland" not in [each.name for each in public.nations]
    assert public.gini.left_out > 2900


def test_depth_counts_those_beyond_two_hours(then: Coverage) -> None:
    found = lottery.measure(then, "minutes", draws=2).shortfall
    minutes, children = then.parts.minutes[:, 0], then.parts.families.children
    known = np.isfinite(minutes)
    gap = np.maximum(0, minutes[known] / 120 - 1)
    assert found.value == pytest.approx(float(children[known][gap > 0].sum() / children[known].sum()))
    assert found.depth == pytest.approx(float(children[known] @ gap / children[known].sum()))


@pytest.mark.parametrize(("what", "by"), [("covered", "authority"), ("minutes", "sector")])
def test_clusters_are_where_neighbours_are_alike(then: Coverage, what: str, by: str) -> None:
    found = lottery.local_clusters(then, what, by=by)
    again = lottery.local_clusters(then, what, by=by)
    assert found.local.label.tolist() == again.local.label.tolist()
    assert found.whole.value > 0.5
    high, low = (found.local.label == label for label in ("HH", "LL"))
    assert high.any()
    assert low.any()
    assert found.values[high].min() > found.values.mean() > found.values[low].max()
    if by == "authority":
        names = np.array(found.names)
        assert {"Glasgow City", "Falkirk"} <= set(names[high])
        assert "Halton" not in set(names[high])
        assert len(found.codes) == 361
    assert len(found.sentences()) == 2


@pytest.mark.parametrize(
    ("what", "by", "words"),
    [("miles", "authority", "not in 'miles'"), ("covered", "ward", "not by 'ward'")],
)
def test_bad_words_are_one_sentence(then: Coverage, what: str, by: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        lottery.local_clusters(then, what, by=by)


def test_a_kind_without_places_has_no_minutes() -> None:
    with pytest.raises(InputError, match="none is near or far"):
        lottery.measure(coverage.assess(kind="helpline", as_of=TODAY), "minutes")


def test_the_shell_says_each_measure() -> None:
    done = CliRunner().invoke(main, ["lottery", "--as-of", "2008-01-01", "--clusters"])
    assert done.exit_code == 0
    said = " ".join(done.output.split())
    for words in ("England is a lottery", "Scotland is covered", "Gini", "Theil", "concentration index", "Moran's I"):
        assert words in said
    assert "no official count" in said


def test_the_shells_json_is_json() -> None:
    import json

    done = CliRunner().invoke(
        main, ["lottery", "--as-of", "2008-01-01", "--measure", "minutes", "--clusters", "--json"]
    )
    content = json.loads(done.output, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert content["measures"]["gini"]["value"] > 0.2
    assert set(content["clusters"]["W06000009"]) == {"name", "label", "q"}
    assert math.isfinite(content["measures"]["theil"]["between"])
