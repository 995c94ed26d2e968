"""Files that layers read: found beside the spec, refused outside the project, handed to Keras by absolute paths."""

from pathlib import Path

import pytest

from specc.catalog import load
from specc.check import check
from specc.graph.files import locate_files

SPEC = """\
spec: 1
data: {table: [{word: a, y: 1}, {word: b, y: 0}, {word: c, y: 1}], target: y, split: {validation: 0, test: 0}}
model:
  inputs: {word: {shape: [1], dtype: string}}
  layers: [{StringLookup: {vocabulary: %s, output_mode: one_hot}}, Output]
"""


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("none.txt", "no-such-file"),
        ("specc.toml/x", "no-such-file"),
        (".", "not-a-file"),
        ("../outside.txt", "path-outside-project"),
        ("link.txt", "path-outside-project"),
    ],
)
def test_faults(path: str, code: str, project: Path) -> None:
    (project.parent / "outside.txt").write_text("a\nb\n")
    (project / "link.txt").symlink_to(project.parent / "outside.txt")
    (project / "spec.yaml").write_text(SPEC % path)
    found = [finding for finding in check(project / "spec.yaml").findings if finding.code == code]
    assert [finding.span.line for finding in found] == [5]


def test_the_graph_gets_absolute_paths(project: Path) -> None:
    text = "spec: 1\ndata: {dataset: digits}\nmodel:\n  - UpSampling2D: 4\n  - Conv2D: {filters: 3, kernel_size: 1}\n"
    text += "  - ResNet50: {weights: sub/w.weights.h5, include_top: false, pooling: avg}\n  - Output\n"
    (project / "sub").mkdir()
    (project / "sub" / "w.weights.h5").write_bytes(b"")
    (project / "spec.yaml").write_text(text)
    plan = check(project / "spec.yaml").plan
    assert plan
    graph, findings = locate_files(plan.graph, load(), project, project)
    assert findings == []
    node = graph.node("res_net50")
    assert node
    assert node.component.arguments["weights"] == str(project / "sub" / "w.weights.h5")
