"""Running scenarios on a small system: what goes in comes out, rules hold, levers do what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nearhome.analysis import burden, changes, figures, outcome_tables, placement, planning, population, scenario_files
from nearhome.analysis.placement import violations
from nearhome.analysis.planning import StoppedError
from nearhome.analysis.situation import situation
from nearhome.data import prisons
from nearhome.data.errors import InputError
from nearhome.tests import small_system

if TYPE_CHECKING:
    from nearhome.analysis.planning import Outcome
