"""Checking is light: nothing heavy is imported. How fast that makes it is measured by `benchmarks/validate.py`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GALLERY = sorted(str(path) for path in (ROOT / "specs").glob("*.yaml"))
HEAVY = ("numpy", "h5py", "tensorflow", "keras", "sklearn", "scipy", "matplotlib", "pandas", "rich", "jinja2")

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


def test_validating_the_gallery_imports_nothing_heavy() -> None:
    assert GALLERY
    done = subprocess.run([sys.executable, "-c", VALIDATE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "heavy: []"
