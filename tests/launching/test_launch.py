"""Workers that end well, fail, are killed, hang and write too much: what the launcher makes of each."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.launching.scripts import ROOT, command, run

TRAINING = "heartbeat.start(); heartbeat.beat(3)\n"
WAIT = "time.sleep(60)\n"


def test_all_end_well() -> None:
    done = run("print('result', me); print('progress', file=sys.stderr)", workers=3)
    assert (done.ended.code, done.ended.said, done.ended.finding) == (0, "", None)
    assert done.out == "result 0\n"
    assert done.lines == [
        "[worker 0] progress",
        "[worker 1] progress",
        "[worker 1] result 1",
        "[worker 2] progress",
        "[worker 2] result 2",
    ]


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (f"if me == 1: sys.exit(3)\n{WAIT}", 3, "worker 1 ended with exit code 3"),
        (f"if me == 0: sys.exit(1)\n{WAIT}", 1, "worker 0 ended with exit code 1"),
        ("time.sleep(0.5 * (1 - me)); sys.exit(4 + me)", 5, "worker 1 ended with exit code 5"),
        (f"if me == 1: os.kill(os.getpid(), signal.SIGKILL)\n{WAIT}", 1, "worker 1 was ended by SIGKILL"),
        (f"if me == 0: os.abort()\n{WAIT}", 1, "worker 0 was ended by SIGABRT"),
        (f"if me == 0: os.kill(os.getpid(), signal.SIGRTMIN + 2)\n{WAIT}", 1, "worker 0 was ended by signal 36"),
    ],
)
def test_the_first_that_fails_ends_the_job_at_once(script: str, code: int, said: str) -> None:
    begun = time.monotonic()
    done = run(script)
    assert (done.ended.code, done.ended.said) == (code, said)
    assert (done.ended.finding is not None) == ("by" in said)
    assert time.monotonic() - begun < 15


def test_who_is_killed_is_a_finding_with_its_last_step() -> None:
    finding = run(f"{TRAINING}time.sleep(0.5)\nif me == 1: os.kill(os.getpid(), signal.SIGKILL)\n{WAIT}").ended.finding
    assert finding is not None
    assert (finding.code, finding.message) == ("worker-ended", "worker 1 was ended by SIGKILL")
    assert finding.notes[0] == "it last told of step 3"
    assert "--max-restarts" in finding.help


def test_the_others_are_asked_to_end_before_they_are_killed() -> None:
    script = """
        def end(*_):
            print("saved", flush=True)
            sys.exit(130)
        signal.signal(signal.SIGTERM, end)
        if me == 0:
            time.sleep(0.3)
            sys.exit(7)
        time.sleep(60)
    """
    done = run(script)
    assert done.ended.code == 7
    assert done.lines == ["[worker 1] saved"]


def test_who_does_not_listen_is_killed() -> None:
    begun = time.monotonic()
    done = run(f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\nif me == 0: time.sleep(0.3); sys.exit(7)\n{WAIT}")
    assert done.ended.code == 7
    assert time.monotonic() - begun < 15


def test_a_stopped_worker_hangs() -> None:
    stop = f"{TRAINING}time.sleep(0.3)\nif me == 1: os.kill(os.getpid(), signal.SIGSTOP)\n{WAIT}"
    done = run(stop, workers=3, timeout_s=1.5)
    finding = done.ended.finding
    assert finding is not None
    assert (done.ended.code, finding.code) == (1, "worker-hangs")
    assert finding.message.startswith("worker 1 hangs: it has shown no sign of life for ")
    assert finding.notes == ("it last told of step 3",)


def test_a_worker_that_never_begins_hangs() -> None:
    finding = run(f"if me == 0: heartbeat.start()\n{WAIT}", timeout_s=1.5).ended.finding
    assert finding is not None
    assert finding.message.startswith("worker 1 hangs: it has shown no sign of life for 1.")
    assert finding.notes == ()


def test_where_all_wait_the_one_behind_is_named() -> None:
    finding = run(f"heartbeat.start(); heartbeat.beat(9 - me)\n{WAIT}", workers=3, timeout_s=1.5).ended.finding
    assert finding is not None
    assert finding.message == "no worker has made a step for 1.5 s, and worker 2 has made the fewest"
    assert finding.notes == (
        "all of them show signs of life: worker 0 at step 9, worker 1 at step 8, worker 2 at step 7",
    )


@pytest.mark.parametrize(
    "script",
    [
        "heartbeat.start(); time.sleep(2.5)",
        "heartbeat.start(); heartbeat.beat(1); heartbeat.rest(); time.sleep(2.5)",
        "heartbeat.start(); heartbeat.beat(1)\nif me == 0: heartbeat.rest()\ntime.sleep(2.5)",
        "heartbeat.start()\nfor _ in range(12): heartbeat.beat(1); time.sleep(0.2)",
    ],
    ids=["prepares", "rests", "waits for one that rests", "evaluates"],
)
def test_who_prepares_or_gets_on_does_not_hang(script: str) -> None:
    assert run(script, timeout_s=1.0).ended.code == 0


def test_who_fails_because_another_one_hangs_is_not_blamed() -> None:
    script = """
heartbeat.start()
time.sleep(0.3)
if me == 1: os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(6)
sys.exit(1)
"""
    finding = run(script).ended.finding
    assert finding is not None
    assert finding.message.startswith("worker 1 hangs")
    assert finding.notes == ("worker 0, which depends on it, ended with exit code 1",)


def test_restarts_are_counted_and_said(tmp_path: Path) -> None:
    die = f"if me == 1: os.kill(os.getpid(), signal.SIGKILL)\n{WAIT}"
    done = run(die, max_restarts=2)
    assert done.ended.code == 1
    assert done.err.splitlines() == [
        "worker 1 was ended by SIGKILL; restart 1 of 2 from the last checkpoint",
        "worker 1 was ended by SIGKILL; restart 2 of 2 from the last checkpoint",
    ]
    assert done.ended.finding is not None
    assert done.ended.finding.notes[-1] == "all workers were started again 2 times before"
    done = run(die, max_restarts=1, again="print('resumed')")
    assert (done.ended.code, done.out) == (0, "resumed\n")


@pytest.mark.parametrize(("code", "attempts"), [(1, 1), (2, 1), (3, 2), (9, 2)])
def test_faults_of_the_input_are_not_tried_again(code: int, attempts: int) -> None:
    done = run(f"print('attempt')\nsys.exit({code} if me == 0 else 0)", max_restarts=1)
    assert (done.ended.code, done.out) == (code, "attempt\n" * attempts)


def test_lines_are_whole_and_half_ones_are_ended() -> None:
    script = """
        for n in range(200):
            sys.stderr.write(f"{me} begins "); sys.stderr.flush()
            sys.stderr.write(f"and ends {n}\\n")
        sys.stderr.write("no end"); sys.stderr.flush()
    """
    done = run(script, workers=3)
    expected = [f"[worker {me}] {me} begins and ends {n}" for me in range(3) for n in range(200)]
    assert done.lines == sorted([*expected, *(f"[worker {me}] no end" for me in range(3))])


def test_what_a_terminal_would_overwrite_is_left_out() -> None:
    done = run("sys.stderr.write('10%\\r50%\\r100%\\nwindows\\r\\n')", workers=1)
    assert done.err == "[worker 0] 100%\n[worker 0] windows\n"


def test_huge_output_is_passed_on() -> None:
    script = "sys.stdout.write('x' * 5_000_000); sys.stdout.flush()\nfor _ in range(20_000): print(me, '-' * 50)"
    done = run(script)
    assert len(done.out) == 5_000_000 + 20_000 * 53
    assert done.err.count("x") == 5_000_000
    assert done.err.count("-\n") == 20_000
    assert all(line.startswith("[worker 1] ") for line in done.err.splitlines())


def test_what_a_worker_leaves_behind_does_not_hold_the_job() -> None:
    begun = time.monotonic()
    script = "import subprocess\nsubprocess.Popen(['sleep', '40'])\nprint('done')"
    done = run(script, workers=1)
    assert (done.ended.code, done.out) == (0, "done\n")
    assert time.monotonic() - begun < 30


def test_each_has_its_share_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5,7,9,11")
    names = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "PYTHONUNBUFFERED")
    done = run(f"print([os.environ[n] for n in {names}], file=sys.stderr)")
    threads = max(1, len(os.sched_getaffinity(0)) // 2)
    assert done.lines == [
        f"[worker 0] ['{threads}', '5', '3,5', '1']",
        f"[worker 1] ['{threads}', '5', '7,9', '1']",
    ]


def test_the_cluster_is_the_same_for_all() -> None:
    done = run("print(os.environ['TF_CONFIG'], file=sys.stderr)", workers=3)
    found = [json.loads(line.partition("] ")[2]) for line in done.lines]
    assert [config["task"] for config in found] == [{"type": "worker", "index": n} for n in range(3)]
    addresses = found[0]["cluster"]["worker"]
    assert all(config["cluster"] == {"worker": addresses} for config in found)
    assert len(set(addresses)) == 3
    assert all(address.startswith("127.0.0.1:") for address in addresses)


LAUNCHER = """
import sys
from specc.diagnostics import Span
from specc.launching import Job, launch
command = {command!r}
job = Job(command, command, 2, Span("spec.yaml", 1, 1, 1, 1), timeout_s=20, max_restarts=3)
sys.exit(launch(job, sys.stdout.buffer, sys.stderr.buffer).code)
"""
WRITES = """
    def end(number, _):
        time.sleep(0.2)
        print("saved after", signal.Signals(number).name, file=sys.stderr, flush=True)
        sys.exit(130)
    signal.signal(signal.SIGTERM, end); signal.signal(signal.SIGINT, end)
    print("ready", file=sys.stderr)
    time.sleep(60)
"""
DEAF = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("ready", file=sys.stderr)
    time.sleep(60)
"""


def launcher(script: str) -> "subprocess.Popen[str]":
    """A launcher in a process of its own, both of whose workers have begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER.format(command=command(script))],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert sorted(process.stderr.readline() for _ in range(2)) == ["[worker 0] ready\n", "[worker 1] ready\n"]
    return process


@pytest.mark.parametrize(
    ("sent", "told"), [(signal.SIGINT, "SIGINT"), (signal.SIGTERM, "SIGTERM"), (signal.SIGHUP, "SIGTERM")]
)
def test_signals_are_passed_on(sent: signal.Signals, told: str) -> None:
    process = launcher(WRITES)
    process.send_signal(sent)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert sorted(err.splitlines()) == [f"[worker {n}] saved after {told}" for n in range(2)]


def test_the_third_signal_is_no_question() -> None:
    process = launcher(DEAF)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    process.communicate(timeout=20)
    assert process.returncode == 130


def test_workers_whose_launcher_is_killed_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = launcher(
        """
        heartbeat.start()
        def end(*_):
            print("alone", me, file=sys.stderr, flush=True)
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        with open(f"{os.environ['SPECC_HEARTBEAT']}/../pid-{me}", "w") as file:
            file.write(str(os.getpid()))
        print("ready", file=sys.stderr, flush=True)
        time.sleep(60)
        """
    )
    pids = [int(path.read_text()) for path in tmp_path.glob("*/pid-*")]
    assert len(pids) == 2
    process.kill()
    process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids):
        assert time.monotonic() < deadline, "they should have ended by themselves"
        time.sleep(0.1)


def test_a_program_that_is_not_there() -> None:
    from specc.diagnostics import Span
    from specc.launching import Job, launch

    with pytest.raises(FileNotFoundError):
        launch(Job(("no-such-program",), (), 2, Span("s", 1, 1, 1, 1)), sys.stdout.buffer, sys.stderr.buffer)
