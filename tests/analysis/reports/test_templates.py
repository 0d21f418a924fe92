"""Templates: whatever a text holds it stays text, what is missing is an error, and all come with the package."""

from __future__ import annotations

from html.parser import HTMLParser
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from nearhome.analysis.reports import documents, templates
from nearhome.analysis.reports.documents import Grid, Heading, Items, Paragraph
from nearhome.app.wording import fragments

PACKAGES = (templates.SHARED, "nearhome.analysis.cases", fragments.PACKAGE)
TEXT = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" <>&\"'{}%#"), min_size=1)


class Seen(HTMLParser):
    """Keeps the tags and the texts of some HTML."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag and what its attributes say."""
        self.tags.append(tag)
        self.texts += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        if data.strip("\n"):
            self.texts.append(data)


@given(TEXT)
def test_any_text_stays_text(text: str) -> None:
    seen = Seen(fragments.paragraphs([text]))
    assert seen.tags == ["p"]
    assert seen.texts == [text]
    seen = Seen(fragments.problems([text], ["origin"]))
    assert seen.tags == ["div", "h2", "ul", "li", "a"]
    assert seen.texts[-1] == text


@given(TEXT)
def test_any_document_keeps_its_texts_and_adds_no_tags(text: str) -> None:
    grid = Grid(text, (text, "b", "c", "d", "e"), ((text, text, text, text, text),), frozenset({1}))
    page = documents.html(text, [Heading(text, 3), Paragraph(text), Items((text,), numbered=True), grid])
    seen = Seen(page)
    # Title, h1, heading, paragraph, item, name of the frame, caption, one heading, five cells.
    assert seen.texts.count(text) >= 13
    assert seen.tags.count("td") == 4
    assert set(seen.tags) <= {
        *("html", "head", "meta", "title", "style", "body", "main", "h1", "h3", "p", "ol", "li", "div"),
        *("table", "caption", "thead", "tr", "th", "tbody", "td"),
    }


def test_what_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates.render("page.html")
    with pytest.raises(UndefinedError):
        fragments.piece("answers.html", "claim", "a scheme")


def test_columns_of_numbers_are_set_to_the_right() -> None:
    row = fragments.table("c", ["a", "b"], [["x", "1"]])
    assert '<th scope="row">x</th>' in row
    assert '<td class="nh-number">1</td>' in row
    assert '<th scope="row" class="nh-number">x</th>' in fragments.table("c", ["a", "b"], [["x", "1"]], texts=0)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_template_comes_with_its_package_and_can_be_read(package: str) -> None:
    names = [each.name for each in resources.files(package).joinpath("templates").iterdir()]
    assert names
    for name in names:
        assert templates.environment(package).get_template(name)
