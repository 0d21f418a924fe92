"""Named practice sites, each a page of facts and journeys.

``CASES`` gives the module of each: it has ``report(as_of) -> CaseReport``.
"""

CASES: dict[str, str] = {
    "cornwall": "nearhome.analysis.cases.cornwall",
    "banbury": "nearhome.analysis.cases.sites.banbury",
    "halton": "nearhome.analysis.cases.sites.halton",
    "northern-ireland": "nearhome.analysis.cases.sites.northern_ireland",
    "norwich": "nearhome.analysis.cases.sites.norwich",
    "north-west": "nearhome.analysis.cases.sites.north_west",
    "scotland": "nearhome.analysis.cases.sites.scotland",
    "west-midlands": "nearhome.analysis.cases.sites.west_midlands",
}
