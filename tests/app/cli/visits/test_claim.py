"""``nearhome claim``: yes, ask or no, with the reason, by command and in the page's words."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nearhome.analysis.help_with_visits.eligibility import Eligibility
from nearhome.app.cli.shell import main
from nearhome.app.wording import eligibility as eligibility_words

DAY = ("--as-of", "2026-11-21")


def claim(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["claim", *words, *DAY])
    return done.exit_code, " ".join(done.stdout.split()), done.stderr


@pytest.mark.parametrize(
    ("income", "answer"),
    [("900", "Yes, you can probably claim."), ("1300", "No, by these rules"), ("1250", "ask the scheme")],
)
def test_the_answer_comes_first(income: str, answer: str) -> None:
    code, told, _ = claim(
        "--to", "Exeter", "--relationship", "mother", "--benefit", "universal-credit", "--income", income
    )
    assert code == 0
    assert answer in told.split(" - ")[0]


def test_a_prison_in_scotland_pays_from_16() -> None:
    asked = ("--relationship", "daughter", "--benefit", "hc2", "--age", "16", "--json")
    verdicts = [json.loads(claim("--to", prison, *asked)[1])["verdict"] for prison in ("Barlinnie", "Exeter")]
    assert verdicts == ["may", "ask"]


def test_bad_input_is_one_sentence() -> None:
    code, told, wrong = claim("--to", "Exeter", "--relationship", "aunt", "--benefit", "hc2")
    assert (code, told, wrong.count("\n")) == (2, "", 1)
    code, told, wrong = claim("--to", "Exeter", "--relationship", "sister", "--benefit", "hc2", "--age", "-1")
    assert (code, told) == (2, "")
    assert "age cannot be below 0, and -1" in wrong


def test_who_cannot_claim_is_not_told_for_whom_else() -> None:
    assert not any("You may also claim" in each for each in eligibility_words.sentences(Eligibility("no", ())))
    assert any("You may also claim" in each for each in eligibility_words.sentences(Eligibility("ask", ())))
