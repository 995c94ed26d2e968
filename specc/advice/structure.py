"""Layers against the tensors and the data that reach them."""

from collections.abc import Iterator
from typing import Final

from specc.advice.model import BIASED, WEIGHTED
from specc.advice.view import PASSING, View
from specc.data.facts import CATEGORY, DATETIME, IMAGE, NUMBER, ColumnFacts
from specc.diagnostics import Finding, Label, error, warning
from specc.graph.graph import Node, Ref
from specc.graph.order import sources

BRIGHT: Final = frozenset({"cifar10", "cifar100", "fashion_mnist", "mnist"})
"""Sets whose pixels go from 0 to 255."""
VOCABULARY: Final = {"imdb": 10_000, "reuters": 10_000}
"""Sets of word numbers, with the default of `num_words`."""
KEEPING_BRIGHTNESS: Final = PASSING | {
    "AveragePooling2D", "CenterCrop", "Cropping2D", "GlobalAveragePooling2D", "GlobalMaxPooling2D", "MaxPooling2D",
    "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "Resizing", "UpSampling2D",
    "ZeroPadding2D",
}  # fmt: skip
"""Layers behind which bright pixels are as bright as before."""


def flatten_without_effect(view: View, node: Node) -> Iterator[Finding]:
    """`Flatten` on what is flat."""
    given = view.given(node)
    if view.type_of(node.component) == "Flatten" and given and given.shape and len(given.shape) == 2:
        message = f"`Flatten` gets {given.shape}, which is flat"
        yield warning("flatten-without-effect", message, node.component.span, help="leave it out")


def normalization_of_one_sample(view: View, node: Node) -> Iterator[Finding]:
    """The mean over a batch of one sample is the sample: nothing is left of it."""
    if view.plan.batch_size != 1:
        return
    given = view.given(node)
    flat = given is not None and given.shape is not None and len(given.shape) == 2
    trained = node.component.arguments.get("trainable") is not False
    if view.type_of(node.component) == "BatchNormalization" and flat and trained:
        yield error(
            "normalization-of-one-sample",
            "in batches of one sample, batch normalization gives 0 for all of them",
            node.component.span,
            labels=(Label(view.plan.place_of("training.batch_size"), "one sample"),),
            help="use larger batches, or `LayerNormalization`",
        )


def embedding_of_numbers(view: View, node: Node) -> Iterator[Finding]:
    """`Embedding` looks whole numbers up in a table; measurements are none."""
    columns = _columns(view, node) if view.type_of(node.component) == "Embedding" else ()
    wrong = next((column for column in columns if _is_measured(column)), None)
    if wrong is None:
        return
    what = {IMAGE: "an image", CATEGORY: "given as 0 and 1 for each category"}
    yield error(
        "embedding-of-numbers",
        f"`Embedding` looks up whole numbers, and `{wrong.name}` is {what.get(wrong.kind, 'standardised')}",
        node.component.span,
        help="use `Dense` for measurements"
        if wrong.kind != NUMBER
        else f"write `columns: {{{wrong.name}: {{number: {{scale: none}}}}}}` if they are whole numbers",
    )


def _is_measured(column: ColumnFacts) -> bool:
    if column.kind == CATEGORY:
        return column.options.get("encode") != "index"
    return column.kind in {IMAGE, DATETIME} or column.scaled


def vocabulary_too_small(view: View, node: Node) -> Iterator[Finding]:
    """Word numbers beyond the end of the table that is to hold them."""
    source = view.plan.data.source
    words = source.arguments.get("num_words", VOCABULARY.get(source.type))
    if source.type not in VOCABULARY or not isinstance(words, int):
        return
    size = node.component.arguments.get("input_dim")
    is_fed = view.type_of(node.component) == "Embedding" and _columns(view, node)
    if is_fed and isinstance(size, int) and size < words:
        written = "num_words" in source.arguments
        yield error(
            "vocabulary-too-small",
            f"`{source.type}` has word numbers up to {words - 1}, the table ends at {size - 1}",
            node.component.span_of("input_dim"),
            labels=(Label(source.span_of("num_words"), f"{words} words"),) if written else (),
            help=f"write `input_dim: {words}`",
        )


def _columns(view: View, node: Node | None) -> tuple[ColumnFacts, ...]:
    """The columns that reach a node as they are; none if something is computed on the way."""
    ref = _only_source(node)
    while ref is not None and ref.source not in view.plan.inferred.inputs:
        before = view.plan.graph.node(ref.source)
        ref = _only_source(before) if before and view.type_of(before.component) in PASSING else None
    facts = view.plan.facts
    if ref is None or not facts.inputs:
        return ()
    fed = facts.inputs.get(ref.source) or (next(iter(facts.inputs.values())) if len(facts.inputs) == 1 else None)
    return tuple(facts.columns[name] for name in fed.columns) if fed else ()


def _only_source(node: Node | None) -> Ref | None:
    found = list(sources(node)) if node else []
    return found[0] if len(found) == 1 else None


def unscaled_image(view: View) -> Iterator[Finding]:
    """Pixels from 0 to 255 that go straight into weights made for numbers around 1."""
    source = view.plan.data.source
    if source.kind != "dataset" or source.type not in BRIGHT:
        return
    reached = {node.name: node for name in view.plan.inferred.inputs for node in view.readers.get(name, ())}
    waiting = list(reached.values())
    for node in waiting:  # grows while it is walked
        kind = view.type_of(node.component)
        if kind in KEEPING_BRIGHTNESS:
            following = {
                reader.name: reader for reader in view.readers.get(node.name, ()) if reader.name not in reached
            }
            reached |= following
            waiting += following.values()
        elif kind in WEIGHTED | BIASED and not _is_normalized(view, node):
            yield warning(
                "unscaled-image",
                f"the pixels of `{source.type}` go from 0 to 255, too bright for a first layer",
                node.component.span,
                labels=(Label(source.span, "0 to 255"),),
                help="begin with `Rescaling: {scale: $(1 / 255)}`",
            )
            return


def _is_normalized(view: View, node: Node) -> bool:
    following = view.only_reader(node)
    return following is not None and view.type_of(following.component).endswith("Normalization")
