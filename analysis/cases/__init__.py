"""Named practice sites, each a page of facts and journeys.

``CASES`` gives the module of each: it has ``report(as_of) -> CaseReport``.
"""

CASES: dict[str, str] = {
    "cornwall": "nearhome.analysis.cases.cornwall",
    "banbury": "nearhome.analysis.cases.banbury",
    "halton": "nearhome.analysis.cases.halton",
    "northern-ireland": "nearhome.analysis.cases.northern_ireland",
    "norwich": "nearhome.analysis.cases.norwich",
    "north-west": "nearhome.analysis.cases.north_west",
    "scotland": "nearhome.analysis.cases.scotland",
    "west-midlands": "nearhome.analysis.cases.west_midlands",
}
