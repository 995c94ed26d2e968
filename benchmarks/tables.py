"""Real tables from short specs: `python benchmarks/tables.py FOLDER`, where FOLDER holds penguins.csv and titanic.csv.

Trains each spec with several seeds, so that split and initial weights differ; prints the test accuracies as Markdown.
"""

import statistics
import sys
import tempfile
from pathlib import Path

import specc

SPECS = {
    "penguins": """\
spec: 1
data: {csv: penguins.csv, target: species}
model: [{Dense: {units: 32, activation: relu}}, Output]
training: {epochs: 50, batch_size: 16}
""",
    "titanic": """\
spec: 1
data: {csv: titanic.csv, target: survived, drop: [alive, class, embark_town, deck]}
model: [{Dense: {units: 32, activation: relu}}, {Dropout: 0.3}, Output]
training: {epochs: 40}
""",
}
SEEDS = range(5)


def main() -> None:
    """Print one row per table."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1]).resolve()
    print("| table | lines of spec | test accuracy, 5 seeds | median |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for name, text in SPECS.items():
            spec = Path(place) / f"{name}.yaml"
            spec.write_text(text)
            (Path(place) / f"{name}.csv").write_bytes((folder / f"{name}.csv").read_bytes())
            found = [accuracy(spec, seed) for seed in SEEDS]
            shown = ", ".join(f"{value:.3f}" for value in found)
            print(f"| {name} | {len(text.splitlines())} | {shown} | {statistics.median(found):.3f} |", flush=True)


def accuracy(spec: Path, seed: int) -> float:
    """The accuracy on the test split."""
    outcome = specc.train(spec, sets={"runtime.seed": str(seed), "report": "false"})
    return outcome.metrics["test"]["accuracy"]


if __name__ == "__main__":
    main()
