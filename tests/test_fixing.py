"""What `--fix` writes: the slips that can only be slips, and not a byte besides."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specc.check import check
from specc.diagnostics import Edit, Finding, Fix, Span, error
from specc.fixing import apply, mend, settled
from specc.language.source import Source

ROOT = Path(__file__).resolve().parents[1]
GALLERY = sorted((ROOT / "specs").rglob("*.yaml"))
CORPUS = sorted(
    path for path in (ROOT / "tests" / "corpus").rglob("*") if path.suffix in {".yaml", ".json"} and path.is_file()
)

SPEC = """\
spec: 1
data: {dataset: digits}   # the eights look like threes
model:
  - Conv2D: {filters: 8, kernel_size: 3, padding: 'same', activation: relu}
  - Flatten
  - Output
training:
  epochs: 5
  optimizer: {Adam: {learning_rate: 0.1}}
"""


def mended(content: bytes, path: Path = Path("spec.yaml")) -> bytes:
    return mend(content, lambda of: check(path, content=of).findings).content


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("filtres: 8", "filters: 8"),
        ("Filters: 8", "filters: 8"),
        ("'filter': 8", "'filters': 8"),
        ("kernelsize: 3", "kernel_size: 3"),
        ("kernel-size: 3", "kernel_size: 3"),
        ("Conv2d:", "Conv2D:"),
        ("Convolution2d:", "Convolution2D:"),
        ("activation: Relu", "activation: relu"),
        ("padding: 'smae'", "padding: 'same'"),
        ("padding: SAME", "padding: same"),
        ("filters: 8.0", "filters: 8"),
        ('filters: "8"', "filters: 8"),
        ("filters: '8'", "filters: 8"),
        ("flatten", "Flatten"),
        ("outptu", "Output"),
        ("trainign:", "training:"),
        ("Training:", "training:"),
        ("epoch: 5", "epochs: 5"),
        ("nb_epoch: 5", "epochs: 5"),
        ('epochs: "5"', "epochs: 5"),
        ("ADAM:", "Adam:"),
        ("lr: 0.1", "learning_rate: 0.1"),
        ('learning_rate: "0.1"', "learning_rate: 0.1"),
        ("dataset: digit", "dataset: digits"),
        ('spec: "1"', "spec: 1"),
    ],
)
def test_slips_are_mended(new: str, old: str) -> None:
    places = {
        "Convolution2D:": "Conv2D:",
        "padding: same": "padding: 'same'",
        "'filters': 8": "filters: 8",
        "activation: ReLU": "activation: relu",
    }
    right = SPEC.replace(places.get(old, old), old)
    wrong = right.replace(old, new)
    assert wrong != right
    assert mended(wrong.encode()).decode() == right


@pytest.mark.parametrize(
    "wrong",
    [
        "Conv4D: {filters: 8",  # which dimension?
        "ConvD: {filters: 8",
        "Rleu: {negative_slope: 8",  # ReLU, or ELU?
        "Conv2D: {filters: 8.5",
        "Conv2D: {filters: eight",
        "Conv2D: {filters: 8, filter: 8",
        "Conv2D: {filtres: 8, filterss: 8",
        'Conv2D: {"filte\\x72": 8',  # an escape
        "Conv2D: {units: 8",
        "Conv2D: {filters: 8, lr: 3",
        "Conv2D: {filters: 8, kernel_regularizer: L3",
        "Conv2D: {filters: 8, dilation: 3",
        "Conv2D: {filters: 8, bias_initializer: rleu",  # of another kind
    ],
)
def test_what_may_mean_two_things_is_left(wrong: str) -> None:
    text = SPEC.replace("Conv2D: {filters: 8", wrong).encode()
    assert mended(text) == text


@pytest.mark.parametrize(
    "tail",
    ["vars: {n: '5'}\ntraining: {epochs: $n}\n", 'vars: {n: 5}\ntraining: {epochs: "$n"}\nx-a: 1\n'],
)
def test_computed_values_are_left(tail: str) -> None:
    text = (SPEC.partition("training:")[0] + tail).encode()
    assert mended(text) == text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("  - Dense:\n      units: 3\n      use_bias: yes\n", "  - Dense:\n      units: 3\n      use_bias: true\n"),
        ("  - ReLU: {min_value: 6}\n", "  - ReLU: {min_value: 6}\n"),
        ("  - Flatten\n    name: flat\n", "  - Flatten:\n    name: flat\n"),
        ("  - Flatten\n    name: a\n  - ReLU\n    name: b\n", "  - Flatten:\n    name: a\n  - ReLU:\n    name: b\n"),
        ("  - Flatten  # as one row\n    name: flat\n", "  - Flatten:  # as one row\n    name: flat\n"),
        (
            "  - Flatten\n  - Dropout # a: b\n    # why\n      rate: 0.2\n",
            "  - Flatten\n  - Dropout: # a: b\n    # why\n      rate: 0.2\n",
        ),
        ("  - Conv2D: {filters: 8, kernel_size: (3, 3)}\n", "  - Conv2D: {filters: 8, kernel_size: [3, 3]}\n"),
        ("  - Conv2D: {filters: 8, kernel_size: ( 3,3 ) }\n", "  - Conv2D: {filters: 8, kernel_size: [ 3,3 ] }\n"),
        ("  - Reshape: (8, -1)\n", "  - Reshape: [8, -1]\n"),
        ("  - Reshape: '(8, -1)'\n", "  - Reshape: [8, -1]\n"),
        ("  - {Reshape: (64,), name: row}\n", "  - {Reshape: [64,], name: row}\n"),
        ("  - ZeroPadding2D: [(1, 1), (2, 2)]\n", "  - ZeroPadding2D: [[1, 1], [2, 2]]\n"),
        ("  - ZeroPadding2D: {padding: ((1, 1), (2, 2))}\n", "  - ZeroPadding2D: {padding: [[1, 1], [2, 2]]}\n"),
        ("  - Reshape: (a, b)\n", "  - Reshape: (a, b)\n"),
        ("  - Reshape: (8, -1\n", "  - Reshape: (8, -1\n"),
        ("  - Dropout: 20%\n", "  - Dropout: 0.2\n"),
        ("  - Dropout: 0,2\n", "  - Dropout: 0,2\n"),
        ("  - keras.layers.Flatten\n", "  - Flatten\n"),
        ("  - tf.keras.layers.Dense: 3\n", "  - Dense: 3\n"),
        ("  - nn.Linear: 3\n", "  - nn.Linear: 3\n"),
        ("  - Dense: {units: 3, activation: None}\n", "  - Dense: {units: 3, activation: null}\n"),
        ("  - Activation: None\n", "  - Activation: None\n"),
        (
            "  - Flatten:\n    name: flattened\n  - Dense: 3\n    inputs: flatened\n",
            "  - Flatten:\n    name: flattened\n  - Dense: 3\n    inputs: flattened\n",
        ),
        (
            "  - Flatten:\n    name: branch_a\n  - Dense: 3\n    inputs: branch_b\n",
            "  - Flatten:\n    name: branch_a\n  - Dense: 3\n    inputs: branch_b\n",
        ),
        ("  - Flatten  # specc: allow unused-layer\n", "  - Flatten\n"),
        ("  # specc: allow unused-layer\n  - Flatten\n", "  - Flatten\n"),
        ("  - Flatten  # specc: allow unused-layer # or not\n", "  - Flatten  # or not\n"),
        ("  - Flatten  # flat # specc: allow unused-layer\n", "  - Flatten  # flat\n"),
        ("  - Flatten  # specc: allow unused-layer, linear-after-linear\n", "  - Flatten\n"),
        ("  - Flatten  # specc: allow unused-laye\n", "  - Flatten  # specc: allow unused-laye\n"),
    ],
)
def test_layers(wrong: str, right: str) -> None:
    head, tail = "spec: 1\ndata: {dataset: digits}\nmodel:\n", "  - Output\n"
    assert mended((head + wrong + tail).encode()).decode() == head + right + tail


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("data: {dataset: iris}\nmodel: [Output]\n", "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n"),
        (
            "# a\n---\nmodel: [Output]\ndata: {dataset: iris}",
            "# a\n---\nspec: 1\nmodel: [Output]\ndata: {dataset: iris}",
        ),
        ("  model: [Output]\n  data: {dataset: iris}", "  spec: 1\n  model: [Output]\n  data: {dataset: iris}"),
        ("{model: [Output], data: {dataset: iris}}", "{model: [Output], data: {dataset: iris}}"),
        ("spec: 1\ndata:\n\tdataset: iris\nmodel:\n\t- Output", "spec: 1\ndata:\n  dataset: iris\nmodel:\n  - Output"),
        ("spec: 1\ndata:\n  dataset: iris\nmodel:\n\t- Output", "spec: 1\ndata:\n  dataset: iris\nmodel:\n  - Output"),
        (
            "spec: 1\ndata:\n\tdataset: iris\ndescription: 'a\n\tb\tc'\nmodel:\n\t- Output # a\tb",
            "spec: 1\ndata:\n  dataset: iris\ndescription: 'a\n\tb\tc'\nmodel:\n  - Output # a\tb",
        ),
        (
            "spec: 1\ndata: {dataset: iris}\nmodel:\n-\tDense:\n\t\tunits: 3\n\tname: x\n-\tOutput",
            "spec: 1\ndata: {dataset: iris}\nmodel:\n- Dense:\n    units: 3\n  name: x\n- Output",
        ),
        (
            "spec:1\ndata: {dataset: iris}\nmodel:\n- Dense:3\n  name: x\n- Output\nruntime:\n  runs: r\n  seed:16",
            "spec: 1\ndata: {dataset: iris}\nmodel:\n- Dense: 3\n  name: x\n- Output\nruntime:\n  runs: r\n  seed: 16",
        ),
        ("spec: 1\ndata: iris\nmodel: Output\n", "spec: 1\ndata: {dataset: iris}\nmodel: [Output]\n"),
        ("spec: 1\ndata: irsi\nmodel: [Output]\n", "spec: 1\ndata: irsi\nmodel: [Output]\n"),
        (
            "spec: 1\ndata: {dataset: mnist}\nmodel:\n  inputs: {image: (None, 28, 28)}\n  layers: [Flatten, Output]\n",
            "spec: 1\ndata: {dataset: mnist}\nmodel:\n  inputs: {image: [null, 28, 28]}\n  layers: [Flatten, Output]\n",
        ),
        (  # at two columns a tab gives a list of two layers, at four it gives one with a key
            "spec: 1\ndata: {dataset: iris}\nmodel:\n  - Dense:\n\tunits: 3\n",
            "spec: 1\ndata: {dataset: iris}\nmodel:\n  - Dense:\n\tunits: 3\n",
        ),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_whole_texts(wrong: str, right: str, line_break: str, mark: str) -> None:
    before, after = ((mark + text).replace("\n", line_break).encode() for text in (wrong, right))
    assert mended(before) == after


def test_json() -> None:
    before = b'{"spec": 1, "data": {"dataset": "iris"},\r\n "model": [{"dense": {"units": "3"}}, "Output"]}'
    after = b'{"spec": 1, "data": {"dataset": "iris"},\r\n "model": [{"Dense": {"units": 3}}, "Output"]}'
    assert mended(before, Path("spec.json")) == after


def test_columns(tmp_path: Path) -> None:
    """The data file is not touched, nor a column that may be another."""
    spec, rows = tmp_path / "spec.yaml", tmp_path / "rows.csv"
    rows.write_text("x_1,weight\n1,2\n2,3\n3,5\n4,6\n5,7\n6,8\n", encoding="utf-8")
    spec.write_text("spec: 1\ndata: {csv: rows.csv, target: wieght, drop: [x_2]}\nmodel: [Output]\n", encoding="utf-8")
    assert b"target: weight, drop: [x_2]" in mended(spec.read_bytes(), spec)
    assert rows.read_text(encoding="utf-8").startswith("x_1,weight\n")


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_nothing_is_mended_in_what_is_right(path: Path) -> None:
    content = path.read_bytes()
    assert mended(content, path) == content


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_mending_ends_and_brings_no_fault(path: Path) -> None:
    before = path.read_bytes()
    after = mended(before, path)
    assert mended(after, path) == after
    assert after.count(b"#") == before.count(b"#") or b"specc: allow" in before
    kept = {(f.code, f.message) for f in check(path, content=before).findings if f.fix is None}
    text_faults = {"invalid-syntax", "duplicate-key"}
    assert not text_faults & {f.code for f in check(path, content=after).findings if (f.code, f.message) not in kept}


def fault(*edits: tuple[int, int, str, str], path: str = "s.yaml") -> Finding:
    made = tuple(Edit(Span(path, 1, start, 1, end), old, new) for start, end, old, new in edits)
    return error("wrong-type", f"{edits}", Span(path, 1, 1, 1, 2), fix=Fix("mend", made))


@pytest.mark.parametrize(
    ("faults", "expected", "count"),
    [
        ([fault((1, 2, "a", "x"))], "xbcdef", 1),
        ([fault((1, 2, "a", "x")), fault((5, 6, "e", ""))], "xbcdf", 2),
        ([fault((1, 3, "ab", "x")), fault((2, 4, "bc", "y"))], "xcdef", 1),
        ([fault((1, 2, "a", "x")), fault((2, 3, "b", "y"))], "xbcdef", 1),  # they touch
        ([fault((1, 2, "a", "x")), fault((1, 2, "a", "x"), (6, 7, "f", "y"))], "xbcdey", 2),  # one edit in two fixes
        ([fault((3, 4, "c", "x")), fault((1, 2, "a", "y"), (3, 4, "c", "z"))], "abxdef", 1),  # all of a fix or nothing
        ([fault((4, 4, "", "--")), fault((4, 4, "", "++"))], "abc--def", 1),
    ],
)
def test_fixes_do_not_touch(faults: Sequence[Finding], expected: str, count: int) -> None:
    content, made = apply(b"abcdef", faults)
    assert (content.decode(), len(made)) == (expected, count)


@pytest.mark.parametrize(
    ("finding", "kept"),
    [
        (fault((1, 2, "a", "x")), True),
        (fault((1, 2, "b", "x")), False),
        (fault((1, 2, "a", "x"), (2, 3, "x", "y")), False),
        (fault((4, 7, '"d"', "x")), True),  # either quote
        (fault((1, 2, "a", "x"), path="other.yaml"), False),
        (fault((90, 91, "a", "x")), False),
    ],
)
def test_fixes_that_do_not_fit_are_dropped(finding: Finding, kept: bool) -> None:
    (left,) = settled([finding], Source("s.yaml", "abc'd'"))
    assert (left.fix is not None) is kept
    assert left._replace(fix=finding.fix) == finding


def test_fixes_that_undo_each_other_end() -> None:
    def findings(content: bytes) -> list[Finding]:
        old = content.decode()
        return [fault((1, 2, old, "b" if old == "a" else "a"))]

    assert mend(b"a", findings).content in (b"a", b"b")


@given(st.binary(max_size=40))
def test_any_bytes(content: bytes) -> None:
    after = mended(content)
    assert after == content or mended(after) == after


@given(st.data())
def test_a_slip_in_the_gallery_is_mended_to_what_was_there_or_left(data: st.DataObject) -> None:
    """Two neighbouring letters are swapped: what is written instead is the spec as it was, or nothing.

    Where that changes the name of a layer, its uses may follow.
    """
    path = data.draw(st.sampled_from(GALLERY))
    before = path.read_bytes().decode()
    at = data.draw(st.integers(0, len(before) - 2))
    swapped = before[:at] + before[at + 1] + before[at] + before[at + 2 :]
    after = mended(swapped.encode(), path).decode()
    word = re.compile(rf"(?<!\w){re.escape(_word_at(before, at))}(?!\w)")
    renamed = word.sub(_word_at(swapped, at), before)
    assert after in (before, swapped, renamed) or not before[at : at + 2].isalpha()


def _word_at(text: str, at: int) -> str:
    """The word around the letter at the offset `at`."""
    return next((found.group() for found in re.finditer(r"\w+", text) if found.start() <= at < found.end()), "")
