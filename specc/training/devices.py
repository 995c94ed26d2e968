"""`runtime` -> a process that is ready to train: threads, seeds, precision and the `tf.distribute` strategy.

Everything here is a setting of the whole process, so it comes before the first tensor. Nothing here knows the model.
"""

from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from specc.component import Component
from specc.diagnostics import Finding, Span, error
from specc.runs import Determinism
from specc.spec import Runtime


@dataclass(frozen=True, slots=True)
class Devices:
    """Where a run computes. `strategy` is a `tf.distribute.Strategy`; one replica where nothing is distributed."""

    strategy: Any
    name: str
    replicas: int
    devices: tuple[str, ...]


def set_up(runtime: Runtime, place: Span) -> tuple[Devices | None, list[Finding]]:
    """Threads, seeds, precision and strategy of `runtime`; findings where the machine cannot give them.

    Begins with a clean Keras: names that it has given before, as `auc`, would otherwise come again as `auc_1`.
    """
    keras.utils.clear_session()
    findings = _set_threads(runtime, place)
    devices, faults = _choose(runtime, place)
    findings += faults
    keras.utils.set_random_seed(runtime.seed)
    if runtime.deterministic:
        tf.config.experimental.enable_op_determinism()
    keras.config.set_dtype_policy(runtime.precision)
    keras.config.set_floatx("float64" if runtime.precision == "float64" else "float32")
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
    gpus = [device.name.removeprefix("/physical_device:") for device in tf.config.list_physical_devices("GPU")]
    match runtime.distribute:
        case "auto" if len(gpus) > 1:
            return _mirrored(gpus), []
        case "auto" | "none":
            return Devices(tf.distribute.get_strategy(), "none", 1, (gpus[0] if gpus else "CPU:0",)), []
        case Component(type="OneDeviceStrategy") as component:
            return _one_device(component, gpus)
        case Component(type="MirroredStrategy") as component:
            return _some_mirrored(component, gpus)
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
