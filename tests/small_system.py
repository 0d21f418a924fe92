"""A small prison system that the tests of scenarios share: made-up people of the South West and of Cumbria."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from nearhome.analysis.placement.scenarios import schema
from nearhome.analysis.population import own_figures

if TYPE_CHECKING:
    from nearhome.analysis.placement.scenarios.schema import Scenario
    from nearhome.analysis.population.baseline import Baseline

DAY = date(2026, 7, 27)
QUICK = {"draws": 0, "percent": 0, "points": 3}
"""No draws and no variations, which need the whole model."""

ROWS = """home,prison,people,sex,age,status,category
Cornwall,Exeter,40,male,21+,remand,none
Cornwall,Bristol,15,male,21+,remand,none
Cornwall,Channings Wood,60,male,21+,sentenced,C
Cornwall,Guys Marsh,30,male,21+,sentenced,C
Cornwall,Haverigg,12,male,21+,sentenced,D
Cornwall,Eastwood Park,9,female,21+,sentenced,closed
"Bristol, City of",Exeter,25,male,21+,remand,none
"Bristol, City of",Bristol,50,male,21+,remand,none
"Bristol, City of",Channings Wood,45,male,21+,sentenced,C
"Bristol, City of",Guys Marsh,30,male,21+,sentenced,C
"Bristol, City of",Leyhill,20,male,21+,sentenced,D
"Bristol, City of",Eastwood Park,14,female,21+,sentenced,closed
"Bristol, City of",Wetherby,6,male,15-17,sentenced,youth
Cumberland,Haverigg,20,male,21+,sentenced,D
Cumberland,Leyhill,8,male,21+,sentenced,D
Cumberland,Low Newton,7,female,21+,sentenced,closed
Cumberland,Eastwood Park,5,female,21+,sentenced,closed
,Guys Marsh,6,male,21+,sentenced,C
"""


def baseline() -> Baseline:
    """Give who is held where."""
    return own_figures.read(ROWS, DAY).baseline(DAY)


def scenario(**table: object) -> Scenario:
    """Make a scenario of what a TOML file would hold."""
    return schema.from_table({"title": "A test", "as_of": DAY, "sensitivity": QUICK, **table})
