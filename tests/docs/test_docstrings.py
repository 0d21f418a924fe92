"""Docstrings are numpydoc: who has parameters to tell tells all of them, and the examples run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from typing import TYPE_CHECKING

import pytest
from numpydoc.docscrape import FunctionDoc

from tests.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

MANY = 4
"""So many parameters need a section; fewer may be told in the sentence."""

FLOORS = {"app": "app", "geo": "geo", "data": "data", "analysis": "analysis", "": "src/nearhome"}
WITH_EXAMPLES = (
    "nearhome",
    "nearhome.analysis.costs.party",
    "nearhome.analysis.help_with_visits.eligibility",
    "nearhome.analysis.methods.accessibility",
    "nearhome.analysis.methods.disclosure",
    "nearhome.analysis.methods.inequality",
    "nearhome.analysis.placement.scenarios.files",
    "nearhome.analysis.services.coverage",
    "nearhome.analysis.visits.plan",
    "nearhome.data.base.coordinates",
    "nearhome.data.base.exact",
    "nearhome.data.base.partial_dates",
    "nearhome.data.base.phrases",
    "nearhome.data.catalogue.tables",
    "nearhome.data.places.areas",
    "nearhome.data.places.kingdom",
    "nearhome.data.prisons.register",
    "nearhome.geo.matrices.between",
    "nearhome.geo.osm.objects",
    "nearhome.geo.places.find",
    "nearhome.geo.routing.router",
)
"""Modules whose main function shows how it is used."""


def modules() -> Iterator[str]:
    """Give the names of all modules of the floors and of the face but those that show a page when imported."""
    for floor, folder in FLOORS.items():
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = [*file.relative_to(ROOT / folder).with_suffix("").parts]
            name = ".".join(["nearhome", *([floor] if floor else []), *parts]).removesuffix(".__init__")
            if parts[-1] != "__main__" and name != "nearhome.app.server.main":
                yield name


def told(module: ModuleType) -> Iterator[tuple[str, Callable[..., object]]]:
    """Give the public functions and methods that a module defines."""
    for name, found in vars(module).items():
        if name.startswith("_") or getattr(found, "__module__", "") != module.__name__:
            continue
        if inspect.isfunction(found):
            yield name, found
        elif inspect.isclass(found):
            for inner, method in vars(found).items():
                if inspect.isfunction(method) and not inner.startswith("_"):
                    yield f"{name}.{inner}", method


@pytest.mark.filterwarnings("ignore")
def test_parameters_are_told() -> None:
    wrong = []
    for module in map(importlib.import_module, modules()):
        for name, function in told(module):
            parameters = [each for each in inspect.signature(function).parameters if each not in {"self", "cls"}]
            section = {
                word.strip().lstrip("*")
                for entry in FunctionDoc(inspect.unwrap(function))["Parameters"]
                for word in entry.name.split(",")
            }
            missing = [each for each in parameters if each not in section]
            if missing and (section or len(parameters) >= MANY):
                wrong.append(f"{module.__name__}.{name} leaves out {', '.join(missing)}")
    assert wrong == []


def test_no_docstring_tells_of_types_that_annotations_tell() -> None:
    typed = re.compile(r"^ +\w+ : \w+", re.MULTILINE)
    found = [name for name in modules() if typed.search(inspect.getsource(importlib.import_module(name)))]
    assert found == []


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name: str) -> None:
    done = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert done.attempted > 0
    assert done.failed == 0


def test_every_module_with_an_example_is_run() -> None:
    shown = {name for name in modules() if "\n    >>> " in inspect.getsource(importlib.import_module(name))}
    assert shown <= set(WITH_EXAMPLES)
