"""`specc show`: the table, its totals, what is shared, nested or unknown, and how it fits a terminal."""

from pathlib import Path

import pytest

import specc
from specc.drawing import Part, Weights
from specc.rendering.escape import width
from specc.summary import Inner, Summary, human_bytes, summary_table

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

layer                type                output shape     parameters  multiply-adds  activations
-------------------  ------------------  ---------------  ----------  -------------  -----------
input                Input               (None, 8, 8, 1)           0              0        256 B
conv2d               Conv2D              (None, 6, 6, 4)          40          1,296        576 B
batch_normalization  BatchNormalization  (None, 6, 6, 4)          16              0        576 B
flatten              Flatten             (None, 144)               0              0        576 B
output               Dense               (None, 10)            1,450          1,440         40 B

parameters: 1,506 (1,498 trainable, 8 not)
multiply-adds per sample: 2,736
training memory for batches of 32: about 88.8 kB
  (weights 6.02 kB, gradients 5.99 kB, optimizer 12.0 kB, activations 64.8 kB)"""

BRANCHES = """
spec: 1
name: branches
data: {dataset: sines}
model:
  inputs: {wave: [32, 1]}
  layers:
    - {Bidirectional: {layer: {LSTM: 2}}, name: read}
    - TimeDistributed: {layer: {SpectralNormalization: {layer: {Dense: 4}}}, trainable: false}
      name: first
      inputs: wave
    - {share: first, name: again, inputs: wave}
    - {Flatten: , name: flat, inputs: again}
    - {Concatenate: , name: both, inputs: [read, flat]}
    - Output
"""

BRANCHES_TABLE = """\
branches

layer      type                      inputs      output shape   parameters  multiply-adds  activations
---------  ------------------------  ----------  -------------  ----------  -------------  -----------
wave       Input                                 (None, 32, 1)           0              0        128 B
read       Bidirectional             wave        (None, 4)              64          1,536      3.60 kB
  layer      LSTM
first      TimeDistributed           wave        (None, 32, 4)          12            128        512 B
  layer      SpectralNormalization
    layer      Dense
again      TimeDistributed of first  wave        (None, 32, 4)      shared            128        512 B
flat       Flatten                   again       (None, 128)             0              0        512 B
both       Concatenate               read, flat  (None, 132)             0              0        528 B
output     Dense                     both        (None, 3)             399            396         12 B
"""


STATES = """
spec: 1
name: states
data: {dataset: sines}
model:
  - LSTM: {units: 4, return_state: true}
    outputs: [read, h, c]
  - Dense: {units: 3, activation: relu}
    inputs: h
  - Concatenate: {}
    inputs: [dense, c, read]
  - Output
"""


def test_wires_are_called_by_the_names_of_outputs(project: Path) -> None:
    rows = {row.name: row for row in shown(STATES, project).rows}
    assert rows["dense"].wires == ("h",)
    assert rows["concatenate"].wires == ("dense", "c", "read")
    assert rows["concatenate"].inputs == ("dense", "lstm")
    assert rows["output"].wires == ("concatenate",)
    assert "dense, c, read" in summary_table(shown(STATES, project))


def shown(text: str, project: Path) -> Summary:
    (project / "spec.yaml").write_text(text)
    return specc.show("spec.yaml")


def test_table(project: Path) -> None:
    summary = shown(SPEC, project)
    assert summary_table(summary) == TABLE
    assert (summary.parameters, summary.known) == (1506, True)
    assert summary.as_json()["rows"][1]["parameters"] == 40


def test_branches_shared_and_nested_layers(project: Path) -> None:
    summary = shown(BRANCHES, project)
    assert summary_table(summary).startswith(BRANCHES_TABLE)
    rows = {row.name: row for row in summary.rows}
    assert rows["first"].inner == (Inner("layer", "SpectralNormalization", (Inner("layer", "Dense"),)),)
    assert summary.as_json()["rows"][2]["inner"][0]["inner"] == [{"argument": "layer", "type": "Dense", "inner": []}]
    assert (rows["again"].shares, rows["again"].parameters) == ("first", 0)


def test_parts(project: Path) -> None:
    parts = {part.name: part for part in shown(BRANCHES, project).parts()}
    assert parts["wave"] == Part("wave", "Input", "(None, 32, 1)", is_input=True)
    assert parts["read"].type == "Bidirectional of LSTM"
    assert parts["again"].type == "TimeDistributed of first"
    assert (parts["both"].inputs, parts["both"].weights) == (("read", "flat"), Weights.NONE)
    assert (parts["output"].weights, parts["output"].is_output) == (Weights.TRAINED, True)


@pytest.mark.parametrize(("columns", "taken"), [(200, 102), (102, 102), (101, 101), (90, 90), (84, 89)])
def test_a_narrow_terminal_shortens_names(columns: int, taken: int, project: Path) -> None:
    summary = shown(BRANCHES, project)
    lines = summary_table(summary, columns).splitlines()[2:-5]
    assert max(map(width, lines)) == taken
    assert ("…" in "\n".join(lines)) == (columns < 102)


def test_a_terminal_too_narrow_for_anything_gets_a_readable_table(project: Path) -> None:
    lines = summary_table(shown(SPEC, project), 10).splitlines()
    assert lines[6] == "batch_…ation  BatchN…ation  (None,…6, 4)          16              0        576 B"


def test_what_is_unknown_is_said(project: Path) -> None:
    text = summary_table(shown(SPEC, project)._replace(known=False))
    assert "parameters: at least 1,506" in text
    summary = shown(SPEC, project)
    assert summary.memory
    row = summary.rows[1]._replace(parameters=None, multiply_adds=None, activation_bytes=None, output_shape="unknown")
    summary = summary._replace(rows=(summary.rows[0], row), memory=summary.memory._replace(known=False))
    text = summary_table(summary)
    assert "conv2d  Conv2D  unknown             unknown        unknown      unknown" in text
    assert "training memory for batches of 32: at least 88.8 kB" in text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "unknown"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_996, "10.0 kB"),
        (99_960, "100 kB"),
        (999_400, "999 kB"),
        (999_600, "1.00 MB"),
        (4_294_967_296, "4.29 GB"),
        (10**18, "1,000 PB"),
    ],
)
def test_human_bytes(count: int | None, text: str) -> None:
    assert human_bytes(count) == text
