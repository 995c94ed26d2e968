"""Try to make the checker fail: specs made up, and the gallery, the corpus and the docs with something changed.

    python benchmarks/fuzz.py --runs 100000 [--seed 0] [--jobs 2] [--guided] [--found FOLDER]

No spec may raise, take a second of processor time, or need more memory than the limit; all its findings must have known
codes, lie inside their files, differ from each other, come out the same twice, and be rendered in every format. What
breaks this is made as small as possible and written into the folder of finds; the command then ends with 1. Runs are
numbered: run 17 of seed 0 is the same spec everywhere. With `--guided`, atheris changes specs in the direction of code
that was not run before (`pip install atheris`).
"""

import argparse
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeAlias, TypeVar
from xml.etree import ElementTree as ET

from random_specs import Grammar, change_bytes, change_lines, change_values, crowded, written

from specc.catalog import load_schema
from specc.check import Checked, check
from specc.codes import CODES
from specc.diagnostics import Finding, Span
from specc.language.overrides import Overrides
from specc.language.read import read_text
from specc.language.source import LINE_BREAK
from specc.language.tree import plain
from specc.rendering import Format, render

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 1.0  # of processor time for one spec
MEMORY = 1024**3  # bytes of address space
T = TypeVar("T")
Pairs: TypeAlias = tuple[tuple[str, str], ...]
MESSAGE = 1000  # characters of a message, beyond which nobody reads it
FENCE = re.compile(r"^```(?P<language>\w*)(?P<options>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r"title=(\S+)")
TABLE = b"a,b,kind,y\n1,2.5,red,0\n2,,blue,1\n3,1e3,red,0\n4,7,green,1\n5,1,blue,0\n6,2,red,1\n"
OVERRIDES = (
    ("training.epochs", "0"), ("model.0", "Dense"), ("data", "{dataset: iris}"), ("vars.width", "7"), ("a.b.c", "1"),
    ("model.99", "1"), ("training.loss", "[*a]"),
    ("x", "\t{"), ("training", ""), ("model", "[&a [*a]]"), ("name", "a\n b"),
    ("training..epochs", "1"),
)  # fmt: skip
VARIABLES = (
    ("width", "7"),
    ("rate", "banana"),
    ("nothing", "1"),
    ("width", "[1, 2]"),
    ("rate", "$(1/0)"),
    ("width", "\x00"),
)


class Seed(NamedTuple):
    """A spec to start from; `value` is None where the text cannot be read."""

    text: bytes
    value: Any


class Case(NamedTuple):
    """One run: a spec, and what the command line changes in it."""

    kind: str
    text: bytes
    json: bool = False
    sets: Pairs = ()
    variables: Pairs = ()


class BrokenError(Exception):
    """A promise of the checker does not hold. `promise` is the same for the same fault."""

    def __init__(self, promise: str, details: str = "") -> None:
        super().__init__(f"{promise}\n{details}".rstrip())
        self.promise = promise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--found", type=Path, default=ROOT / "build" / "fuzz", help="where failing specs are written")
    parser.add_argument("--guided", action="store_true", help="let atheris change specs")
    options = parser.parse_args()
    if options.guided:
        return guided(options.runs, options.seed, options.found)
    if options.jobs > 1:
        return in_parallel(options.runs, options.seed, options.jobs, options.found)
    return one_job(range(options.first, options.first + options.runs), options.seed, options.found)


def in_parallel(runs: int, seed: int, jobs: int, found: Path) -> int:
    """Divide the runs among processes, each of which hashes texts differently: the order of findings must not."""
    share = -(-runs // jobs)
    starts = range(0, runs, share)
    command = [sys.executable, __file__, "--seed", str(seed), "--found", str(found)]
    jobs_ = [
        subprocess.Popen(
            [*command, "--first", str(start), "--runs", str(min(share, runs - start))],
            env=os.environ | {"PYTHONHASHSEED": str(number + 1)},
        )
        for number, start in enumerate(starts)
    ]
    return max([job.wait() for job in jobs_])


def one_job(numbers: range, seed: int, found: Path) -> int:
    started, used = time.perf_counter(), time.process_time()
    kinds: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    broken: dict[str, int] = {}
    slowest = (0.0, 0)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        seeds = seeds_in(project)
        grammar = Grammar(load_schema("spec-v1"), Random(0))  # noqa: S311  nothing secret
        try_case(Case("warm up", seeds[0].text), project)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
        for number in numbers:
            case = case_of(number, seed, seeds, grammar)
            kinds[case.kind] += 1
            try:
                findings, seconds = try_case(case, project)
            except BrokenError as problem:
                if problem.promise not in broken:
                    print(f"run {number} ({case.kind}): {problem}", flush=True)
                    keep(smallest(case, problem.promise, project), problem, number, found)
                broken[problem.promise] = broken.get(problem.promise, 0) + 1
                continue
            slowest = max(slowest, (seconds, number))
            codes.update(finding.code for finding in findings)
            digest.update(repr([(f.code, f.span[1:], f.message) for f in findings]).encode("utf-8", "backslashreplace"))
            if (number + 1) % 10_000 == 0:
                print(f"{number + 1 - numbers.start} runs, {len(broken)} broken promises", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for promise, times in broken.items():
        print(f"{times} times: {promise}")
    print("runs: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    print(f"codes seen: {len(codes)}, findings: {codes.total()}, digest {digest.hexdigest()[:16]}")
    print(
        f"{len(numbers)} specs of seed {seed}: {len(broken)} broken promises; slowest {slowest[0]:.2f} s (run "
        f"{slowest[1]}), {memory:.0f} MiB, {time.process_time() - used:.0f} s of processor time in "
        f"{time.perf_counter() - started:.0f} s"
    )
    return 1 if broken else 0


def seeds_in(project: Path) -> list[Seed]:
    """The specs of gallery, corpus and docs. Data files that they name are written into `project`."""
    (project / "specc.toml").touch()
    (project / "data.csv").write_bytes(TABLE)
    texts = [path.read_bytes() for path in sorted((ROOT / "specs").glob("*.yaml"))]
    corpus = ROOT / "tests" / "corpus"
    for path in sorted(path for path in corpus.rglob("*") if path.is_file()):
        if path.suffix in {".yaml", ".json"}:
            texts.append(path.read_bytes())
        elif path.suffix in {".csv", ".tsv"}:
            (project / path.name).write_bytes(path.read_bytes())
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        texts += _of_page(page.read_text(encoding="utf-8"), project)
    return [_seed(text) for text in texts if len(text) < 20_000]


def _of_page(page: str, project: Path) -> Iterator[bytes]:
    for fence in FENCE.finditer(page):
        title = TITLE.search(fence["options"])
        if title and fence["language"] != "yaml":
            path = project / title[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(fence["text"], encoding="utf-8")
        elif fence["language"] == "yaml" and "spec: 1" in fence["text"]:
            yield fence["text"].encode()


def _seed(text: bytes) -> Seed:
    try:
        tree, _ = _guarded("reading", lambda: read_text(text.decode(errors="replace"), "seed"))
    except BrokenError as problem:
        print(problem, flush=True)
        return Seed(text, None)
    return Seed(text, None if tree is None else plain(tree))


def case_of(number: int, seed: int, seeds: list[Seed], grammar: Grammar) -> Case:
    """Run `number` of `seed`."""
    chance = Random(f"{seed} {number}")  # noqa: S311  nothing secret
    grammar = grammar._replace(chance=chance)
    start, donor = chance.choice(seeds), chance.choice(seeds)
    sets = (chance.choice(OVERRIDES),) if chance.random() < 0.03 else ()
    variables = (chance.choice(VARIABLES),) if chance.random() < 0.03 else ()
    kind = chance.choice(
        ("made", "layers", "layers", "composed", "composed", "values", "values", "values", "lines", "bytes")
    )
    if chance.random() < 0.005:
        kind, text = "crowded", written(crowded(chance), chance)
    elif kind == "made":
        text = written(grammar.spec(), chance)
    elif kind == "layers":
        text = written(grammar.layers(), chance)
    elif kind == "composed":
        text = written(grammar.composed(), chance)
    elif kind == "values" and start.value is not None:
        text = written(change_values(start.value, donor.value, grammar), chance)
    elif kind == "lines":
        text = change_lines(start.text, donor.text, chance)
    else:
        kind, text = "bytes", change_bytes(start.text, donor.text, chance)
    return Case(kind, text, text[:1] in b"{[" and chance.random() < 0.7, sets, variables)


def try_case(case: Case, project: Path) -> tuple[tuple[Finding, ...], float]:
    """Its findings and how long they took, in seconds of processor time.

    Raises:
        BrokenError: a promise is broken.

    """
    started = time.process_time()
    checked = _checked(case, project)
    seconds = time.process_time() - started
    if seconds >= SECONDS:
        raise BrokenError("a check takes more than a second", f"{seconds:.2f} s")
    _promises(checked, project)
    if _checked(case, project).findings != checked.findings:
        raise BrokenError("the findings are not the same again")
    return checked.findings, seconds


def _checked(case: Case, project: Path) -> Checked:
    path = project / ("spec.json" if case.json else "spec.yaml")
    return _guarded("checking", lambda: check(path, Overrides(case.sets, case.variables), project, content=case.text))


def _guarded(doing: str, work: Callable[[], T]) -> T:
    """What `work` gives; an exception in it becomes a broken promise, named by where it was raised."""
    try:
        return work()
    except Exception as problem:  # noqa: BLE001  any exception is a fault found
        last = traceback.extract_tb(problem.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        raise BrokenError(f"{doing} raises {type(problem).__name__} at {where}", traceback.format_exc()) from None


def _promises(checked: Checked, project: Path) -> None:
    lines = {source.path: LINE_BREAK.split(source.text) for source in checked.sources}
    seen = set()
    for finding in checked.findings:
        shown = f"{finding.code} at {finding.span}: {finding.message}"
        if finding.code not in CODES:
            raise BrokenError(f"`{finding.code}` is no code", shown)
        if not finding.message or len(finding.message) + len(finding.help) > MESSAGE:
            raise BrokenError(f"the message of {finding.code} is empty or too long", shown)
        if (finding.code, finding.span, finding.message) in seen:
            raise BrokenError(f"{finding.code} is reported twice", shown)
        seen.add((finding.code, finding.span, finding.message))
        for span in (finding.span, *(label.span for label in finding.labels)):
            if not _inside(span, lines, project):
                raise BrokenError(f"a span of {finding.code} is outside its file", f"{span}\n{shown}")
    for form in Format:
        _guarded(f"rendering as {form}", lambda form=form: _well_formed(form, checked))  # type: ignore[misc]


def _inside(span: Span, lines: dict[str, list[str]], project: Path) -> bool:
    if span.path not in lines:
        path = project / span.path
        if not path.is_file():
            return False
        lines[span.path] = LINE_BREAK.split(path.read_text(encoding="utf-8", errors="replace"))
    text = lines[span.path]
    return (
        1 <= span.line <= span.end_line <= len(text)
        and (span.line, span.column) <= (span.end_line, span.end_column)
        and 1 <= span.column <= len(text[span.line - 1]) + 1
        and 1 <= span.end_column <= len(text[span.end_line - 1]) + 1
    )


def _well_formed(form: Format, checked: Checked) -> None:
    text = render(checked.findings, checked.sources, form, colour=form is Format.TEXT)
    text.encode()
    match form:
        case Format.JSON | Format.GITLAB | Format.SARIF | Format.RDJSON:
            json.loads(text)
        case Format.JSONL | Format.CONCISE | Format.GITHUB:
            if text.count("\n") != len(checked.findings):
                raise ValueError("not one line for each finding")
        case Format.JUNIT:
            ET.fromstring(text)  # noqa: S314  our own


def smallest(case: Case, promise: str, project: Path) -> Case:
    """The case without the lines, then the characters, that it can lose and still break the same promise."""
    budget = [400]
    for separator in (b"\n", b""):
        pieces = case.text.split(separator) if separator else [bytes([byte]) for byte in case.text]
        step = max(len(pieces) // 2, 1)
        while step and budget[0]:
            at = 0
            while at < len(pieces) and budget[0]:
                less = case._replace(text=separator.join(pieces[:at] + pieces[at + step :]))
                budget[0] -= 1
                if _breaks(less, promise, project):
                    case = less
                    pieces[at : at + step] = []
                else:
                    at += step
            step //= 2
    return case


def _breaks(case: Case, promise: str, project: Path) -> bool:
    try:
        try_case(case, project)
    except BrokenError as problem:
        return problem.promise == promise
    return False


def keep(case: Case, problem: BrokenError, number: int, found: Path) -> None:
    """Write the spec, and beside it what it breaks and how to see that again."""
    found.mkdir(parents=True, exist_ok=True)
    path = found / f"{number}.{'json' if case.json else 'yaml'}"
    path.write_bytes(case.text)
    options = f"--set {case.sets} --var {case.variables}\n" if case.sets or case.variables else ""
    path.with_suffix(".txt").write_text(f"{problem}\n{options}", encoding="utf-8")
    print(f"  smallest such spec: {path}", flush=True)


def guided(runs: int, seed: int, found: Path) -> int:
    """Runs whose changes atheris chooses by the code that they reach."""
    try:
        import atheris  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        print("--guided needs atheris: pip install atheris", file=sys.stderr)
        return 2
    for name, module in list(sys.modules.items()):
        if name.startswith("specc.") and not name.endswith(".catalog"):
            for attribute, value in list(vars(module).items()):
                if callable(value) and getattr(value, "__module__", "") == name and hasattr(value, "__code__"):
                    setattr(module, attribute, atheris.instrument_func(value))
    folder = tempfile.mkdtemp()
    project, texts = Path(folder) / "project", Path(folder) / "texts"
    project.mkdir()
    texts.mkdir()
    for number, start in enumerate(seeds_in(project)):
        (texts / f"{number}").write_bytes(start.text)

    def one_input(data: bytes) -> None:
        case = Case("guided", data, data[:1] == b"{")
        try:
            try_case(case, project)
        except BrokenError as problem:
            keep(smallest(case, problem.promise, project), problem, zlib_number(data), found)
            raise

    atheris.Setup([sys.argv[0], f"-runs={runs}", f"-seed={seed + 1}", "-max_len=4096", str(texts)], one_input)
    atheris.Fuzz()
    return 0


def zlib_number(data: bytes) -> int:
    return int(hashlib.sha256(data).hexdigest()[:8], 16)


if __name__ == "__main__":
    sys.exit(main())
