"""A spec -> a `TFJob` of Kubeflow's training operator, which starts the workers and sets their `TF_CONFIG`."""

from typing import Any

from specc.language.yaml_dump import dump_block
from specc.launching.placed import Placed

IMAGE, CLAIM = "REPLACE-WITH-YOUR-IMAGE", "REPLACE-WITH-YOUR-CLAIM"
PROJECT = "/project"
GRACE_S = 60

_HEADER = f"""\
# A job for Kubeflow's training operator: kubectl apply -f FILE
#
# Before: replace {IMAGE} by an image with specc[train] in it, and
# {CLAIM} by a volume claim that all workers can write to
# (ReadWriteMany). It holds the project's folder; runs go to {PROJECT}/runs.
# Set the resources to what a worker needs; for GPUs add `nvidia.com/gpu: 1` to both.
#
# A worker that fails or is pre-empted is started again and goes on from the last checkpoint.
"""


def kubernetes_manifest(job: Placed) -> str:
    """The manifest as YAML, with what has to be replaced marked in capitals."""
    resources = {"cpu": "4", "memory": "8Gi"}
    container = {
        "name": "tensorflow",  # the operator looks for a container of this name
        "image": IMAGE,
        "workingDir": PROJECT,
        # Kubernetes puts variables in where it reads `$(NAME)`, and takes `$$` for a `$`.
        "command": [word.replace("$", "$$") for word in job.command],
        "ports": [{"name": "tfjob-port", "containerPort": 2222}],
        "resources": {"requests": resources, "limits": resources},
        "volumeMounts": [{"name": "project", "mountPath": PROJECT}],
    }
    pod = {
        "terminationGracePeriodSeconds": GRACE_S,  # for a last checkpoint
        "containers": [container],
        "volumes": [{"name": "project", "persistentVolumeClaim": {"claimName": CLAIM}}],
    }
    # Not `ExitCode`: where one worker is pre-empted, those that waited for it fail with an error of their own.
    workers = {"replicas": job.workers, "restartPolicy": "OnFailure", "template": {"spec": pod}}
    manifest: dict[str, Any] = {
        "apiVersion": "kubeflow.org/v1",
        "kind": "TFJob",
        "metadata": {"name": job.name},
        "spec": {
            "runPolicy": {"backoffLimit": 10, "cleanPodPolicy": "Running"},
            "successPolicy": "AllWorkers",
            "tfReplicaSpecs": {"Worker": workers},
        },
    }
    return _HEADER + dump_block(manifest)
