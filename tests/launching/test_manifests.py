"""Job files: what they say, and that no spec, however it is called, changes what they mean."""

import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from specc.launching import kubernetes_manifest, placed, slurm_script
from tests.conftest import Golden

EXPECTED = Path(__file__).parent / "expected"
OPTIONS = ("--set=training.epochs=5", "--var=note=it's $(date) & `id`", "--resume=old", "--root=/home/me/project")
NAMES = [
    "digits-cnn",
    "Träge Netze",
    "#!/bin/sh",
    "a\n#SBATCH --exclusive",
    "yes",
    "1e3",
    "-rf",
    "'\"`$(id)`;&|<>*?[]{}~\\",
    "x" * 200,
    "",
]


def test_kubernetes(golden: Golden) -> None:
    job = placed("digits-cnn", Path("/p/specs/digits-cnn.yaml"), Path("/p"), OPTIONS, 4)
    golden(EXPECTED / "kubernetes.yaml", kubernetes_manifest(job))


def test_slurm(golden: Golden) -> None:
    job = placed("digits-cnn", Path("/p/specs/digits-cnn.yaml"), Path("/p"), OPTIONS, 4)
    golden(EXPECTED / "slurm.sh", slurm_script(job))


@pytest.mark.parametrize("name", NAMES)
def test_names_are_safe_in_kubernetes(name: str) -> None:
    file = f"{name.replace('/', '_')}.yaml"
    manifest = yaml.safe_load(kubernetes_manifest(placed(name, Path("/p") / file, Path("/p"), (), 2)))
    called = manifest["metadata"]["name"]
    assert isinstance(called, str)
    assert 0 < len(called) <= 45
    assert called.replace("-", "").isalnum()
    assert called.isascii()
    assert called[0].isalpha()
    assert called[-1] != "-"
    (container,) = manifest["spec"]["tfReplicaSpecs"]["Worker"]["template"]["spec"]["containers"]
    path = (f"./{file}" if file.startswith("-") else file).replace("$", "$$")
    assert container["command"] == ["specc", "train", path, "--resume=auto"]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_safe_in_slurm(name: str, tmp_path: Path) -> None:
    file = f"{name.replace('/', '_')[:100]}.yaml"
    text = slurm_script(placed(name, Path("/p") / file, Path("/p"), (), 2))
    head = text.partition("set -eu")[0]
    assert all(line.startswith("#") or not line for line in head.splitlines())
    assert "--exclusive" not in head
    fake = tmp_path / "srun"
    fake.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n')
    fake.chmod(0o755)
    done = subprocess.run(
        ["bash", "-c", text], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, check=True
    )
    words = done.stdout.decode().split("\0")[:-1]
    path = f"./{file}" if file.startswith("-") else file
    assert words[3:] == ["specc", "train", path, "--resume=auto"]


def test_the_options_are_quoted() -> None:
    job = placed("a", Path("/p/a.yaml"), Path("/p"), OPTIONS, 2)
    assert job.command == ("specc", "train", "a.yaml", *OPTIONS[:2], "--root=.", "--resume=auto")
    assert shlex.join(job.command) in slurm_script(job)
