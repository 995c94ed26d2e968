"""Checking is light: nothing heavy is imported, no network is opened, and it starts fast."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GALLERY = sorted(str(path) for path in (ROOT / "specs").glob("*.yaml"))
HEAVY = ("numpy", "tensorflow", "keras", "sklearn", "scipy", "matplotlib", "pandas", "rich", "jinja2")

VALIDATE = f"""
import sys
from specc.cli import main
sys.argv = ["specc", "validate", *{GALLERY!r}]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("heavy:", [name for name in {HEAVY!r} if name in sys.modules])
"""
BASELINE = "import yaml, jsonschema, click"


def test_validating_the_gallery_imports_nothing_heavy() -> None:
    assert GALLERY
    done = subprocess.run([sys.executable, "-c", VALIDATE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_validating_a_spec_takes_at_most_twice_its_imports(tmp_path: Path) -> None:
    # Both as installed: with compiled modules at hand, also where the tests run without writing them.
    compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | compiled
    commands = [[sys.executable, "-m", "specc", "validate", GALLERY[0]], [sys.executable, "-c", BASELINE]]
    for command in commands:
        _seconds(command, environment)
    # The shortest of several alternating runs: what else the machine does only ever adds time.
    seconds = [[_seconds(command, environment) for command in commands] for _ in range(9)]
    specc, baseline = (min(column) for column in zip(*seconds, strict=True))
    assert specc <= 2 * baseline, f"{specc:.3f} s, against {baseline:.3f} s for the imports alone"


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    return time.perf_counter() - started
