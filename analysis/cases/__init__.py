"""Named practice sites, each a page of facts and journeys.

``CASES`` gives the module of each: it has ``report(as_of) -> CaseReport``.
"""

CASES: dict[str, str] = {"cornwall": "nearhome.analysis.cases.cornwall"}
