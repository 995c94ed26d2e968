"""What this machine offers: versions, devices, memory, and what is missing, for `specc doctor`.

Reads the installed packages' metadata and the machine; `examine` gives a `Diagnosis`, `as_text` its lines for people
and `as_json` the same for programs. TensorFlow is imported only where it is installed, and in a process of its own: an
installation that crashes is then a line of the diagnosis. Nothing is installed, written or fetched.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

DEVICES_TIMEOUT_S = 180
PYTHON_RANGE = ">=3.11"
GIBIBYTE = 2**30


@dataclass(frozen=True, slots=True)
class Package:
    """A package that specc uses. `tested` is the range of versions it is tested with, `extra` what installs it."""

    name: str
    version: str | None
    tested: str
    extra: str

    @property
    def in_range(self) -> bool:
        """Whether a version is installed and it is one of those tested."""
        return self.version is not None and within(self.version, self.tested)


@dataclass(frozen=True, slots=True)
class Device:
    """A device as TensorFlow names it (`GPU:0`), with its type and the maker's name where TensorFlow tells it."""

    name: str
    type: str
    model: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Memory in bytes (None where the system does not tell), cores that this process may use, free disk in bytes."""

    platform: str
    cores: int
    memory: int | None
    runs: str
    runs_writable: bool
    disk_free: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps specc from working, or from working as tested, and what to do about it."""

    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that `specc doctor` knows. `seconds` is how long TensorFlow took to import and list its devices."""

    python: str
    specc: str
    packages: tuple[Package, ...]
    devices: tuple[Device, ...]
    seconds: float | None
    machine: Machine
    problems: tuple[Problem, ...]
    can_check: bool
    can_train: bool

    @property
    def ready(self) -> bool:
        """Whether everything works: checking and training."""
        return self.can_check and self.can_train


@dataclass(frozen=True, slots=True)
class DevicesFound:
    """What TensorFlow said: its devices, the seconds it took, and the last line of its complaint if it failed."""

    devices: tuple[Device, ...] = ()
    seconds: float | None = None
    failure: str | None = None


def examine(runs: Path = Path("runs")) -> Diagnosis:
    """Look at the installation and the machine. `runs` is the folder for runs; it need not exist."""
    packages = _packages()
    found = _devices() if _is_installed(packages, "tensorflow") else DevicesFound()
    machine = _machine(runs)
    complaints = (*_package_problems(packages), *_device_problems(found), *_machine_problems(machine))
    can_check = all(package.version for package in packages if not package.extra)
    everything = all(package.version for package in packages)
    return Diagnosis(
        python=platform.python_version(),
        specc=_version("specc") or "not installed",
        packages=packages,
        devices=found.devices,
        seconds=found.seconds,
        machine=machine,
        problems=complaints,
        can_check=can_check,
        can_train=everything and bool(found.devices) and machine.runs_writable,
    )


def as_text(diagnosis: Diagnosis) -> str:
    """The diagnosis as lines of text for people, without colours, ending in what to do."""
    machine = diagnosis.machine
    lines = [f"specc {diagnosis.specc}, Python {diagnosis.python}, {machine.platform}", ""]
    width = max((len(package.name) for package in diagnosis.packages), default=0)
    for title, extra in (("checking", ""), ("training", "train")):
        lines.append(f"{title}:")
        lines += [_package_line(p, width) for p in diagnosis.packages if p.extra == extra]
    lines.append("devices:")
    if diagnosis.devices:
        lines += [f"  {device.name}  {device.model}".rstrip() for device in diagnosis.devices]
        lines.append(f"  (TensorFlow took {diagnosis.seconds:.1f} s to start)")
    else:
        lines.append("  unknown, since TensorFlow does not run here")
    memory = "unknown" if machine.memory is None else f"{machine.memory / GIBIBYTE:.1f} GiB"
    state = "writable" if machine.runs_writable else "not writable"
    lines += [
        "machine:",
        f"  cores   {machine.cores}",
        f"  memory  {memory}",
        f"  runs    {machine.runs} ({state}, {machine.disk_free / GIBIBYTE:.1f} GiB free)",
        "",
    ]
    for problem in diagnosis.problems:
        lines += [f"problem: {problem.message}", f"  help: {problem.help}"]
    lines.append(_verdict(diagnosis))
    return "\n".join(lines)


def as_json(diagnosis: Diagnosis) -> str:
    """The diagnosis as a JSON object; each package also says whether its version is in the tested range."""
    data = asdict(diagnosis)
    data["packages"] = [asdict(package) | {"in_range": package.in_range} for package in diagnosis.packages]
    return json.dumps(data, indent=2, ensure_ascii=False)


def within(version: str, tested: str) -> bool:
    """Whether `version` is in a range such as `>=2.21,<2.22`. A suffix as in `2.21.0rc1` is ignored."""
    number = _release(version)
    for bound in filter(None, tested.split(",")):
        relation, limit = re.fullmatch(r"\s*([<>=!~]+)\s*(.*)", bound).groups()  # type: ignore[union-attr]
        edge = _release(limit)
        holds = {
            ">=": number >= edge,
            "<": number < edge,
            "<=": number <= edge,
            ">": number > edge,
            "==": number == edge,
        }
        if not holds.get(relation, True):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    """`2.21.0rc1` as (2, 21), so that 2.21 and 2.21.0 are equal."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    parts = [int(part) for part in numbers[0].split(".")] if numbers else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _packages() -> tuple[Package, ...]:
    """The packages that specc's own metadata asks for: those of the checker, then those of the extra `train`."""
    try:
        requirements = metadata.requires("specc") or []
    except metadata.PackageNotFoundError:
        return ()
    packages = []
    for requirement in requirements:
        wanted, _, marker = requirement.partition(";")
        parts = re.match(r"\s*([\w.-]+)\s*(.*?)\s*$", wanted)
        extra = re.search(r"extra\s*==\s*[\"'](\w+)[\"']", marker)
        if parts and (extra is None or extra[1] == "train"):
            name, tested = parts.groups()
            packages.append(Package(name, _version(name), _lower_first(tested), extra[1] if extra else ""))
    return tuple(sorted(packages, key=lambda package: package.extra))


def _lower_first(tested: str) -> str:
    """`<3,>=2` as `>=2,<3`: builders write the bounds in alphabetic order, people in numeric order."""
    return ",".join(sorted(tested.replace(" ", "").split(","), reverse=True))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _is_installed(packages: Iterable[Package], name: str) -> bool:
    return any(package.name == name and package.version for package in packages)


# Runs in a process of its own. TensorFlow writes to both streams while it starts, hence the mark before the answer.
LIST_DEVICES = """
import json, os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
found = []
for device in tf.config.list_physical_devices():
    details = tf.config.experimental.get_device_details(device) if device.device_type == "GPU" else {}
    found.append([device.name.removeprefix("/physical_device:"), device.device_type, details.get("device_name", "")])
print("devices=" + json.dumps(found))
"""


def _devices() -> DevicesFound:
    """TensorFlow's devices, or why it does not start."""
    started = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter on our own text)
            [sys.executable, "-c", LIST_DEVICES], capture_output=True, text=True, timeout=DEVICES_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return DevicesFound(failure=f"it did not start within {DEVICES_TIMEOUT_S} s")
    seconds = round(time.monotonic() - started, 1)
    answer = [line for line in done.stdout.splitlines() if line.startswith("devices=")]
    if done.returncode == 0 and answer:
        listed = json.loads(answer[-1].removeprefix("devices="))
        return DevicesFound(tuple(Device(*each) for each in listed), seconds)
    complaint = done.stderr.strip().splitlines()
    return DevicesFound(
        seconds=seconds, failure=complaint[-1] if complaint else f"its process ended with {done.returncode}"
    )


def _machine(runs: Path) -> Machine:
    folder = _nearest_folder(runs.absolute())
    return Machine(
        platform=platform.platform(terse=True),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory=_memory(),
        runs=str(runs),
        runs_writable=folder.is_dir() and _is_writable(folder),
        disk_free=shutil.disk_usage(folder).free,
    )


def _nearest_folder(path: Path) -> Path:
    """`path` itself if there is something, else its nearest ancestor."""
    return next(place for place in (path, *path.parents) if place.exists())


def _is_writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`. Permissions do not tell: root has them on a read-only disk too."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _memory() -> int | None:
    """Bytes of memory that this process may use: the machine's, or the container's limit if that is smaller."""
    names: Iterable[str] = getattr(os, "sysconf_names", {})
    if "SC_PHYS_PAGES" not in names:
        return None
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdecimal() else memory


def _from_checkout(what: str, option: str = "") -> str:
    """How specc is installed: the package index does not have it."""
    return f'in a checkout of specc: pip install {option}"{what}"'


def _package_problems(packages: tuple[Package, ...]) -> Iterable[Problem]:
    if not packages:
        yield Problem("specc is not installed as a package, so its requirements are unknown", _from_checkout("."))
    for extra in ("", "train"):
        missing = [package.name for package in packages if package.extra == extra and package.version is None]
        if missing:
            what = _from_checkout(f".[{extra}]" if extra else ".")
            purpose = "training" if extra else "checking"
            verb = "is" if len(missing) == 1 else "are"
            yield Problem(
                f"{', '.join(f'`{name}`' for name in missing)} {verb} missing, so {purpose} does not work", what
            )
    for package in packages:
        if package.version and not package.in_range:
            yield Problem(
                f"`{package.name}` is {package.version}, outside the tested range {package.tested}",
                f'pip install "{package.name}{package.tested}"',
            )
    if not within(platform.python_version(), PYTHON_RANGE):
        yield Problem(
            f"Python is {platform.python_version()}, outside the tested range {PYTHON_RANGE}", "a newer Python"
        )


def _device_problems(found: DevicesFound) -> Iterable[Problem]:
    if found.failure is not None:
        yield Problem(f"TensorFlow does not start: {found.failure}", _from_checkout(".[train]", "--force-reinstall "))
    has_gpu = any(device.type == "GPU" for device in found.devices)
    if found.devices and not has_gpu and shutil.which("nvidia-smi"):
        yield Problem("an NVIDIA driver is installed, but TensorFlow finds no GPU", _from_checkout(".[cuda]"))


def _machine_problems(machine: Machine) -> Iterable[Problem]:
    if not machine.runs_writable:
        yield Problem(
            f"runs cannot be written to `{machine.runs}`", "name another folder with `runtime.runs` in the spec"
        )
    if machine.disk_free < GIBIBYTE // 4:
        yield Problem(
            f"the disk of `{machine.runs}` has less than 256 MiB left", "remove runs that are no longer needed"
        )


def _package_line(package: Package, width: int) -> str:
    if package.version is None:
        return f"  {package.name:<{width}}  missing (tested {package.tested})"
    outside = "" if package.in_range else f" (tested {package.tested})"
    return f"  {package.name:<{width}}  {package.version}{outside}"


def _verdict(diagnosis: Diagnosis) -> str:
    checks = "specs can be checked" if diagnosis.can_check else "specs cannot be checked"
    return f"{checks} and trained" if diagnosis.ready else f"{checks}, but not trained"
