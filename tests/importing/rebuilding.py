"""What the benchmark of all applications offers, for the tests of this room."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


def interchange() -> ModuleType:
    """`benchmarks/interchange.py`, which is a program of its own."""
    path = Path(__file__).parents[2] / "benchmarks" / "interchange.py"
    spec = spec_from_file_location("interchange", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["interchange"] = module
    spec.loader.exec_module(module)
    return module
