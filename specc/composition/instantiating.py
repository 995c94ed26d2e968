"""Layers as written -> layers with every block, repeat and model in its place, and all variables filled in.

What stood for several layers becomes one entry under a key of `specc.composition.groups`, which keeps the names inside
apart; names and wires are `specc.graph.resolve`'s. Each place inside a block knows by which use it is reached.
"""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass, field, replace

from specc.composition.blocks import INDEX, Block, bind, shown, unbound
from specc.composition.entries import GROUP_TYPES, NODE_KEYS
from specc.composition.groups import BLOCK, COPIES, MODEL, RESERVED, opaque
from specc.composition.merging import reached
from specc.composition.strays import stray_keys
from specc.diagnostics import Label, Span, Use, error
from specc.language import limits
from specc.language.tree import Entry, Mapping, Node, Sequence, Value
from specc.language.variables import Tally, Unresolved, Variables, has_hole, has_unresolved, used_names

_OVERHEAD = 5
"""What a use or a copy costs beside the values in it."""
MODEL_COST = 20
"""What a model costs beside that: it is a graph of its own."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What layers can see: variables, blocks, models, and the uses around them, the outermost first."""

    variables: Variables
    blocks: AbstractMapping[str, Block]
    models: "Models"
    around: tuple[Block, ...] = ()
    depth: int = 0


@dataclass(slots=True)
class Models:
    """How a model's name or file becomes its `model:` section, and which names and blocks have been used.

    `section` is the spec's `models:`; `from_file` composes the spec in a file and gives its `model:`, some levels deep.
    Some blocks and models are `lost` where a file that would have them cannot be had. `mentioned` are the blocks of
    entries at fault, which stand for no layers, and `left_out` are entries that are repeated zero times.
    """

    section: Node | None
    from_file: Callable[[Value, int], Node | None]
    variables: Variables
    blocks: AbstractMapping[str, Block]
    lost: bool = False
    used: set[str] = field(default_factory=set)
    used_blocks: set[int] = field(default_factory=set)
    mentioned: set[int] = field(default_factory=set)
    active: list[str] = field(default_factory=list)
    left_out: list[Entry] = field(default_factory=list)
    # By a node's id; the node is kept so that its id is.
    sizes: dict[int, tuple[Node, int]] = field(default_factory=dict)


def instantiate_model(model: Node, scope: Scope) -> Node:
    """A `model:` section: a list of layers, or a mapping that has one under `layers`."""
    if isinstance(model, Sequence):
        return instantiate(model, scope)
    if not isinstance(model, Mapping):
        return scope.variables.substitute(model, 2)
    entries = [
        entry._replace(value=instantiate(entry.value, scope))
        if entry.key == "layers"
        else scope.variables.entry(entry, 2)
        for entry in model
    ]
    return Mapping(model.span, tuple(entries))


def instantiate(layers: Node, scope: Scope) -> Node:
    """A list of layers. Findings go to the tally of the scope's variables."""
    if not isinstance(layers, Sequence):
        _mention(layers, scope)
        return scope.variables.substitute(layers, 3)
    tally = scope.variables.tally
    if scope.depth > limits.BLOCK_DEPTH and not exceeded(tally):
        message = f"blocks, repeats and groups are nested more than {limits.BLOCK_DEPTH} levels deep"
        tally.findings.append(error("nesting-limit", message, layers.span))
        tally.expanded = limits.EXPANDED + 1
    if exceeded(tally):
        return Sequence(layers.span, ())
    items = [made for item in layers.items for made in _entry(item, scope)]
    return Sequence(layers.span, tuple(items))


def unused_body(block: Block, models: Models) -> Mapping:
    """The body of a block that nothing uses, so that it is checked too; its required parameters are unknown."""
    if block.faulty:
        return Mapping(block.span, ())
    scope = Scope(block.home.within(unbound(block)), block.blocks, models, (block,), 1)
    return Mapping(block.layers.span, (Entry("layers", block.span, instantiate(block.layers, scope)),))


def _entry(item: Node, scope: Scope) -> Iterator[Node]:
    """What one item of a list of layers stands for: one entry, or none if it is repeated zero times."""
    if isinstance(item, Value):
        filled = scope.variables.substitute(item, 3)
        stands = _word(filled, scope)
        yield Mapping(item.span, stands) if stands else filled
        return
    if not isinstance(item, Mapping):
        yield scope.variables.substitute(item, 3)
        return
    repeat = item.entry("repeat")
    if repeat is None:
        yield _layer(item, scope)
        return
    count = _count(repeat, scope)
    if count:
        yield _copies(item, count, scope)
        return
    if count is None:
        _mention(item, scope)
        yield _opaque(item, scope)
    else:
        _leave_out(item, scope)


def _leave_out(item: Mapping, scope: Scope) -> None:
    """Keeps an entry that is repeated zero times to be checked, but for expressions, whose values may be the reason."""
    if affordable(item, item.span, scope):
        blind = replace(scope.variables.within({}), unknown_all=True)
        once = replace(item, entries=tuple(entry for entry in item if entry.key != "repeat"))
        made = _layer(once, replace(scope, variables=blind, depth=scope.depth + 1))
        layers = Sequence(item.span, (made,))
        body = Mapping(item.span, (Entry("layers", item.span, layers),))
        left_out = scope.models.left_out
        left_out.append(Entry(f"(left out {len(left_out)})", item.span, body))


def _count(repeat: Entry, scope: Scope) -> int | None:
    """How often an entry is repeated; None, mostly with a finding, if that is not to be known."""
    node = scope.variables.substitute(repeat.value, 4)
    if has_unresolved(node):
        return None
    findings = scope.variables.tally.findings
    value = node.value if isinstance(node, Value) else None
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"`repeat` must be an integer, got {'the string ' if isinstance(value, str) else ''}{shown(node)}"
        findings.append(error("wrong-type", message, repeat.value.span))
        return None
    if not 0 <= value <= limits.REPEATS:
        message = f"`repeat` must be between 0 and {limits.REPEATS}, got {value}"
        findings.append(error("out-of-range", message, repeat.value.span))
        return None
    return value


def _copies(item: Mapping, count: int, scope: Scope) -> Mapping:
    """The entry as a list of its copies, the first with its `inputs`; the last gives what the name stands for."""
    name, inputs = item.entry("name"), item.entry("inputs")
    numbered = name is not None and has_hole(name.value) and INDEX in used_names(str(name.value.value))
    of_all = {"outputs"} if numbered else {"name", "outputs"}
    inside = replace(item, entries=tuple(entry for entry in item if entry.key not in {"repeat", "inputs", *of_all}))
    copies: list[Node] = []
    for number in range(count):
        if not affordable(item, item.span, scope):
            return _opaque(item, scope)
        own = scope.variables.within({INDEX: Value(item.span, number)})
        way = Use(f"in copy {number} of a repeated entry,", item.span)
        written = reached(inside, way) if number else inside
        assert isinstance(written, Mapping)  # noqa: S101  as it was
        copy = _layer(written, replace(scope, variables=own, depth=scope.depth + 1))
        if number == 0 and inputs:
            copy = Mapping(copy.span, (*copy.entries, scope.variables.entry(inputs, 3)))
        copies.append(copy)
    kept = [scope.variables.entry(entry, 3) for entry in item if entry.key in of_all]
    first = item.entries[0]
    return Mapping(item.span, (Entry(COPIES, first.key_span, Sequence(item.span, tuple(copies))), *kept))


def _layer(item: Mapping, scope: Scope) -> Mapping:
    """One entry that is not repeated."""
    entries: list[Entry] = []
    strays, findings = stray_keys(item, scope.blocks)
    scope.variables.tally.findings += findings
    for entry in item:
        block = scope.blocks.get(entry.key)
        if entry.key in strays:
            meant = strays[entry.key]
            entries += (
                [Entry(meant, entry.key_span, entry.value)] if meant in NODE_KEYS and not item.entry(meant) else []
            )
        elif entry.key in NODE_KEYS or entry.key.startswith("x-"):
            entries.append(scope.variables.entry(entry, 3))
        elif block is not None:
            given = scope.variables.substitute(entry.value, 4)
            if entry.key in strays.values():
                given = Value(given.span, Unresolved(entry.key))
            entries += _use(block, entry.key_span, given, scope)
        elif entry.key in RESERVED:
            message = f"there is no layer `{entry.key}`"
            scope.variables.tally.findings.append(error("unknown-layer", message, entry.key_span))
            entries.append(opaque(entry.key_span))
        elif entry.key == "layers":
            inner = replace(scope, depth=scope.depth + 1)
            entries.append(entry._replace(value=instantiate(entry.value, inner)))
        elif entry.key == "parallel":
            entries.append(entry._replace(value=_parallel(entry.value, scope)))
        elif entry.key == "model":
            entries.append(_nested(entry, scope))
        else:
            entries += _misspelt(entry.key, entry.key_span, scope) or (scope.variables.entry(entry, 3),)
    return Mapping(item.span, tuple(entries))


def _parallel(value: Node, scope: Scope) -> Node:
    """`{branches: [[…], […]], merge: Add}` with every branch in its place."""
    branches = value.get("branches") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(branches, Sequence):
        _mention(value, scope)
        return scope.variables.substitute(value, 4)
    inner = replace(scope, depth=scope.depth + 1)
    done = Sequence(branches.span, tuple(instantiate(branch, inner) for branch in branches.items))
    return Mapping(
        value.span,
        tuple(
            entry._replace(value=done) if entry.key == "branches" else scope.variables.entry(entry, 4)
            for entry in value
        ),
    )


def _nested(entry: Entry, scope: Scope) -> Entry:
    """A model that is used as a layer: its own section, found by name or file, beside what the entry says."""
    said = scope.variables.substitute(entry.value, 4)
    options = said.entries if isinstance(said, Mapping) else (Entry("source", entry.key_span, said),)
    source = next((option.value for option in options if option.key == "source"), None)
    if source is not None and has_unresolved(source):
        return opaque(entry.key_span)
    if not isinstance(source, Value) or not isinstance(source.value, str):
        message = "`model` takes the name of one of the `models`, or the file of a spec"
        place = entry.key_span if source is None else source.span
        scope.variables.tally.findings.append(error("wrong-type", message, place))
        return opaque(entry.key_span)
    model = _find(source, scope)
    if model is None:
        return opaque(entry.key_span)
    return Entry(MODEL, entry.key_span, Mapping(said.span, (*options, Entry("model", entry.key_span, model))))


def _find(source: Value, scope: Scope) -> Node | None:
    """The `model:` section that `source` means, with everything in its place."""
    name, models = str(source.value), scope.models
    if "/" in name or "\\" in name or name.endswith((".yaml", ".yml", ".json")):
        return models.from_file(source, scope.depth + 1)
    findings = scope.variables.tally.findings
    entry = models.section.entry(name) if isinstance(models.section, Mapping) else None
    if entry is None and models.lost:
        return None
    if entry is None:
        from specc.language.suggest import did_you_mean

        known = [entry.key for entry in models.section] if isinstance(models.section, Mapping) else []
        help_ = did_you_mean(name, known) or ("" if known else "the file of another spec is written `./name.yaml`")
        findings.append(error("unknown-model", f"there is no model `{name}` under `models`", source.span, help=help_))
        return None
    models.used.add(name)
    if name in models.active:
        shown = " -> ".join(f"`{other}`" for other in (*models.active[models.active.index(name) :], name))
        findings.append(error("cyclic-block", f"a model cannot hold itself: {shown}", source.span))
        return None
    if not affordable(entry.value, source.span, scope, MODEL_COST):
        return None
    models.active.append(name)
    section = reached(entry.value, Use(f"in the model `{name}`, used", source.span))
    made = instantiate_model(section, Scope(models.variables, models.blocks, models, (), scope.depth + 1))
    models.active.pop()
    return made


def _use(block: Block, place: Span, given: Node | None, scope: Scope) -> tuple[Entry, ...]:
    """A use of a block: its body, reached by this use, with its parameters' values."""
    findings = scope.variables.tally.findings
    scope.models.used_blocks.add(id(block))
    if block.faulty:
        return (opaque(place),)
    if block in scope.around:
        shown = " -> ".join(f"`{other.name}`" for other in (*scope.around[scope.around.index(block) :], block))
        label = Label(block.span, "defined here")
        findings.append(error("cyclic-block", f"a block cannot hold itself: {shown}", place, labels=(label,)))
        return (opaque(place),)
    values = bind(block, given, place, scope.variables)
    if not affordable(block.layers, place, scope):
        return (opaque(place),)
    use = Use(f"in the block `{block.name}`, used", place)
    home = block.home.within(values)
    layers = reached(block.layers, use)
    inner = Scope(home, block.blocks, scope.models, (*scope.around, block), scope.depth + 1)
    body = [Entry("block", block.span, Value(block.span, block.name))]
    if block.inputs is not None:
        body.append(Entry("inputs", block.span, home.substitute(reached(block.inputs, use), 4)))
    body.append(Entry("layers", block.span, instantiate(layers, inner)))
    if block.outputs is not None:
        body.append(Entry("outputs", block.span, home.substitute(reached(block.outputs, use), 4)))
    return (Entry(BLOCK, place, Mapping(place, tuple(body))),)


def _word(node: Node, scope: Scope) -> tuple[Entry, ...]:
    """What a bare word stands for, if that is a block, or the slip of one."""
    if not isinstance(node, Value) or not isinstance(node.value, str) or isinstance(node.value, Unresolved):
        return ()
    block = scope.blocks.get(node.value)
    if block is not None:
        return _use(block, node.span, None, scope)
    return _misspelt(node.value, node.span, scope)


def _misspelt(name: str, place: Span, scope: Scope) -> tuple[Entry, ...]:
    """An unknown layer, with a finding, for a name that is like a block's; other words are for the schema to judge."""
    if not name[:1].islower() or name in GROUP_TYPES or name.startswith("ops."):
        return ()
    if scope.models.lost:
        return (opaque(place),)
    if not scope.blocks:
        return ()
    from specc.language.suggest import did_you_mean

    help_ = did_you_mean(name, scope.blocks)
    if not help_:
        return ()
    scope.variables.tally.findings.append(error("unknown-block", f"there is no block `{name}`", place, help=help_))
    return (opaque(place),)


def _opaque(item: Mapping, scope: Scope) -> Mapping:
    """An entry whose layers cannot be known, with what can: its name and its wires."""
    kept = [scope.variables.entry(e, 3) for e in item if e.key in ("name", "inputs", "outputs")]
    return Mapping(item.span, (opaque(item.span), *kept))


def _mention(node: Node, scope: Scope) -> None:
    """Notes the blocks that are named in what stands for no layers, so that nothing says that they are unused."""
    match node:
        case Mapping(entries=entries):
            for entry in entries:
                _mention(Value(entry.key_span, entry.key), scope)
                _mention(entry.value, scope)
        case Sequence(items=items):
            for item in items:
                _mention(item, scope)
        case Value(value=str() as word) if word in scope.blocks:
            scope.models.mentioned.add(id(scope.blocks[word]))


def _size(node: Node) -> int:
    match node:
        case Mapping(entries=entries):
            return 1 + sum(_size(entry.value) for entry in entries)
        case Sequence(items=items):
            return 1 + sum(map(_size, items))
    return 1


def affordable(node: Node, place: Span, scope: Scope, more: int = 0) -> bool:
    """Whether the spec may still grow by the values in `node` and `more`; a finding the first time that it may not."""
    tally, sizes = scope.variables.tally, scope.models.sizes
    if exceeded(tally):
        return False
    if id(node) not in sizes:
        sizes[id(node)] = node, _size(node)
    tally.expanded += sizes[id(node)][1] + _OVERHEAD + more
    if not exceeded(tally):
        return True
    message = "the blocks, repeats and models of this spec stand for more values than it may hold"
    tally.findings.append(error("expansion-limit", message, place))
    return False


def exceeded(tally: Tally) -> bool:
    """Whether the spec stands for more than it may hold, so that nothing more is put in its place."""
    return tally.expanded > limits.EXPANDED or tally.spent > limits.COMPOSED_WEIGHT
