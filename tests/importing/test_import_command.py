"""`specc import` from outside: what it writes, and when it does not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing.configs import SOUND, Config, chain, input_layer, keras_file, layer, sequential
from tests.warm import Warm

FAULTY = chain(layer("Lambda", "mine"))
TEXT = "# Imported from {}\nspec: 1\nname: chain\nmodel:\n  inputs: {{x: [4]}}\n  layers: [{{Dense: 2}}]\n"


def specc(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "specc", *arguments], capture_output=True, text=True, check=False)


def write(name: str, config: Config, **members: bytes) -> None:
    if name.endswith(".json"):
        Path(name).write_text(json.dumps(config))
    else:
        keras_file(Path(name), config, **members)


def files() -> list[str]:
    return sorted(path.name for path in Path().iterdir() if path.name != "specc.toml")


def test_to_standard_output(project: Path) -> None:
    write("m.json", SOUND)
    done = specc("import", "m.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, TEXT.format("m.json"), "")


def test_to_a_file_with_weights(project: Path) -> None:
    write("m.keras", SOUND, **{"model.weights.h5": b"weights"})
    done = specc("import", "m.keras", "-o", "net.yaml", "--weights", "--name", "net")
    assert (done.returncode, done.stdout) == (0, "wrote net.yaml and net.weights.h5\n")
    text = TEXT.format("m.keras").replace("chain", "net").replace("  layers", "  weights: net.weights.h5\n  layers")
    assert Path("net.yaml").read_text() == text
    assert Path("net.weights.h5").read_bytes() == b"weights"
    assert files() == ["m.keras", "net.weights.h5", "net.yaml"]


def test_a_long_vocabulary_lies_beside_the_spec(project: Path) -> None:
    lookup = layer("StringLookup", "l", vocabulary=[f"w{number}" for number in range(2000)])
    write("m.json", sequential(input_layer("x", 1, dtype="string"), lookup))
    arguments = ["import", "m.json", "-o", "net.yaml"]
    done = specc(*arguments)
    assert (done.returncode, done.stdout) == (0, "wrote net.yaml and net.vocabulary.txt\n")
    assert "StringLookup: {vocabulary: net.vocabulary.txt}" in Path("net.yaml").read_text()
    assert Path("net.vocabulary.txt").read_text().splitlines()[::1999] == ["w0", "w1999"]
    Path("net.yaml").unlink()
    done = specc(*arguments)
    assert (done.returncode, files()) == (2, ["m.json", "net.vocabulary.txt"])
    assert "`net.vocabulary.txt` exists; --force overwrites it" in done.stderr


@pytest.mark.parametrize("existing", ["net.yaml", "net.weights.h5"])
def test_what_is_there_is_overwritten_by_force_alone(existing: str, project: Path) -> None:
    write("m.keras", SOUND, **{"model.weights.h5": b"weights"})
    Path(existing).write_text("mine")
    arguments = ["import", "m.keras", "-o", "net.yaml", "--weights"]
    done = specc(*arguments)
    assert done.returncode == 2
    assert f"`{existing}` exists; --force overwrites it" in done.stderr
    assert Path(existing).read_text() == "mine"
    assert specc(*arguments, "--force").returncode == 0
    assert Path(existing).read_text() != "mine"


@pytest.mark.parametrize(
    ("config", "more", "code"), [(FAULTY, [], "no-counterpart"), (SOUND, ["--weights"], "no-weights")]
)
def test_with_an_error_nothing_is_written(config: Config, more: list[str], code: str, project: Path) -> None:
    write("m.keras", config)
    done = specc("import", "m.keras", "-o", "net.yaml", *more)
    assert done.returncode == 1
    assert f"error[{code}]" in done.stderr
    assert files() == ["m.keras"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["m.json", "--weights"],
        ["m.json", "-o", "nowhere/net.yaml"],
        ["m.json", "--classes", "3"],
        ["keras.applications:VGG16", "--input-shape", "3"],
        ["keras.applications:VGG16", "--classes", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str], project: Path) -> None:
    write("m.json", SOUND)
    done = specc("import", *arguments)
    assert done.returncode == 2, done.stderr
    assert files() == ["m.json"]


@pytest.mark.train
def test_an_application(project: Path, warm: Warm) -> None:
    done = warm.specc("import", "keras.applications:MobileNet", "--input-shape", "64,64,3", "--classes", "7")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Imported from keras.applications:MobileNet\nspec: 1\n")
    assert "inputs: {input_layer: [64, 64, 3]}" in done.stdout


@pytest.mark.train
def test_what_an_application_does_not_take(project: Path, warm: Warm) -> None:
    done = warm.specc("import", "keras.applications:MobileNet", "--input-shape", "8,8,3")
    assert done.returncode == 1
    assert "error[keras-refuses]" in done.stderr
