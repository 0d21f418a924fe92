"""Where things lie: this checkout, its benchmarks, and the source data that may lie beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"
SHARED = ROOT.parent / "shared"
