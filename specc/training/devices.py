"""`runtime` -> a process that is ready to train: threads, seeds, precision and the `tf.distribute` strategy.

Everything here is a setting of the whole process, so it comes before the first tensor. Nothing here knows the model.
"""

import os
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from specc.component import Component
from specc.diagnostics import Finding, Span, error
from specc.runs import Determinism
from specc.spec import Runtime
from specc.training.cluster import TF_CONFIG, Cluster


@dataclass(frozen=True, slots=True)
class Devices:
    """Where a run computes. `strategy` is a `tf.distribute.Strategy`; one replica where nothing is distributed."""

    strategy: Any
    name: str
    replicas: int
    devices: tuple[str, ...]


def set_up(runtime: Runtime, place: Span, cluster: Cluster | None = None) -> tuple[Devices | None, list[Finding]]:
    """Threads, seeds, precision and strategy of `runtime`; findings where the machine cannot give them.

    With a `cluster` it is a strategy of all its workers.
    Begins with a clean Keras: names that it has given before, as `auc`, would otherwise come again as `auc_1`.
    """
    findings = _set_threads(runtime, place)
    # A strategy of several workers wants to come before anything else that TensorFlow does.
    devices, faults = _choose(runtime, place) if cluster is None else _workers(runtime, place, cluster)
    findings += faults
    keras.utils.clear_session()
    keras.utils.set_random_seed(runtime.seed)
    if runtime.deterministic:
        tf.config.experimental.enable_op_determinism()
    precision = _fastest_precision() if runtime.precision == "auto" else runtime.precision
    keras.config.set_dtype_policy(precision)
    keras.config.set_floatx("float64" if precision == "float64" else "float32")
    return devices, findings


def determinism(runtime: Runtime) -> Determinism:
    """The level that `runtime` reaches on one machine with the same versions."""
    if runtime.deterministic:
        return Determinism("bitwise", "")
    return Determinism("seeded", "`runtime.deterministic` is false: TensorFlow may sum in any order")


def _set_threads(runtime: Runtime, place: Span) -> list[Finding]:
    if runtime.threads is None:
        return []
    try:
        tf.config.threading.set_intra_op_parallelism_threads(runtime.threads)
        tf.config.threading.set_inter_op_parallelism_threads(runtime.threads)
    except RuntimeError:
        span = runtime.spans.get("threads", place)
        return [error("devices-fixed", "TensorFlow is already running in this process, its threads are fixed", span)]
    return []


def _choose(runtime: Runtime, place: Span) -> tuple[Devices | None, list[Finding]]:
    gpus = _gpus()
    match runtime.distribute:
        case "auto" if len(gpus) > 1:
            return _mirrored(gpus), []
        case "auto" | "none":
            return Devices(tf.distribute.get_strategy(), "none", 1, (gpus[0] if gpus else "CPU:0",)), []
        case Component(type="OneDeviceStrategy") as component:
            return _one_device(component, gpus)
        case Component(type="MirroredStrategy") as component:
            return _some_mirrored(component, gpus)
        case "MultiWorkerMirroredStrategy" | Component(type="MultiWorkerMirroredStrategy"):
            return _all_workers(gpus), []
        case Component(type="TPUStrategy") as component:
            return _tpu(component)
    span = runtime.spans.get("distribute", place)
    return None, [error("unknown-strategy", f"there is no strategy `{runtime.distribute}`", span)]


def _one_device(component: Component, gpus: list[str]) -> tuple[Devices | None, list[Finding]]:
    device = str(component.arguments["device"]).strip("/").upper().removeprefix("DEVICE:")
    known = [*gpus, *_cpus()]
    if device not in known:
        found = ", ".join(f"`{name}`" for name in known)
        span = component.span_of("device")
        return None, [error("no-such-device", f"this machine has no device `{device}`, it has {found}", span)]
    return Devices(tf.distribute.OneDeviceStrategy(f"/device:{device}"), "OneDeviceStrategy", 1, (device,)), []


def _some_mirrored(component: Component, gpus: list[str]) -> tuple[Devices | None, list[Finding]]:
    """All GPUs, the named devices, or a number of them; a machine without GPUs splits its CPU into that many."""
    asked = component.arguments.get("devices")
    span = component.span_of("devices")
    if isinstance(asked, list):
        names = [str(name).strip("/").upper().removeprefix("DEVICE:") for name in asked]
        cpus = sum(name.startswith("CPU:") for name in names)
        faults = _split_cpu(cpus, span) if cpus > 1 else []
        known = [*gpus, *_cpus()]
        missing = [name for name in names if name not in known]
        faults += [error("no-such-device", f"this machine has no device `{name}`", span) for name in missing]
        return (None, faults) if faults else (_mirrored(names), [])
    if not gpus:
        count = asked if isinstance(asked, int) else 1
        faults = _split_cpu(count, span)
        return (None, faults) if faults else (_mirrored(_cpus()[:count]), [])
    count = asked if isinstance(asked, int) else len(gpus)
    if count > len(gpus):
        return None, [error("no-such-device", f"{count} devices asked, this machine has {len(gpus)} GPUs", span)]
    return _mirrored(gpus[:count]), []


def _workers(runtime: Runtime, place: Span, cluster: Cluster) -> tuple[Devices | None, list[Finding]]:
    """All devices of all workers, of which this process is one."""
    asked = runtime.distribute
    name = asked.type if isinstance(asked, Component) else asked
    if name not in {"auto", "MultiWorkerMirroredStrategy"}:
        message = f"`{name}` trains in one process, and {cluster.workers} of them are to train together"
        help_ = "leave `distribute` out, or write `MultiWorkerMirroredStrategy`"
        return None, [error("strategy-of-one-worker", message, runtime.spans.get("distribute", place), help=help_)]
    os.environ[TF_CONFIG] = cluster.tf_config()
    return _all_workers(_gpus()), []


def _all_workers(gpus: list[str]) -> Devices:
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    return Devices(strategy, "MultiWorkerMirroredStrategy", strategy.num_replicas_in_sync, tuple(gpus or ["CPU:0"]))


def _tpu(component: Component) -> tuple[Devices | None, list[Finding]]:
    """The cores of a TPU, named or found by its environment."""
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(component.arguments.get("tpu") or "")
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        strategy = tf.distribute.TPUStrategy(resolver)
    except (tf.errors.OpError, ValueError, RuntimeError, OSError) as fault:
        words = (str(fault).strip().splitlines() or [type(fault).__name__])[0][:200]
        message = f"there is no TPU that can be reached: {words}"
        return None, [error("no-such-device", message, component.span_of("tpu"))]
    names = tuple(device.name for device in tf.config.list_logical_devices("TPU"))
    return Devices(strategy, "TPUStrategy", strategy.num_replicas_in_sync, names), []


def _fastest_precision() -> str:
    """Mixed precision where the devices have units for it: bfloat16 rather than float16.

    Units for float16 come with compute capability 7.0, those for bfloat16 with 8.0.
    """
    if tf.config.list_logical_devices("TPU"):
        return "mixed_bfloat16"
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    weakest = min((each.get("compute_capability") or (0, 0) for each in details), default=(0, 0))
    return "mixed_bfloat16" if weakest >= (8, 0) else "mixed_float16" if weakest >= (7, 0) else "float32"


def _gpus() -> list[str]:
    return [device.name.removeprefix("/physical_device:") for device in tf.config.list_physical_devices("GPU")]


def _mirrored(names: list[str]) -> Devices:
    strategy = tf.distribute.MirroredStrategy([f"/device:{name}" for name in names])
    return Devices(strategy, "MirroredStrategy", len(names), tuple(names))


def _cpus() -> list[str]:
    return [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices("CPU")]


def _split_cpu(count: int, span: Span) -> list[Finding]:
    """Make `count` logical CPU devices, which is possible only before TensorFlow has used any."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    configured = tf.config.get_logical_device_configuration(cpu) or [None]
    if len(configured) >= count:
        return []
    try:
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)
    except RuntimeError:
        return [error("devices-fixed", "TensorFlow is already running in this process, its devices are fixed", span)]
    return []
