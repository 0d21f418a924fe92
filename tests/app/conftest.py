"""Pages run in the tests' own process, as Streamlit's test runner does it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _main_stays() -> Iterator[None]:
    """Put ``__main__`` back, which the runner replaces: later tests start processes, and those open it again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
