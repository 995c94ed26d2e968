"""Plans of short specs, for tests that compare them."""

from pathlib import Path

from specc.check import check
from specc.comparing import Comparison, compare
from specc.plan import Outline, Plan

BASE = """\
spec: 1
name: base
data: {dataset: digits}
model:
  - Rescaling: {scale: 0.0625}
  - Conv2D: {filters: 8, kernel_size: 3, activation: relu}
    name: conv
  - Flatten
  - Dense: {units: 16, activation: relu}
    name: hidden
  - Dense: {units: 16}
    name: second
    inputs: hidden
  - Add:
    name: sum
    inputs: [hidden, second]
  - Output
training:
  optimizer: {Adam: 0.01}
"""


def plan_of(text: str, path: str = "spec.yaml") -> Plan | Outline:
    checked = check(Path(path), content=text.encode())
    found = checked.plan or checked.outline
    assert found is not None, checked.findings
    return found


def compared(before: str, after: str) -> Comparison:
    return compare(plan_of(before), plan_of(after))


def edited(*replacements: tuple[str, str]) -> str:
    """`BASE` with parts of it replaced."""
    text = BASE
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return text
