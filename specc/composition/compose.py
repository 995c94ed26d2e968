"""Tree as written -> composed tree: extended specs, overrides, variables, blocks, repeats and models in their places.

The composed tree has none of `extends`, `include`, `vars`, `blocks` and `models` left. What cannot be computed stays
as `Unresolved` text, so that later stages can keep silent about it.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from specc.composition.blocks import Block, read_blocks, unused_parameters
from specc.composition.extending import Extended, extend
from specc.composition.groups import RESERVED, UNUSED, brought_in_schema, opaque
from specc.composition.instantiating import (
    MODEL_COST,
    Models,
    Scope,
    affordable,
    exceeded,
    instantiate_model,
    unused_body,
)
from specc.composition.library import INCLUDED, MODEL_FILE, Library
from specc.composition.merging import reached
from specc.diagnostics import Finding, Label, Use, error, warning
from specc.language.overrides import Overrides, apply
from specc.language.schema_check import check_schema
from specc.language.source import Source
from specc.language.tree import Entry, Mapping, Node, Sequence, Value
from specc.language.variables import Tally, Variables, define

_CONSUMED = frozenset(("vars", "extends", "include", "blocks", "models"))
"""Sections of which a composed spec has nothing left."""


class Parts(NamedTuple):
    """A spec after all its files are merged and before anything is in its place: for who writes it in other words."""

    tree: Mapping
    variables: Variables
    blocks: dict[str, Block]


class Composed(NamedTuple):
    """The composed tree, the texts of the files that it came from beside the spec's own, and the findings."""

    tree: Node
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]
    parts: Parts | None = None


def compose(tree: Node, overrides: Overrides, path: Path, root: Path) -> Composed:
    """The spec `tree`, which stands in the file `path`, with everything in its place.

    Files that it names lie in `root`. Findings: cyclic-block, cyclic-files, cyclic-variable, duplicate-block,
    expansion-limit, invalid-expression, invalid-name, invalid-path, misplaced-argument, missing-argument, missing-key,
    nesting-limit, nothing-to-delete, out-of-range, unknown-argument, unknown-block, unknown-choice, unknown-key,
    unknown-model, unknown-variable, unused-block, unused-model, unused-parameter, wrong-type, those about paths, and
    the readers'.
    """
    if not isinstance(tree, Mapping):
        changed, faults = apply(tree, overrides)
        return Composed(changed, (), faults)
    tally = Tally()
    library = Library(root, path.parent, tally.findings)
    composer = _Composer(library, tally, {}, {})
    files = tuple(chosen for chosen in overrides.sets if chosen[0] in ("extends", "include"))
    if files:
        changed, faults = apply(tree, Overrides(files))
        tally.findings += faults
        tree = changed if isinstance(changed, Mapping) else tree
        overrides = overrides._replace(sets=tuple(chosen for chosen in overrides.sets if chosen not in files))
    composed, parts = composer.spec(tree, path, overrides)
    return Composed(composed, tuple(library.sources), tuple(tally.findings), parts)


class _Composer(NamedTuple):
    """What composing one spec and the models it uses from other files has in common.

    `included` and `files` have the files that were read before, by their resolved paths: whether blocks of the included
    ones may be lost, and the specs whose models are used.
    """

    library: Library
    tally: Tally
    included: dict[Path, tuple[dict[str, Block], bool]]
    files: dict[Path, tuple[Parts, Scope]]

    def spec(self, written: Mapping, path: Path, overrides: Overrides) -> tuple[Mapping, Parts]:
        """The whole spec."""
        parts, scope = self.parts(written, path, overrides)
        entries = [self.section(entry, scope) for entry in parts.tree if entry.key not in _CONSUMED | RESERVED]
        for entry in parts.tree:
            if entry.key in RESERVED:
                message = f"the top level has no key `{entry.key}`"
                self.tally.findings.append(error("unknown-key", message, entry.key_span))
        unused = self.unused(parts, scope)
        if exceeded(self.tally):
            entries = [entry._replace(value=_lost(entry.value)) if entry.key == "model" else entry for entry in entries]
        elif unused:
            entries.append(Entry(UNUSED, parts.tree.span, Mapping(parts.tree.span, unused)))
        bringing = [entry.key_span for entry in written if entry.key in ("extends", "include")]
        if scope.models.lost and bringing:
            entries.append(opaque(bringing[0]))
            if parts.tree.entry("spec") is None:
                entries.append(Entry("spec", bringing[0], Value(bringing[0], 1)))
        return Mapping(parts.tree.span, tuple(entries)), parts

    def section(self, entry: Entry, scope: Scope) -> Entry:
        if entry.key == "description" or entry.key.startswith("x-"):
            return entry
        if entry.key == "model":
            return entry._replace(value=instantiate_model(entry.value, scope))
        return scope.variables.entry(entry, 1)

    def parts(self, written: Mapping, path: Path, overrides: Overrides) -> tuple[Parts, Scope]:
        """The merged tree of a spec in the file `path`, and what its layers see."""
        extended = extend(written, path, self.library)
        merged, faults = apply(extended.tree, overrides)
        if not extended.lost:
            self.tally.findings += faults
        tree = merged if isinstance(merged, Mapping) else extended.tree
        variables, blocks, lost = self.defined(extended._replace(tree=tree), path)
        section = tree.get("models")
        if section is not None and not isinstance(section, Mapping):
            message = "`models` must be a mapping of names to models"
            self.tally.findings.append(error("wrong-type", message, section.span))
        models = Models(section, partial(self.model_of, path), variables, blocks, lost)
        return Parts(tree, variables, blocks), Scope(variables, blocks, models)

    def defined(self, extended: Extended, path: Path) -> tuple[Variables, dict[str, Block], bool]:
        """The variables and blocks of a file, those that it includes too, and whether some may be lost."""
        variables = define(extended.tree.get("vars"), self.tally, complete=not extended.lost)
        blocks: dict[str, Block] = {}
        lost = extended.lost
        for item in extended.includes:
            lost |= not self.include(item, path, blocks)
        section = extended.tree.get("blocks")
        read_blocks(section, variables, blocks, self.tally.findings)
        lost |= isinstance(section, Sequence) or (isinstance(section, Value) and section.value is not None)
        return variables, blocks, lost

    def include(self, item: Value, path: Path, blocks: dict[str, Block]) -> bool:
        """Adds the blocks of another file, which see what that file defines, to `blocks`; whether they are all."""
        with self.library.bringing(path, item, INCLUDED) as opened:
            if opened and opened.real not in self.included:
                extended = extend(opened.tree, opened.path, self.library)
                self.library.findings += check_schema(extended.tree, brought_in_schema())
                _, own, lost = self.defined(extended, opened.path)
                self.included[opened.real] = own, lost
        if opened is None:
            return False
        own, lost = self.included[opened.real]
        for name, block in own.items():
            known = blocks.setdefault(name, block)
            if known.span.place != block.span.place:
                labels = (Label(known.span, "one"), Label(block.span, "the other"))
                message = f"two files define a block `{name}`"
                self.tally.findings.append(error("duplicate-block", message, item.span, labels=labels))
        return not lost

    def model_of(self, path: Path, source: Value, depth: int) -> Node | None:
        """The `model:` section of the spec in another file, named in the file `path`, with everything in its place."""
        with self.library.bringing(path, source, MODEL_FILE) as opened:
            if opened and opened.real not in self.files:
                brought = self.files[opened.real] = self.parts(opened.tree, opened.path, Overrides())
                self.library.findings += check_schema(brought[0].tree, brought_in_schema())
        if opened is None:
            return None
        parts, scope = self.files[opened.real]
        section = parts.tree.get("model")
        if section is None:
            if not scope.models.lost:
                self.tally.findings.append(error("missing-key", f"`{source.value}` has no `model`", source.span))
            return None
        if not affordable(section, source.span, scope, MODEL_COST):
            return None
        section = reached(section, Use(MODEL_FILE.words, source.span))
        with self.library.inside(path, source.span):
            return instantiate_model(section, replace(scope, depth=depth))

    def unused(self, parts: Parts, scope: Scope) -> tuple[Entry, ...]:
        """What is left out, and what nothing uses of the spec's own, to be checked all the same; a warning for that."""
        models, entries = scope.models, list(scope.models.left_out)
        idle = [b for b in parts.blocks.values() if b.home is scope.variables and id(b) not in models.used_blocks]
        entries += [Entry(block.name, block.span, unused_body(block, models)) for block in idle]
        named = [e for e in models.section if e.key not in models.used] if isinstance(models.section, Mapping) else []
        for entry in named:
            made = instantiate_model(entry.value, scope)
            body = made if isinstance(made, Mapping) else Mapping(made.span, (Entry("layers", made.span, made),))
            entries.append(Entry(entry.key, entry.key_span, body))
        if not (exceeded(self.tally) or models.lost or parts.tree.entry("model") is None):
            # What only unused blocks use is not told: it is used when they are.
            used = models.used_blocks | models.mentioned | {id(block) for block in idle if block.faulty}
            warnings = [_unused_block(block) for block in idle if id(block) not in used]
            warnings += [_unused_model(entry) for entry in named if entry.key not in models.used]
            self.tally.findings += [finding for finding in warnings if not finding.span.via]
        for block in parts.blocks.values():
            if block.home is scope.variables and not block.span.via:
                self.tally.findings += unused_parameters(block)
        return tuple(entries)


def _lost(model: Node) -> Node:
    """In place of a model that stands for more than it may: layers that are not known."""
    return Sequence(model.span, (Mapping(model.span, (opaque(model.span),)),))


def _unused_block(block: Block) -> Finding:
    help_ = f"write `- {block.name}` among the layers, or leave it out"
    return warning("unused-block", f"nothing uses the block `{block.name}`", block.span, help=help_)


def _unused_model(entry: Entry) -> Finding:
    help_ = f"write `- model: {entry.key}` among the layers, or leave it out"
    return warning("unused-model", f"nothing uses the model `{entry.key}`", entry.key_span, help=help_)
