"""What it takes for this family to reach that prison, and what would change it.

The names here are the ones most people need; each is imported when it is first used, so that ``import nearhome`` costs
nothing. Everything else is on its floor: ``nearhome.data`` (what is known), ``nearhome.geo`` (how one gets there),
``nearhome.analysis`` (what it means) and ``nearhome.app`` (what people see).

Examples
--------
>>> from datetime import date
>>> import nearhome as nh
>>> home, prison = nh.find_place("TR1 2HE"), nh.find_prison("Exeter", date(2026, 11, 21))
>>> plan = nh.plan_visit(home, prison, party=nh.Party(adults=1), as_of=date(2026, 11, 21))
>>> prison.name, plan.options[0].mode
('Exeter (HMP & YOI)', 'car')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nearhome.analysis.costs.party import Party
    from nearhome.analysis.gap_report.report import ReportRequest
    from nearhome.analysis.gap_report.report import report as gap_report
    from nearhome.analysis.placement.outcomes.run import run as run_scenario
    from nearhome.analysis.placement.scenarios.files import load as find_scenario
    from nearhome.analysis.services.coverage import assess as coverage
    from nearhome.analysis.visits.plan import plan_visit
    from nearhome.data import errors
    from nearhome.data.prisons.register import find as find_prison
    from nearhome.geo.matrices.between import matrix
    from nearhome.geo.places.find import find as find_place
    from nearhome.geo.routing.router import Router

    __version__: str

__all__ = [
    "Party",
    "ReportRequest",
    "Router",
    "__version__",
    "coverage",
    "errors",
    "find_place",
    "find_prison",
    "find_scenario",
    "gap_report",
    "matrix",
    "plan_visit",
    "run_scenario",
]

_WHERE = {
    "Party": ("nearhome.analysis.costs.party", "Party"),
    "ReportRequest": ("nearhome.analysis.gap_report.report", "ReportRequest"),
    "Router": ("nearhome.geo.routing.router", "Router"),
    "coverage": ("nearhome.analysis.services.coverage", "assess"),
    "errors": ("nearhome.data.errors", ""),
    "find_place": ("nearhome.geo.places.find", "find"),
    "find_prison": ("nearhome.data.prisons.register", "find"),
    "find_scenario": ("nearhome.analysis.placement.scenarios.files", "load"),
    "gap_report": ("nearhome.analysis.gap_report.report", "report"),
    "matrix": ("nearhome.geo.matrices.between", "matrix"),
    "plan_visit": ("nearhome.analysis.visits.plan", "plan_visit"),
    "run_scenario": ("nearhome.analysis.placement.outcomes.run", "run"),
}


def __getattr__(name: str) -> object:
    """Import a name when it is first used, and keep it."""
    if name == "__version__":
        from importlib.metadata import version

        found: object = version("nearhome")
    elif name in _WHERE:
        module, attribute = _WHERE[name]
        found = import_module(module)
        found = getattr(found, attribute) if attribute else found
    else:
        msg = f"module 'nearhome' has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the names that are imported when they are used, beside those that are."""
    return sorted({*globals(), *__all__})
