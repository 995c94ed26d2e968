"""Whole processes, as the benchmarks measure them: what they print, how long they take and how much memory they have.

The process that measures has to stay small: Linux counts what a parent held while it started a child as the child's.
"""

import csv
import json
import os
import platform
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Finished(NamedTuple):
    """A process that has come to its end: its standard output, and what it took."""

    output: str
    seconds: float
    peak_mib: float  # the most that was resident at once

    @property
    def record(self) -> Mapping[str, Any]:
        """The JSON object that is the last line of its output."""
        record: Mapping[str, Any] = json.loads(self.output.strip().splitlines()[-1])
        return record


def finished(
    command: Sequence[str], folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a process in `folder` to its end, with this environment, or our own; ends the program if it fails."""
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdout=output, env=environment)
        _, status, usage = os.wait4(process.pid, 0)  # of this process alone, where getrusage has the largest of all
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode:
        raise SystemExit(f"failed with {process.returncode}: {' '.join(command)}\n{text}")
    return Finished(text, seconds, usage.ru_maxrss / 1024)


def numbers(table: Path) -> dict[str, list[float]]:
    """The columns of a CSV file of numbers, by their names; what a row lacks is left out."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows if row[name]] for name in rows[0]}


def machine() -> str:
    """What was measured on: processor, cores, system and Python."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{processor()}, {os.cpu_count()} cores, {platform.system()}, {python}"


def processor() -> str:
    """The name of the processor where Linux tells it, else its architecture."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
