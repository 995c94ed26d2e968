"""A plan -> all that training needs, in this process: devices, prepared samples, a compiled model."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import keras

from specc.catalog import load
from specc.check import Checked
from specc.diagnostics import Finding, error, has_errors
from specc.engine.steps import not_on_replicas
from specc.graph.files import locate_files
from specc.graph.graph import Graph
from specc.keras_target.build import Built, build_model
from specc.keras_target.serving import inner_name
from specc.keras_target.weights import Loaded, start_weights
from specc.plan import Plan
from specc.training.clock import Clock
from specc.training.cluster import Cluster
from specc.training.compilation import compile_model
from specc.training.devices import Devices, set_up
from specc.training.display import Show, shown
from specc.training.failing import TRAINING_FAULTS
from specc.training.preparation import Prepared, prepare
from specc.training.storing import Keeping
from specc.transfer import match_table

_MOST_RESIDENT = {"auto": None, "resident": sys.maxsize, "streamed": 0}
"""Bytes of samples that are kept in memory, by `runtime.storage`."""


class Ready(NamedTuple):
    """What a plan needs to train. The model is built and compiled; `loaded` are files that weights started from."""

    devices: Devices
    prepared: Prepared
    built: Built
    loaded: Sequence[Loaded] = ()


def make_ready(  # noqa: PLR0913  what it is made of, and how
    checked: Checked, plan: Plan, cluster: Cluster | None, clock: Clock, show: Show | None, *, cache: bool = True
) -> tuple[Ready | None, list[Finding]]:
    """Set up the devices, read the data, build and compile the model; findings where that cannot be done.

    `cluster` are the workers that train together, `show` is where progress is displayed; `cache` says whether prepared
    samples are kept for another time and taken from an earlier one.
    """
    devices, findings = set_up(plan.runtime, plan.place, cluster)
    if devices is None or has_errors(findings):
        return None, findings
    with clock("data"):
        keeping = Keeping(cache, _MOST_RESIDENT[plan.runtime.storage])
        prepared, faults = prepare(plan, checked.root, checked.path.parent, keeping, show)
    findings += checked.unknown(faults)  # the check of the whole data has said most of it
    if prepared is None or has_errors(findings):
        return None, findings
    graph, faults = locate_files(plan.graph, load(), checked.root, checked.path.parent)
    graph = replace(graph, name=inner_name(graph, prepared.preprocessing))
    findings += faults
    with clock("build"), devices.strategy.scope():
        keras.utils.set_random_seed(plan.runtime.seed)  # again: initial weights follow from it, whatever came before
        built, faults = build_model(graph, load())
        findings += faults
        if built is None:
            return None, findings
        loaded, faults = _start_weights(built, graph, show)
        findings += faults
        if has_errors(findings):
            return None, findings
        try:
            compile_model(built.model, plan, load(), prepared.scalings)
        except TRAINING_FAULTS as fault:
            place = plan.place_of("training.optimizer")
            return None, [*findings, error("keras-refuses", f"Keras cannot compile this: {fault}", place)]
        impossible = not_on_replicas(built.model) if devices.replicas > 1 else ""
        if impossible:
            message = f"{devices.replicas} replicas cannot train with {impossible}"
            place, help_ = plan.place_of("runtime.distribute"), "train on one device: `distribute: none`"
            return None, [*findings, error("not-on-replicas", message, place, help=help_)]
    return Ready(devices, prepared, built, loaded), findings


def _start_weights(built: Built, graph: Graph, show: Show | None) -> tuple[list[Loaded], list[Finding]]:
    """Let the model, and models in it, start from the files that their `weights:` name, if they have any."""
    loaded, findings = start_weights(built.model, graph)
    display = shown(show)
    if display is not None:
        for each in loaded:
            display.say(match_table(each.path, each.match))
    return loaded, findings
