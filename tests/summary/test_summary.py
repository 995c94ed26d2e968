"""`specc show`: the table and its totals."""

from pathlib import Path

import specc
from specc.plan.summary import summary_table

SPEC = """
spec: 1
name: small
data: {dataset: digits}
model:
  - Conv2D: {filters: 4, kernel_size: 3}
  - BatchNormalization
  - Flatten
  - Output
"""

TABLE = """\
small

layer                type                inputs               output shape     parameters  multiply-adds
-------------------  ------------------  -------------------  ---------------  ----------  -------------
input                Input                                    (None, 8, 8, 1)           0              0
conv2d               Conv2D              input                (None, 6, 6, 4)          40          1,296
batch_normalization  BatchNormalization  conv2d               (None, 6, 6, 4)          16              0
flatten              Flatten             batch_normalization  (None, 144)               0              0
output               Dense               flatten              (None, 10)            1,450          1,440

parameters: 1,506 (1,498 trainable, 8 not)
multiply-adds per sample: 2,736"""


def test_table(project: Path) -> None:
    (project / "spec.yaml").write_text(SPEC)
    summary = specc.show("spec.yaml")
    assert summary_table(summary) == TABLE
    assert (summary.parameters, summary.known) == (1506, True)
    assert summary.as_json()["rows"][1]["parameters"] == 40
