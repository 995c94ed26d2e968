"""How fast specc trains: as a whole process against a script written by hand with Keras, on the same files.

    python benchmarks/engine.py [--adult adult-train.csv] [--only CASE …] [--rounds 3] [--markdown]
    python benchmarks/engine.py --equal

Each case is a spec and a script in `benchmarks/engine/`. The script feeds arrays to `fit`, or with `tf.data` a pipeline
that is cached, shuffled, batched and prefetched. All three train for five epochs in one process each, turn and turn
about, and medians over the rounds are told:

- `epoch`, the epochs after the first, their validation included;
- `first`, all that fitting takes beside those: tracing, compiling, choosing, the first epoch;
- `process`, the whole: of specc from its start to the saved model and the report, of the scripts all but the saving;
- `peak`, the most memory that was resident at once, and the training loss of the last epoch.

A ratio is how many times shorter than that of the script with arrays an epoch is. `WANTED` has the bounds; what misses
one is marked, and the program ends with 1. `--equal` compares losses instead: from the same initial weights, and in the
same order, those of specc and of the script may differ by 1e-5 at most.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from processes import Finished, finished, machine, numbers

HERE = Path(__file__).resolve().parent / "engine"
WANTED = {
    "small-mlp": 10.0,
    "wide-mlp": 2.0,
    "small-cnn": 1.7,
    "residual-cnn": 1.05,
    "lstm": 1.5,
    "transformer": 1.05,
    "adult": 1.05,
}
"""The cases, and how many times shorter than that of the script with arrays an epoch of specc is to be."""
MOST_SECONDS_MORE, MOST_MEMORY, LEAST_OF_PIPELINE = 1.5, 1.15, 1.0
"""Seconds of a process and memory, both against the script with arrays; an epoch's ratio against `tf.data`."""
EQUAL_SEED, EQUAL_EPOCHS, EQUAL_WITHIN = 11, 3, 1e-5

SCRIPT, PIPELINE, SPECC = WHO = ("Keras, arrays", "Keras, tf.data", "specc")


class Took(NamedTuple):
    """What one process took, or the medians over several."""

    epoch_s: float
    first_s: float
    process_s: float
    peak_mib: float
    loss: float


class Line(NamedTuple):
    """A line of the table, and in words what it misses."""

    case: str
    who: str
    took: Took
    ratio: float
    misses: tuple[str, ...]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adult", type=Path, metavar="FILE", help="the real data of `adult`; else a stand-in is made")
    parser.add_argument("--only", nargs="+", choices=list(WANTED), default=list(WANTED), metavar="CASE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown, with the machine")
    parser.add_argument("--equal", action="store_true", help="compare losses instead of times")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _lay_out(folder, options.adult)
        if options.equal:
            return _print_differences(options.only, folder)
        lines = []
        for case in options.only:
            lines += _lines(case, _measured(case, folder, options.rounds))
            if not options.markdown:
                print("\n".join(_plain(lines[-len(WHO) :])), flush=True)
    if options.markdown:
        print("\n".join(_markdown(lines, options.rounds)))
    return int(any(line.misses for line in lines))


def _lay_out(folder: Path, adult: Path | None) -> None:
    """Everything that the processes read."""
    (folder / "specc.toml").touch()
    for spec in HERE.glob("*.yaml"):
        shutil.copy(spec, folder)
    given = ["--adult", str(adult.resolve())] if adult else []
    finished([sys.executable, str(HERE / "make_data.py"), str(folder), *given])


def _measured(case: str, folder: Path, rounds: int) -> dict[str, Took]:
    """The medians of each contestant."""
    by_hand = _script(case, folder)
    commands = {SCRIPT: by_hand, PIPELINE: [*by_hand, "--tf-data"], SPECC: _specc(case)}
    taken: dict[str, list[Took]] = {who: [] for who in WHO}
    for _ in range(rounds):
        for who, command in commands.items():
            process = _finished(command, folder)
            taken[who].append(_by_specc(process, folder) if who == SPECC else _by_hand(process))
    return {who: Took(*(median(column) for column in zip(*each, strict=True))) for who, each in taken.items()}


def _script(case: str, folder: Path) -> list[str]:
    return [sys.executable, str(HERE / f"{case.replace('-', '_')}.py"), str(folder)]


def _specc(case: str) -> list[str]:
    return [sys.executable, "-m", "specc", "train", f"{case}.yaml", "--json", "--quiet"]


def _finished(command: Sequence[str], folder: Path) -> Finished:
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "SPECC_CACHE": str(folder / "cache")}
    return finished(command, folder, environment)


def _by_hand(process: Finished) -> Took:
    told = process.record
    _, *later = told["epochs"]
    first, seconds = told["fit"] - sum(later), process.seconds - told["saving"]
    return Took(median(later), first, seconds, process.peak_mib, told["history"]["loss"][-1])


def _by_specc(process: Finished, folder: Path) -> Took:
    run = folder / process.record["run"]
    history = numbers(run / "history.csv")
    _, *later = history["seconds"]
    fit = json.loads((run / "run.json").read_text(encoding="utf-8"))["seconds"]["fit"]
    return Took(median(later), fit - sum(later), process.seconds, process.peak_mib, history["loss"][-1])


def _lines(case: str, measured: Mapping[str, Took]) -> list[Line]:
    """The three lines of a case."""
    arrays, misses = measured[SCRIPT], tuple(_misses(case, measured))
    return [
        Line(case, who, took, arrays.epoch_s / took.epoch_s, misses if who == SPECC else ())
        for who, took in measured.items()
    ]


def _misses(case: str, measured: Mapping[str, Took]) -> Iterator[str]:
    """In words, each bound that specc misses."""
    arrays, pipeline, specc = (measured[who] for who in WHO)
    if arrays.epoch_s / specc.epoch_s < WANTED[case]:
        yield f"epoch: {WANTED[case]:g} times shorter wanted"
    if pipeline.epoch_s / specc.epoch_s < LEAST_OF_PIPELINE:
        yield "epoch: longer than with tf.data"
    if specc.process_s > arrays.process_s + MOST_SECONDS_MORE:
        yield f"process: at most {MOST_SECONDS_MORE} s more wanted, {specc.process_s - arrays.process_s:.1f} s taken"
    if specc.peak_mib > arrays.peak_mib * MOST_MEMORY:
        yield f"peak: at most {MOST_MEMORY} times wanted, {specc.peak_mib / arrays.peak_mib:.2f} times taken"


def _plain(lines: Sequence[Line]) -> list[str]:
    header = (
        f"{lines[0].case:15} {'epoch ms':>9} {'ratio':>6} {'first s':>8} {'process s':>10} {'peak MiB':>9} {'loss':>8}"
    )
    return [
        header,
        *(
            f"  {line.who:13} {line.took.epoch_s * 1000:9,.1f} {line.ratio:6.2f} {line.took.first_s:8.2f} "
            f"{line.took.process_s:10.1f} {line.took.peak_mib:9,.0f} {line.took.loss:8.4f}"
            for line in lines
        ),
        *(f"  <-- {missed}" for line in lines for missed in line.misses),
    ]


def _markdown(lines: Sequence[Line], rounds: int) -> list[str]:
    """A row for each case; of each figure that of the script with arrays, with `tf.data`, and that of specc."""
    cases = [lines[first : first + len(WHO)] for first in range(0, len(lines), len(WHO))]
    return [
        f"From left to right: {'; '.join(WHO)}.",
        "",
        "| network | epoch, ms | times as fast | first epoch, s | process, s | peak, MiB | last loss |",
        "|---|---|---|---|---|---|---|",
        *(
            " | ".join(
                [
                    f"| {case[0].case}",
                    " / ".join(f"{line.took.epoch_s * 1000:,.0f}" for line in case),
                    " / ".join(f"{line.ratio:.2f}" for line in case),
                    " / ".join(f"{line.took.first_s:.1f}" for line in case),
                    " / ".join(f"{line.took.process_s:.1f}" for line in case),
                    " / ".join(f"{line.took.peak_mib:,.0f}" for line in case),
                    " / ".join(f"{line.took.loss:.3f}" for line in case) + " |",
                ]
            )
            for case in cases
        ),
        "",
        *(f"- not as wanted: {line.case}, {missed}" for line in lines for missed in line.misses),
        f"Measured on {machine()}; medians of {rounds} rounds.",
    ]


def _print_differences(cases: Sequence[str], folder: Path) -> int:
    """A line for each case; 1 if one differs by too much."""
    missed = False
    for case in cases:
        found = _differences(case, folder)
        equal = all(difference <= EQUAL_WITHIN for difference in found.values())  # which no NaN is
        missed |= not equal
        mark = "" if equal else f"  <-- at most {EQUAL_WITHIN:g} wanted"
        told = "  ".join(f"{name} {difference:.1e}" for name, difference in found.items())
        print(f"{case:13} largest difference over {EQUAL_EPOCHS} epochs: {told}{mark}", flush=True)
    return int(missed)


def _differences(case: str, folder: Path) -> dict[str, float]:
    """The largest difference of any epoch, for the loss of either split."""
    sets = [f"training.epochs={EQUAL_EPOCHS}", f"runtime.seed={EQUAL_SEED}", "report=false"]
    by_specc = _finished([*_specc(case), *(f"--set={each}" for each in sets)], folder)
    run = folder / by_specc.record["run"]
    history = numbers(run / "history.csv")
    engine = json.loads((run / "run.json").read_text(encoding="utf-8")).get("engine", {})
    in_order = ["--epochs", str(EQUAL_EPOCHS), "--in-order-of", str(EQUAL_SEED)]
    in_order += ["--xla"] if engine.get("xla") else []  # by the same seed it draws other numbers, for dropout too
    reference = _finished([*_script(case, folder), *in_order], folder).record["history"]
    return {
        name: max(abs(ours - theirs) for ours, theirs in zip(history[name], reference[name], strict=True))
        for name in ("loss", "val_loss")
    }


if __name__ == "__main__":
    sys.exit(main())
