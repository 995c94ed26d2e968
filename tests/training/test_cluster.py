"""The environment of a worker: which cluster it describes, or what is wrong with it."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from specc.rendering.text import render_text
from specc.training.cluster import Cluster, sources, this_cluster

TWO = {"worker": ["a:1", "b:2"]}


def config(cluster: Any, task: Any) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task, "environment": "cloud"})}


def check(environment: dict[str, str], expected: Cluster | None) -> None:
    assert this_cluster(environment) == (expected, [])


@pytest.mark.parametrize(
    ("cluster", "task", "index", "addresses"),
    [
        (TWO, {"type": "worker", "index": 0}, 0, ("a:1", "b:2")),
        (TWO, {"type": "worker", "index": 1}, 1, ("a:1", "b:2")),
        (TWO, {"type": "worker", "index": "1"}, 1, ("a:1", "b:2")),
        ({"worker": ["a:1"], "chief": ["c:3"]}, {"type": "chief", "index": 0}, 0, ("c:3", "a:1")),
        ({"worker": ["a:1"], "chief": ["c:3"]}, {"type": "worker", "index": 0}, 1, ("c:3", "a:1")),
        ({"chief": ["c:3"]}, {"type": "chief", "index": 0}, 0, ("c:3",)),
        ({**TWO, "ps": [], "evaluator": ["e:9"]}, {"type": "worker", "index": 0}, 0, ("a:1", "b:2")),
        ({"worker": ["[::1]:80"]}, {"type": "worker", "index": 0}, 0, ("[::1]:80",)),
    ],
)
def test_tf_config(cluster: Any, task: Any, index: int, addresses: tuple[str, ...]) -> None:
    check(config(cluster, task), Cluster(index, addresses, "TF_CONFIG"))


@pytest.mark.parametrize("text", ["", " ", "{}", None])
def test_no_cluster(text: str | None) -> None:
    check({} if text is None else {"TF_CONFIG": text}, None)


def test_a_cluster_says_the_same_to_tensorflow() -> None:
    found, _ = this_cluster(config({"worker": ["a:1"], "chief": ["c:3"]}, {"type": "worker", "index": 0}))
    assert found is not None
    assert (found.workers, found.index, found.is_chief) == (2, 1, False)
    assert json.loads(found.tf_config()) == {
        "cluster": {"worker": ["c:3", "a:1"]},
        "task": {"type": "worker", "index": 1},
    }
    check({"TF_CONFIG": found.tf_config()}, found)


WORKER = {"type": "worker", "index": 0}
NO_PS = "Keras 3 cannot train with parameter servers"


@pytest.mark.parametrize(
    ("environment", "code", "message", "column"),
    [
        ({"TF_CONFIG": '{"cluster": }'}, "invalid-cluster", "`TF_CONFIG` is no JSON", 13),
        ({"TF_CONFIG": "{} {}"}, "invalid-cluster", "`TF_CONFIG` is no JSON", 4),
        ({"TF_CONFIG": "[" * 100_000}, "invalid-cluster", "`TF_CONFIG` is no JSON", None),
        ({"TF_CONFIG": '{"task": {}, "task": {}}'}, "invalid-cluster", "`TF_CONFIG` is no JSON", 14),
        ({"TF_CONFIG": "[]"}, "invalid-cluster", "`TF_CONFIG` is an object with `cluster` and `task`, got a list", 1),
        ({"TF_CONFIG": json.dumps({"cluster": TWO})}, "invalid-cluster", "`TF_CONFIG` has no `task`", 1),
        ({"TF_CONFIG": json.dumps({"task": WORKER})}, "invalid-cluster", "`TF_CONFIG` has no `cluster`", 1),
        (config(["a:1"], WORKER), "invalid-cluster", "`cluster` is an object, got a list", 13),
        (config(TWO, 1), "invalid-cluster", "`task` is an object, got a single value", 49),
        (config(TWO, {"index": 0}), "invalid-cluster", "the task has no `type`", 49),
        (config(TWO, {"type": "worker"}), "invalid-cluster", "the task has no `index`", 49),
        (
            config(TWO, {"type": "wroker", "index": 0}),
            "invalid-cluster",
            "the type of a task is `chief` or `worker`, got `wroker`",
            58,
        ),
        (
            config(TWO, {"type": ["worker"], "index": 0}),
            "invalid-cluster",
            "the type of a task is `chief` or `worker`, got a list",
            58,
        ),
        (
            config(TWO, {"type": "worker", "index": 2}),
            "invalid-cluster",
            "the task is worker 2, and the cluster has workers 0 to 1",
            77,
        ),
        (
            config(TWO, {"type": "worker", "index": -1}),
            "invalid-cluster",
            "the task is worker -1, and the cluster has workers 0 to 1",
            77,
        ),
        (
            config({"worker": ["a:1"]}, {"type": "worker", "index": 1}),
            "invalid-cluster",
            "the task is worker 1, and the cluster has one",
            None,
        ),
        (
            config(TWO, {"type": "chief", "index": 0}),
            "invalid-cluster",
            "the task is chief 0, and the cluster has no `chief`",
            76,
        ),
        (
            config(TWO, {"type": "worker", "index": 1.5}),
            "invalid-cluster",
            "the index of a task is a whole number, got `1.5`",
            77,
        ),
        (
            config(TWO, {"type": "worker", "index": True}),
            "invalid-cluster",
            "the index of a task is a whole number, got `True`",
            77,
        ),
        (
            config({"worker": "a:1"}, WORKER),
            "invalid-cluster",
            "`worker` is a list of addresses, got a single value",
            24,
        ),
        (config({"worker": ["a"]}, WORKER), "invalid-cluster", "an address is `host:port`, got `a`", 25),
        (config({"worker": ["a:b"]}, WORKER), "invalid-cluster", "an address is `host:port`, got `a:b`", 25),
        (config({"worker": ["a:70000"]}, WORKER), "invalid-cluster", "an address is `host:port`, got `a:70000`", 25),
        (config({"worker": [7]}, WORKER), "invalid-cluster", "an address is `host:port`, got `7`", 25),
        (config({"worker": ["a:1", "a:1"]}, WORKER), "invalid-cluster", "two workers have the address `a:1`", 32),
        (
            config({"chief": ["a:1", "b:1"]}, {"type": "chief", "index": 0}),
            "invalid-cluster",
            "there is one chief in a cluster, got 2",
            14,
        ),
        (config({**TWO, "ps": ["p:1"]}, {"type": "ps", "index": 0}), "unsupported-task", NO_PS, None),
        (config({**TWO, "ps": ["p:1"]}, WORKER), "unsupported-task", NO_PS, None),
        (
            config(TWO, {"type": "evaluator", "index": 0}),
            "unsupported-task",
            "a task of type `evaluator` has nothing to do: the workers evaluate together after each epoch",
            58,
        ),
    ],
)
def test_a_cluster_that_cannot_be_joined_is_one_finding(
    environment: dict[str, str], code: str, message: str, column: int | None
) -> None:
    found, findings = this_cluster(environment)
    assert found is None
    assert [(finding.code, finding.message) for finding in findings] == [(code, message)]
    assert findings[0].span.path == "$TF_CONFIG"
    assert column in {None, findings[0].span.column}
    text = render_text(findings, sources(environment))
    assert text.endswith("\n1 error\n")


def slurm(rank: int, tasks: int, nodes: str, per_node: str, **more: str) -> dict[str, str]:
    return {
        "SLURM_PROCID": str(rank),
        "SLURM_STEP_NUM_TASKS": str(tasks),
        "SLURM_STEP_NODELIST": nodes,
        "SLURM_STEP_TASKS_PER_NODE": per_node,
        **more,
    }


@pytest.mark.parametrize(
    ("environment", "hosts"),
    [
        (slurm(0, 2, "n1,n2", "1(x2)"), ["n1", "n2"]),
        (slurm(1, 3, "n[9-11]", "1(x3)"), ["n9", "n10", "n11"]),
        (slurm(0, 3, "n[08-10]", "1(x3)"), ["n08", "n09", "n10"]),
        (slurm(4, 5, "n[1-2],m5,o[3,6-7]-ib", "1(x4),1"), None),
        (slurm(4, 5, "n[1-2],m5,o[3,6-7]-ib", "1(x6)"), None),
        (slurm(4, 6, "n[1-2],m5,o[3,6-7]-ib", "1(x6)"), ["n1", "n2", "m5", "o3-ib", "o6-ib", "o7-ib"]),
        (slurm(0, 4, "r[1-2]c[1-2]", "1(x4)"), ["r1c1", "r1c2", "r2c1", "r2c2"]),
        (slurm(2, 4, "a,b", "3,1"), ["a", "a", "a", "b"]),
        (slurm(2, 2, "a,b", "1(x2)"), None),
        (slurm(0, 2, "a,", "1(x2)"), None),
        (slurm(0, 2, "n[1-2", "1(x2)"), None),
        (slurm(0, 2, "n[1-]", "1(x2)"), None),
        (slurm(0, 2, "a b,c", "1(x2)"), None),
        (slurm(0, 2, "n[1-999999999]", "1(x2)"), None),
        (slurm(0, 2, "a,b", "x"), None),
        (slurm(0, 2, "a,b", "2"), None),
        (slurm(0, 2, "a,b", "1(x999999999)"), None),
        (slurm(0, 2, "", "1(x2)"), None),
        (slurm(0, 2, "a,b", ""), None),
        (slurm(0, 2, "a,b", "1(x2)") | {"SLURM_PROCID": "x"}, None),
        (slurm(1, 2, "a,b", "1(x2)", SLURM_NODEID="1"), ["a", "b"]),
        (slurm(1, 2, "a,b", "1(x2)", SLURM_NODEID="0"), None),
    ],
)
def test_slurm(environment: dict[str, str], hosts: list[str] | None) -> None:
    found, findings = this_cluster(environment)
    if hosts is None:
        assert found is None
        assert [finding.code for finding in findings] == ["invalid-cluster"]
        assert render_text(findings, sources(environment)).endswith("\n1 error\n")
        return
    assert findings == []
    assert found is not None
    assert (found.index, found.from_what) == (int(environment["SLURM_PROCID"]), "Slurm")
    assert [address.partition(":")[0] for address in found.addresses] == hosts
    assert len(set(found.addresses)) == len(hosts)


def test_slurm_ports_change_with_job_step_and_restart() -> None:
    jobs = [
        {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0"},
        {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "1"},
        {"SLURM_JOB_ID": "99", "SLURM_STEP_ID": "0", "SLURM_RESTART_COUNT": "2"},
    ]
    found = [this_cluster(slurm(0, 2, "a,b", "1(x2)", **job))[0] for job in jobs]
    ports = [each.addresses[0].partition(":")[2] for each in found if each]
    assert len(set(ports)) == 3
    assert all(20_000 <= int(port) < 32_768 for port in ports)


@pytest.mark.parametrize(
    "environment",
    [
        {"SLURM_PROCID": "0", "SLURM_NTASKS": "4", "SLURM_JOB_NODELIST": "n[1-4]"},  # the batch script itself
        slurm(0, 1, "n1", "1"),
    ],
)
def test_one_task_of_slurm_is_no_cluster(environment: dict[str, str]) -> None:
    check(environment, None)


def test_tf_config_comes_before_slurm() -> None:
    check(slurm(1, 2, "a,b", "1(x2)") | config(TWO, WORKER), Cluster(0, ("a:1", "b:2"), "TF_CONFIG"))


def test_reading_it_imports_nothing_heavy() -> None:
    code = (
        "import sys; from specc.training import cluster, heartbeat; cluster.this_cluster()\n"
        "print([name for name in ('numpy', 'tensorflow', 'keras') if name in sys.modules])"
    )
    environment = os.environ | config(TWO, WORKER)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
