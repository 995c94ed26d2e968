"""Exact resume: a run that is killed at a random moment and resumed ends in the bits of one that nobody disturbed.

    python benchmarks/resume.py [--kills 20] [--seed 0] [--folder FOLDER]
    python benchmarks/resume.py --full-disk       # as root, who may mount a small tmpfs

Trains a network with dropout, augmentation, batch normalization, averaged weights, a rate that falls on plateaus and
early stopping: once undisturbed, then in a process that gets SIGKILL at a moment drawn evenly from the time between
the making of the run's directory and the end, and is taken up by `specc train --resume`. History (but for the seconds),
metrics, predictions, the model and the newest checkpoint have to be equal, bit for bit.

With `--full-disk` the run lies on a tmpfs of a few megabytes that is filled up while it trains, so that the next
checkpoint finds room for its half. What was saved before has to be there, and once there is room again the resumed run
has to end in the same bits.
"""

import argparse
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import NamedTuple

NAME, BATCH, EVERY_STEPS = "resumed", 32, 5
SPEC = f"""\
spec: 1
name: {NAME}
data: {{dataset: digits}}
model:
  - Rescaling: 0.0625
  - RandomTranslation: {{height_factor: 0.1, width_factor: 0.1}}
  - Conv2D: {{filters: 16, kernel_size: 3, padding: same, use_bias: false}}
  - BatchNormalization
  - ReLU
  - MaxPooling2D
  - Flatten
  - Dropout: 0.3
  - Dense: {{units: 32, activation: relu}}
  - Output
training:
  optimizer: {{Adam: {{learning_rate: 0.01, use_ema: true, ema_momentum: 0.95}}}}
  batch_size: {BATCH}
  epochs: 40
  callbacks:
    - ReduceLROnPlateau: {{monitor: val_loss, factor: 0.5, patience: 1}}
    - EarlyStopping: {{monitor: val_loss, patience: 4, restore_best_weights: true}}
runtime: {{seed: 5, checkpoint: {{steps: {EVERY_STEPS}, keep: 2}}}}
"""
LOOK_EVERY_S, LONGEST_S = 0.01, 900.0
TMPFS_MIB = 24
"""Room for a whole run, before the disk is filled."""


class Job(NamedTuple):
    """A process of specc that works in `folder`, where its output goes to files."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def complaint(self) -> str:
        """What it says on standard error."""
        return (self.folder / "stderr").read_text(encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--folder", type=Path, help="where to work, and to leave the runs")
    parser.add_argument("--full-disk", action="store_true", help="fill up the disk instead of killing")
    options = parser.parse_args()
    if options.full_disk and os.geteuid() != 0:
        print("--full-disk mounts a tmpfs, which only root may do", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        folder: Path = options.folder or Path(scratch)
        undisturbed, seconds = _undisturbed(folder / "undisturbed")
        _describe(undisturbed, seconds)
        if options.full_disk:
            return _fill_disk(folder / "full", undisturbed)
        return _kill(folder, undisturbed, seconds, options.kills, Random(options.seed))  # noqa: S311  moments


def _undisturbed(folder: Path) -> tuple[Path, float]:
    """The run that the others are held to, and the seconds between the making of its directory and its end."""
    job = _training(folder)
    run = _made(job)
    began = time.perf_counter()
    _end_well(job)
    return run, time.perf_counter() - began


def _describe(run: Path, seconds: float) -> None:
    """Say whether what is to be resumed has happened at all."""
    with (run / "history.csv").open(encoding="utf-8", newline="") as file:
        rates = [row["learning_rate"] for row in csv.DictReader(file)]
    stopped = json.loads((run / "run.json").read_text(encoding="utf-8"))["training"]["stopped"]
    print(
        f"undisturbed: {len(rates)} epochs, {len(set(rates))} rates, stopped by {stopped}, {seconds:.1f} s", flush=True
    )


def _kill(folder: Path, undisturbed: Path, seconds: float, kills: int, random: Random) -> int:
    """Kill and resume so many runs; 1 if one of them differs."""
    mid_epoch = failed = number = 0
    while number < kills:
        job = _training(folder / f"kill-{number + 1:02}")
        run, delay = _made(job), random.uniform(0, seconds)
        if not _killed(job, delay):  # it was faster than the undisturbed one
            shutil.rmtree(job.folder)
            seconds *= 0.95
            continue
        number += 1
        saved = checkpoints(run)
        within = bool(saved) and _is_mid_epoch(run, saved[-1])
        mid_epoch += within
        _end_well(_resuming(job.folder, run))
        found = differences(undisturbed, run)
        failed += bool(found)
        place = (f"{saved[-1].name}, " + ("within" if within else "between epochs")) if saved else "no checkpoint yet"
        print(f"kill {number:2} after {delay:6.2f} s, {place}: {_told(found)}", flush=True)
    print(f"{kills} kills, {mid_epoch} of them resumed within an epoch: {kills - failed} runs equal, {failed} not")
    return int(failed > 0)


def _killed(job: Job, delay_s: float) -> bool:
    """Kill a process after some seconds; False if it had ended by then."""
    try:
        job.process.wait(delay_s)
    except subprocess.TimeoutExpired:
        job.process.kill()
        job.process.wait()
        return True
    return False


def _is_mid_epoch(run: Path, checkpoint: Path) -> bool:
    """Whether a checkpoint stands within an epoch."""
    train = json.loads((run / "run.json").read_text(encoding="utf-8"))["data"]["split"]["train"]
    return steps(checkpoint) % -(-int(train) // BATCH) != 0


def checkpoints(run: Path) -> list[Path]:
    """The whole checkpoints of a run, oldest first; what is still being written aside is none."""
    return sorted((run / "checkpoints").glob("step-*.ckpt"))


def steps(checkpoint: Path) -> int:
    """After how many steps a checkpoint was made."""
    return int(checkpoint.stem.removeprefix("step-"))


def differences(run: Path, other: Path) -> list[str]:
    """What of two runs is not the same, bit for bit."""
    from specc.training.quiet import quiet_tensorflow

    quiet_tensorflow()
    from specc.runs import RunFolder, read
    from specc.training.comparing_runs import compare_runs, names_of_weights

    compared = compare_runs(RunFolder(run), RunFolder(other), names_of_weights(read(run)[0]))
    return [f"{each.file}: {each.words}" for each in compared if each.differences]


def _fill_disk(folder: Path, undisturbed: Path) -> int:
    """Fill the disk between two checkpoints, make room, resume; 1 if anything that was saved is lost."""
    with _small_disk(folder):
        job = _training(folder)
        run = _made(job)
        _wait(job, lambda: len(checkpoints(run)) > 1)
        job.process.send_signal(signal.SIGSTOP)  # so that it makes no room meanwhile
        before, ballast = checkpoints(run)[-1], folder / "ballast"
        ballast.write_bytes(bytes(max(0, shutil.disk_usage(folder).free - _size(before) // 2)))
        job.process.send_signal(signal.SIGCONT)
        code = job.process.wait(LONGEST_S)
        kept = checkpoints(run)
        lost = not kept or steps(kept[-1]) < steps(before)
        print(f"the disk is full: exit code {code}, checkpoints {', '.join(path.name for path in kept) or 'none'}")
        print("\n".join(f"  {line}" for line in job.complaint.splitlines()[-12:]))
        print(f"the newest before, {before.name}: {'lost' if lost else 'it or a newer one is there'}")
        ballast.unlink()
        _end_well(_resuming(folder, run))
        found = differences(undisturbed, run)
    print(f"resumed with room again: {_told(found)}")
    return int(lost or bool(found))


def _told(found: list[str]) -> str:
    return ", ".join([*found[:4], *([f"and {len(found) - 4} more"] if len(found) > 4 else [])]) or "equal"


def _size(path: Path) -> int:
    """Bytes of a file, or of the files of a folder."""
    return sum(file.stat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """Within, `folder` is a file system of its own of `TMPFS_MIB`."""
    mount, unmount = shutil.which("mount") or "mount", shutil.which("umount") or "umount"
    folder.mkdir(parents=True)
    subprocess.run([mount, "-t", "tmpfs", "-o", f"size={TMPFS_MIB}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run([unmount, str(folder)], check=True)


def _training(folder: Path) -> Job:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "specc.toml").touch()
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return _started(folder, "spec.yaml")


def _resuming(folder: Path, run: Path) -> Job:
    return _started(folder, "--resume", str(run))


def _started(folder: Path, *arguments: str) -> Job:
    command = [sys.executable, "-m", "specc", "train", *arguments, "--json", "--quiet"]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "SPECC_CACHE": str(folder / "cache")}
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        return Job(folder, subprocess.Popen(command, cwd=folder, stdout=stdout, stderr=stderr, env=environment))


def _made(job: Job) -> Path:
    """The directory of the only run in the folder, as soon as it is there."""
    pattern = f"runs/{NAME}/*/run.json"
    _wait(job, lambda: any(job.folder.glob(pattern)))
    return next(job.folder.glob(pattern)).parent


def _wait(job: Job, look: Callable[[], bool]) -> None:
    """Wait until `look` says so; ends the program if the process ends before."""
    until = time.perf_counter() + LONGEST_S
    while not look():
        if job.process.poll() is not None or time.perf_counter() > until:
            job.process.kill()
            raise SystemExit(f"{job.folder}: ended before its time\n{job.complaint}")
        time.sleep(LOOK_EVERY_S)


def _end_well(job: Job) -> None:
    """Wait for the end; ends the program if that is none."""
    if job.process.wait(LONGEST_S):
        raise SystemExit(f"{job.folder}: failed with {job.process.returncode}\n{job.complaint}")


if __name__ == "__main__":
    sys.exit(main())
