"""How a comparison is printed."""

from specc.comparing import comparison_text
from tests.comparing.plans import BASE, compared, edited

CHANGED = edited(
    ("filters: 8", "filters: 4"),
    ("name: second", "name: third"),
    ("[hidden, second]", "[hidden, third]"),
    ("  - Output", "  - Dropout: 0.1\n  - Output"),
    ("  - Rescaling: {scale: 0.0625}\n", ""),
    ("Adam: 0.01}", "Adam: 0.01}\n  epochs: 20\n  loss_weights: {output: 2.0}"),
)
EXPECTED = """\
--- a
+++ b
model
  - rescaling: Rescaling: {scale: 0.0625} -> (None, 8, 8, 1)
  ~ conv (Conv2D)
      filters: 8 -> 4
      inputs: [rescaling] -> [input]
      shape: (None, 6, 6, 8) -> (None, 6, 6, 4)
      parameters: 80 -> 40
  ~ flatten (Flatten): shape: (None, 288) -> (None, 144)
  ~ hidden (Dense): parameters: 4,624 -> 2,320
  ~ third (Dense): name: second -> third
  + dropout: Dropout: {rate: 0.1} -> (None, 16)
  ~ output (Dense): inputs: [sum] -> [dropout]
  parameters: 5,146 -> 2,802
training
  ~ epochs: 10 -> 20
  + loss_weights.output: 2.0
weights
  the old weights fit in part
  fit: output
  have other shapes: conv, hidden
  are new: third (was second)
  not used: second
"""


def test_only_what_differs_is_printed() -> None:
    assert comparison_text(compared(BASE, CHANGED), "a", "b") == EXPECTED


def test_colours_change_no_word() -> None:
    coloured = comparison_text(compared(BASE, CHANGED), "a", "b", colour=True)
    assert "\x1b[32m+++ b\x1b[0m" in coloured
    for code in ("1", "31", "32", "33", ""):
        coloured = coloured.replace(f"\x1b[{code or 0}m", "")
    assert coloured == EXPECTED


def test_the_same() -> None:
    assert comparison_text(compared(BASE, BASE), "a\x1b", "b") == "a\\x1b and b mean the same\n"
