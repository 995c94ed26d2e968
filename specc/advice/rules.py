"""`Plan` -> findings about what its sections mean together: `judge`.

Errors where training would fail or mean nothing, warnings where it works and is probably not meant. Every rule is a
small function from a `View` of the plan to findings, listed here and nowhere else, by what it is about: a fault in one
output or node leaves the rules on the others alone. Only what is certain is said: what a rule cannot know (the width of
an unread file, what a layer of layers computes, what is at fault), it leaves alone.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Final, TypeAlias

from specc.advice import (
    callbacks,
    files,
    losses,
    metrics,
    model,
    outputs,
    phases,
    runtime,
    schedules,
    structure,
    training,
)
from specc.advice.view import Output, View, view
from specc.catalog import Catalog
from specc.diagnostics import Finding
from specc.graph.graph import Node
from specc.plan import Plan
from specc.spec.unknown import FAULTY, Unknown

Rule: TypeAlias = Callable[[View], Iterator[Finding]]
OF_OUTPUTS: Final[tuple[Callable[[View, Output], Iterator[Finding]], ...]] = (
    losses.unsupported_loss,
    losses.vector_loss_on_one_unit,
    losses.logits_already_squashed,
    losses.loss_expects_probabilities,
    losses.sigmoid_with_categorical_loss,
    losses.binary_loss_on_classes,
    losses.class_loss_on_number,
    losses.number_loss_on_classes,
    losses.loss_needs_positive_outputs,
    losses.hinge_on_probabilities,
    outputs.relu_output,
    outputs.output_range,
    outputs.more_units_than_classes,
    outputs.dropout_after_output,
    outputs.normalization_after_output,
    metrics.metric_mismatch,
    metrics.class_metric_on_number,
    metrics.metric_expects_probabilities,
    metrics.top_k_of_all,
    metrics.num_classes_mismatch,
    runtime.half_precision_output,
)
"""Rules about one output of the model."""
OF_NODES: Final[tuple[Callable[[View, Node], Iterator[Finding]], ...]] = (
    model.linear_after_linear,
    model.bias_before_normalization,
    model.softmax_inside,
    model.softmax_on_one_unit,
    model.activation_twice,
    structure.flatten_without_effect,
    structure.normalization_of_one_sample,
    structure.embedding_of_numbers,
    structure.vocabulary_too_small,
)
"""Rules about one node of the graph."""
OF_PLANS: Final[tuple[Rule, ...]] = (
    losses.loss_weights,
    metrics.duplicate_metric,
    callbacks.unknown_monitor,
    callbacks.monitor_needs_mode,
    callbacks.monitor_mode_contradicts,
    callbacks.patience_never_runs_out,
    callbacks.duplicate_callback,
    callbacks.plateau_against_schedule,
    callbacks.average_not_kept,
    files.checkpoint_suffix,
    files.unknown_field,
    files.reserved_file,
    files.shared_file,
    schedules.piecewise_mismatch,
    schedules.schedule_ends_early,
    schedules.schedule_hardly_moves,
    schedules.warmup_never_ends,
    training.batch_over_split,
    training.learning_rate,
    training.nothing_to_train,
    phases.no_such_layer,
    phases.frozen_and_unfrozen,
    phases.all_layers_frozen,
    phases.freeze_without_effect,
    phases.idle_optimizer,
    structure.unscaled_image,
    runtime.half_precision_on_cpu,
    runtime.uneven_batch,
)
"""Rules about everything together."""


def judge(plan: Plan, catalog: Catalog) -> list[Finding]:
    """What all rules say of a plan, which may be `FAULTY` in parts: of those no rule says anything."""
    seen = view(plan, catalog)
    nodes = () if plan.graph is FAULTY else [node for node in plan.graph.nodes if node.component is not FAULTY]
    of_plan = (rule(seen) for rule in OF_PLANS)
    of_outputs = (rule(seen, output) for rule in OF_OUTPUTS for output in seen.outputs)
    of_nodes = (rule(seen, node) for rule in OF_NODES for node in nodes)
    return [finding for said in chain(of_plan, of_outputs, of_nodes) for finding in _until_unknown(said)]


def _until_unknown(findings: Iterator[Finding]) -> Iterator[Finding]:
    """What a rule says, up to where it asks for something unknown."""
    with suppress(Unknown):
        yield from findings
