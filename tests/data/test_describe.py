import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from specc.catalog import load
from specc.codes import CODES
from specc.data import READ_WHEN_CHECKING, describe
from specc.data.kinds import is_number, kind_of, target_kind_of
from specc.data.sets import SETS
from specc.diagnostics import Finding
from tests.data.sections import PENGUINS, described, section, write_penguins

GOOD = "{csv: a.csv, target: y}"
ROWS = "x,c,y\n1,a,p\n2,b,q\n3,a,p\n4,b,q\n"


def findings_of(text: str, project: Path) -> list[Finding]:
    facts, findings = describe(section(text), project, project)
    assert (facts is None) == any(finding.level == "error" for finding in findings)
    assert all(finding.code in CODES for finding in findings)
    return findings


@pytest.mark.parametrize(
    ("content", "text", "code", "where", "part"),
    [
        (ROWS, "{csv: b.csv, target: y}", "no-such-file", ("spec.yaml", 1, 7), "there is no file `b.csv`"),
        (ROWS, "{csv: a.cvs, target: y}", "no-such-file", ("spec.yaml", 1, 7), "did you mean `a.csv`"),
        (ROWS, '{csv: "a\\0b", target: y}', "no-such-file", ("spec.yaml", 1, 7), "not the path of a file"),
        (ROWS, f"{{csv: {'a' * 300}, target: y}}", "no-such-file", ("spec.yaml", 1, 7), "not the path of a file"),
        (ROWS, '{csv: "", target: y}', "not-a-file", ("spec.yaml", 1, 7), "is a folder"),
        (ROWS, "{csv: ., target: y}", "not-a-file", ("spec.yaml", 1, 7), "is a folder"),
        (ROWS, "{csv: /etc/passwd, target: y}", "path-outside-project", ("spec.yaml", 1, 7), "outside"),
        (ROWS, "{csv: 'C:\\a.csv', target: y}", "path-outside-project", ("spec.yaml", 1, 7), "outside"),
        (ROWS, "{csv: ../a.csv, target: y}", "path-outside-project", ("spec.yaml", 1, 7), "outside"),
        (ROWS, "{csv: link.csv, target: y}", "path-outside-project", ("spec.yaml", 1, 7), "outside"),
        (ROWS, "{csv: loop.csv, target: y}", "no-such-file", ("spec.yaml", 1, 7), ""),
        ("", GOOD, "empty-data", ("a.csv", 1, 1), "is empty"),
        (" \n\n", GOOD, "empty-data", ("a.csv", 1, 1), "has no rows"),
        ("x,y\n", GOOD, "empty-data", ("a.csv", 1, 1), "no rows"),
        ("x,y\n1,é\n".encode("latin-1"), GOOD, "not-utf8", ("a.csv", 2, 3), "the byte 0xe9"),
        (b"x,y\n1,\0\n", GOOD, "not-utf8", ("a.csv", 2, 3), "a NUL"),
        (bytes(range(256)) * 9, GOOD, "not-utf8", ("a.csv", 1, 1), "NUL"),
        ("x,y\n" + "1" * 1_010_000, GOOD, "long-line", ("a.csv", 2, 1), "line 2 has 1,010,000 bytes"),
        ("x" * 9_000_000, GOOD, "long-line", ("a.csv", 1, 1), "line 1 has at least"),
        ('x,y\n1,"p\n2,q\n', GOOD, "invalid-csv", ("a.csv", 2, 1), "cannot be read"),
        ("x,y\n1,p\n\n2,q,r\n", GOOD, "ragged-row", ("a.csv", 4, 1), "3 values for 2 columns"),
        ("x,x,y\n1,2,p\n", GOOD, "duplicate-column", ("a.csv", 1, 1), "columns 1 and 2 are both called `x`"),
        (",x,y\n1,2,p\n", GOOD, "unnamed-column", ("a.csv", 1, 1), "column 1 of 3"),
        ("1,2,p\n3,4,q\n5,6,p\n7,8,q\n", "{csv: a.csv, target: p}", "header-is-data", ("a.csv", 1, 1), "1, 2"),
        (ROWS, "{csv: a.csv}", "missing-target", ("spec.yaml", 1, 2), "no target"),
        (ROWS, "{csv: a.csv, target: Yy}", "missing-column", ("spec.yaml", 1, 22), "no column `Yy`"),
        (ROWS, "{csv: a.csv, target: Y}", "missing-column", ("spec.yaml", 1, 22), "did you mean `y`"),
        (ROWS, "{csv: a.csv, target: y, drop: [x, z]}", "missing-column", ("spec.yaml", 1, 35), "`z`"),
        (ROWS, "{csv: a.csv, target: y, columns: {z: number}}", "missing-column", ("spec.yaml", 1, 35), "`z`"),
        (ROWS, "{csv: a.csv, target: y, inputs: {i: [x, z]}}", "missing-column", ("spec.yaml", 1, 41), "`z`"),
        (ROWS, "{csv: a.csv, target: y, inputs: {i: [x, y]}}", "target-as-input", ("spec.yaml", 1, 41), "answer"),
        (ROWS, "{csv: a.csv, target: y, drop: [x, c]}", "no-inputs", ("spec.yaml", 1, 1), "no column is left"),
        (ROWS, "{csv: a.csv, target: y, drop: [y]}", "no-inputs", ("spec.yaml", 1, 32), "is dropped"),
        (ROWS, "{csv: a.csv, target: y, columns: {c: number}}", "not-a-number", ("a.csv", 2, 3), "holds `a`"),
        ("x,y\n1,p\n2,\n3,q\n4,\n", GOOD, "missing-target-value", ("a.csv", 3, 3), "row 2 and 1 other rows"),
        ("x,y\n1,p\n2,p\n", GOOD, "constant-target", ("spec.yaml", 1, 22), "`p` in every row"),
        ("x,e,y\n1,,p\n2,,q\n3,,p\n4,,q\n5,,p\n6,,q\n", GOOD, "empty-column", ("spec.yaml", 1, 7), "`e`"),
        ("x,y\n1,p\n2,q\n", "{csv: a.csv, target: y, split: {test: 2}}", "split-too-large", ("spec.yaml", 1, 32), ""),
        (ROWS, "{csv: a.csv, target: y, split: {test: 0.1}}", "split-empty", ("spec.yaml", 1, 39), "less than one row"),
        (
            ROWS,
            "{csv: a.csv, target: x, split: {stratify: true}}",
            "stratify-without-classes",
            ("spec.yaml", 1, 43),
            "",
        ),
        (
            ROWS + "5,a,r\n",
            "{csv: a.csv, target: y, split: {stratify: true}}",
            "small-class",
            ("spec.yaml", 1, 43),
            "p",
        ),
        (
            ROWS,
            "{csv: {path: a.csv, separator: ab}, target: y}",
            "invalid-value",
            ("spec.yaml", 1, 32),
            "one character",
        ),
        (ROWS, "{table: [], target: y}", "empty-data", ("spec.yaml", 1, 2), "no rows"),
        (
            ROWS,
            "{table: {columns: [x, y], rows: [[1, 2], [3]]}, target: y}",
            "ragged-row",
            ("spec.yaml", 1, 42),
            "1 values",
        ),
        (
            ROWS,
            "{table: {columns: [x, x], rows: [[1, 2]]}, target: x}",
            "duplicate-column",
            ("spec.yaml", 1, 23),
            "`x`",
        ),
        (ROWS, "{table: [{x: [1], y: 2}], target: y}", "invalid-value", ("spec.yaml", 1, 10), "a value of a table"),
        (ROWS, "{table: [{x: .inf, y: 2}], target: y}", "invalid-value", ("spec.yaml", 1, 10), "finite"),
        (ROWS, "dataset: irsi", "unknown-dataset", ("spec.yaml", 1, 10), "did you mean `iris`"),
        (ROWS, "dataset: {iris: 3}", "invalid-value", ("spec.yaml", 1, 17), "no argument `samples`"),
        (ROWS, "dataset: {moons: 0}", "invalid-value", ("spec.yaml", 1, 18), "a whole number from 1"),
        (ROWS, "dataset: {moons: {samples: 1.5}}", "invalid-value", ("spec.yaml", 1, 28), "not `1.5`"),
        (ROWS, "dataset: {moons: {noise: true}}", "invalid-value", ("spec.yaml", 1, 26), "a number from"),
        (ROWS, "dataset: {sines: {task: guess}}", "invalid-value", ("spec.yaml", 1, 25), "`classify` or `forecast`"),
        (ROWS, "{dataset: digits, inputs: {i: [digit]}}", "target-as-input", ("spec.yaml", 1, 32), ""),
        (
            ROWS,
            "{dataset: sines, target: band, inputs: {i: [wave, next]}}",
            "mixed-input",
            ("spec.yaml", 1, 41),
            "a sequence",
        ),
        (ROWS, "{dataset: digits, target: image}", "not-convertible", ("spec.yaml", 1, 27), "an image"),
        (ROWS, "{dataset: digits, columns: {image: number}}", "not-convertible", ("spec.yaml", 1, 29), "an image"),
        (ROWS, "{dataset: iris, columns: {species: number}}", "not-a-number", ("spec.yaml", 1, 27), "holds `setosa`"),
        (ROWS, "{dataset: iris, split: {test: 150}}", "split-too-large", ("spec.yaml", 1, 24), ""),
        (ROWS, "{dataset: diabetes, split: {stratify: true}}", "stratify-without-classes", ("spec.yaml", 1, 39), ""),
    ],
    ids=count(),
)
def test_fault(  # noqa: PLR0917  a row of the table above
    project: Path, content: str | bytes, text: str, code: str, where: tuple[str, int, int], part: str
) -> None:
    (project / "a.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (project.parent / "outside.csv").write_text(ROWS)
    (project / "link.csv").symlink_to(project.parent / "outside.csv")
    (project / "loop.csv").symlink_to("loop.csv")
    found = [finding for finding in findings_of(text, project) if finding.code == code]
    assert found, findings_of(text, project)
    assert (Path(found[0].span.path).name, *found[0].span[1:3]) == where
    assert part in found[0].message + found[0].help
    errors = [finding for finding in findings_of(text, project) if finding.level == "error"]
    assert len(errors) <= 1, "one fault, one report"


def test_penguins(project: Path) -> None:
    write_penguins(project)
    facts = described(PENGUINS, project)
    assert facts.samples == 120
    assert [(c.name, c.kind, c.scaled) for c in facts.columns.values()] == [
        ("species", "category", False),
        ("length", "number", True),
        ("mass", "number", True),
        ("sex", "category", False),
        ("island", "category", False),
    ]
    (target,) = facts.targets
    assert (target.kind, target.classes, target.names) == ("classes", 3, ("Adelie", "Chinstrap", "Gentoo"))
    assert facts.inputs["input"].columns == ("length", "mass", "sex", "island")
    assert facts.inputs["input"].shape == (2 + 1 + 3 + 2,), "two numbers, one gap, sex with its gaps, island"
    assert facts.features == ("length", "mass", "sex", "island")


def test_a_long_file_is_read_in_part_and_says_so(project: Path) -> None:
    row = "1.5,some text that makes the file long,p\n2.5,other text,q\n"
    (project / "a.csv").write_text("x,t,y\n" + row * (READ_WHEN_CHECKING // len(row) + 10))
    checked, _ = describe(section(GOOD), project, project)
    whole, _ = describe(section(GOOD), project, project, limit=None)
    assert checked is not None
    assert whole is not None
    assert (checked.samples, checked.complete, checked.inputs["input"].shape) == (None, False, (None,))
    assert (checked.targets[0].kind, checked.targets[0].classes) == ("classes", None)
    assert (whole.complete, whole.targets[0].names, whole.inputs["input"].shape) == (True, ("p", "q"), (3,))
    assert checked.columns == whole.columns


def test_text_details(project: Path) -> None:
    (project / "a.csv").write_bytes('\ufeffx; t ;y\r\n 1 ;"a; ""b""\nc";yes\r\n\r\n?;d;no\r\n-;e;no\r\n'.encode())
    facts = described("{csv: {path: a.csv, separator: ';', missing: ['?', '-']}, target: y}", project)
    assert {name: column.kind for name, column in facts.columns.items()} == {
        "x": "number",
        "t": "category",
        "y": "category",
    }
    assert facts.samples == 3


def test_a_header_in_the_spec(project: Path) -> None:
    (project / "a.csv").write_text("1, a\n2, b\n3, a\n4, b\n")
    facts = described("{csv: {path: a.csv, names: [x, y]}, target: y}", project)
    assert (facts.samples, facts.targets[0].names) == (4, ("a", "b"))


@pytest.mark.parametrize(
    ("values", "kind", "target"),
    [
        (["1", "2.5", None, "-3e-2", ".5"], "number", "number"),
        (["0", "1", "0", "1"], "number", "classes"),
        (["-1", "1.0"], "number", "classes"),
        (["1", "2"], "number", "number"),
        (["1", "2", "3"] * 10, "number", "classes"),
        (["1", "2", "3.5"] * 10, "number", "number"),
        ([str(i % 21) for i in range(1000)], "number", "number"),
        ([str(i % 20) for i in range(1000)], "number", "classes"),
        (["True", "False", None], "category", "classes"),
        (["1", "2", "many"], "category", "classes"),
    ],
)
def test_kinds(values: list[str | None], kind: str, target: str) -> None:
    assert kind_of(values) == kind
    assert target_kind_of(values) == target


@pytest.mark.parametrize("text", ["1_000", "nan", "inf", "1e999", "0x10", "", "1,5", "\u0661", " 1", "1e", "."])
def test_not_a_number(text: str) -> None:
    assert not is_number(text)


def test_overrides(project: Path) -> None:
    rows = "".join(f"{i % 3},{i % 5},{i % 4}\n" for i in range(60))
    (project / "a.csv").write_text("q,m,z\n" + rows)
    assert described("{csv: a.csv, target: q}", project).targets[0].names == ("0", "1", "2")
    facts = described("{csv: a.csv, target: q, columns: {q: number, m: category, z: {number: none}}}", project)
    assert facts.targets[0].kind == "number"
    assert (facts.columns["m"].kind, facts.columns["z"].scaled) == ("category", False)
    assert facts.inputs["input"].shape == (5 + 1,)


def test_table() -> None:
    facts = described(
        "{table: [{a: 0, b: yes, y: 1}, {a: 1, b: true, y: 0}, {a: 2, y: 0}], target: y, split: {test: 0}}"
    )
    assert (facts.source, facts.samples, facts.targets[0].names) == ("table", 3, ("0", "1"))
    assert (facts.columns["a"].scaled, facts.columns["b"].kind) == (False, "boolean")


def test_describing_imports_no_numpy(project: Path) -> None:
    write_penguins(project)
    code = (
        "import sys; from pathlib import Path; from tests.data import light; "
        f"light.describe_all(Path({str(project)!r})); "
        "print([name for name in ('numpy', 'sklearn', 'keras', 'tensorflow', 'pandas') if name in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("text", "target", "kind", "classes"),
    [
        ("dataset: sines", "band", "classes", 3),
        ("dataset: {sines: {task: forecast}}", "next", "number", None),
        ("{dataset: {sines: {classes: 5}}, target: band}", "band", "classes", 5),
        ("dataset: cifar100", "label", "classes", 100),
        ("dataset: {cifar100: coarse}", "label", "classes", 20),
        ("dataset: {imdb: {num_words: null}}", "sentiment", "classes", 2),
        ("{dataset: {spirals: {classes: 4}}, target: spiral}", "spiral", "classes", 4),
    ],
)
def test_targets_of_sets(text: str, target: str, kind: str, classes: int | None) -> None:
    (found,) = described(text).targets
    assert (found.name, found.kind, found.classes) == (target, kind, classes)


def test_sets_take_the_arguments_of_the_catalog() -> None:
    catalog = load()
    assert set(SETS) == set(catalog.names("dataset"))
    for name, (settings, _) in SETS.items():
        facts = catalog.find("dataset", name)
        assert facts is not None
        assert {key: argument.default for key, argument in facts.arguments.items()} == {
            key: setting.default for key, setting in settings.items()
        }, name
