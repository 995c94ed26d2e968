"""Tree as written -> composed tree: extended specs, overrides, variables, blocks, repeats and models in their places.

The composed tree has none of `extends`, `include`, `vars`, `blocks` and `models` left. What cannot be computed stays
as `Unresolved` text, so that later stages can keep silent about it.
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

from specc.composition.blocks import Block, read_blocks
from specc.composition.extending import extend
from specc.composition.groups import RESERVED, UNUSED
from specc.composition.instantiating import Models, Scope, instantiate_model, unused_body
from specc.composition.library import Library
from specc.composition.merging import reached
from specc.diagnostics import Finding, Label, Use, error, warning
from specc.language.overrides import Overrides, apply
from specc.language.source import Source
from specc.language.tree import Entry, Mapping, Node, Value
from specc.language.variables import Tally, Variables, define

_CONSUMED = frozenset(("vars", "extends", "include", "blocks", "models"))
_NOT_READ = frozenset(("description",))


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
    expansion-limit, invalid-expression, invalid-name, invalid-path, missing-argument, missing-key, nesting-limit,
    nothing-to-delete, out-of-range, unknown-argument, unknown-block, unknown-choice, unknown-key, unknown-model,
    unknown-variable, unused-block, wrong-type, those about paths, and the readers'.
    """
    if not isinstance(tree, Mapping):
        changed, faults = apply(tree, overrides)
        return Composed(changed, (), faults)
    tally = Tally()
    library = Library(root, path.parent, tally.findings)
    composer = _Composer(library, tally)
    files = tuple(chosen for chosen in overrides.sets if chosen[0] in ("extends", "include"))
    if files:
        changed, faults = apply(tree, Overrides(files))
        tally.findings += faults
        tree = changed if isinstance(changed, Mapping) else tree
        overrides = overrides._replace(sets=tuple(chosen for chosen in overrides.sets if chosen not in files))
    composed, parts = composer.spec(tree, path, overrides)
    return Composed(composed, tuple(library.sources), tuple(tally.findings), parts)


class _Composer(NamedTuple):
    """What composing one spec and the models it uses from other files has in common."""

    library: Library
    tally: Tally

    def spec(self, written: Mapping, path: Path, overrides: Overrides) -> tuple[Mapping, Parts]:
        """The whole spec."""
        parts, scope = self.parts(written, path, overrides)
        entries = [self.section(entry, scope) for entry in parts.tree if entry.key not in _CONSUMED | RESERVED]
        for entry in parts.tree:
            if entry.key in RESERVED:
                message = f"the top level has no key `{entry.key}`"
                self.tally.findings.append(error("unknown-key", message, entry.key_span))
        unused = self.unused(parts, scope)
        if unused:
            entries.append(Entry(UNUSED, parts.tree.span, Mapping(parts.tree.span, unused)))
        return Mapping(parts.tree.span, tuple(entries)), parts

    def section(self, entry: Entry, scope: Scope) -> Entry:
        if entry.key in _NOT_READ or entry.key.startswith("x-"):
            return entry
        if entry.key == "model":
            return entry._replace(value=instantiate_model(entry.value, scope))
        return scope.variables.entry(entry, 1)

    def parts(self, written: Mapping, path: Path, overrides: Overrides) -> tuple[Parts, Scope]:
        """The merged tree of a spec in the file `path`, and what its layers see."""
        extended = extend(written, path, self.library)
        merged, faults = apply(extended.tree, overrides)
        self.tally.findings += faults
        tree = merged if isinstance(merged, Mapping) else extended.tree
        variables = define(tree.get("vars"), self.tally)
        blocks: dict[str, Block] = {}
        for item in extended.includes:
            self.include(item, path, blocks)
        read_blocks(tree.get("blocks"), variables, blocks, self.tally.findings)
        section = tree.get("models")
        if section is not None and not isinstance(section, Mapping):
            message = "`models` must be a mapping of names to models"
            self.tally.findings.append(error("wrong-type", message, section.span))
        models = Models(section, partial(self.model_of, path), variables, blocks)
        return Parts(tree, variables, blocks), Scope(variables, blocks, models)

    def include(self, item: Value, path: Path, blocks: dict[str, Block]) -> None:
        """Adds the blocks of another file, which see what that file defines, to `blocks`."""
        self.library.enter(path, item.span)
        opened = self.library.open(item, "a file of blocks")
        if opened:
            extended = extend(opened.tree, opened.path, self.library)
            own: dict[str, Block] = {}
            for inner in extended.includes:
                self.include(inner, opened.path, own)
            home = define(extended.tree.get("vars"), self.tally)
            read_blocks(extended.tree.get("blocks"), home, own, self.tally.findings)
            for name, block in own.items():
                known = blocks.setdefault(name, block)
                if known.span.place != block.span.place:
                    labels = (Label(known.span, "one"), Label(block.span, "the other"))
                    message = f"two files define a block `{name}`"
                    self.tally.findings.append(error("duplicate-block", message, item.span, labels=labels))
        self.library.leave()

    def model_of(self, path: Path, source: Value) -> Node | None:
        """The `model:` section of the spec in another file, named in the file `path`, with everything in its place."""
        self.library.enter(path, source.span)
        opened = self.library.open(source, "a spec with a model")
        made = None
        if opened:
            tree = reached(opened.tree, Use("in a model that is used as a layer", source.span))
            assert isinstance(tree, Mapping)  # noqa: S101  as it was
            parts, scope = self.parts(tree, opened.path, Overrides())
            section = parts.tree.get("model")
            if section is None:
                self.tally.findings.append(error("missing-key", f"`{source.value}` has no `model`", source.span))
            else:
                made = instantiate_model(section, scope)
        self.library.leave()
        return made

    def unused(self, parts: Parts, scope: Scope) -> tuple[Entry, ...]:
        """The blocks and models of the spec's own that nothing uses, to be checked; a warning for each."""
        entries = []
        for name, block in parts.blocks.items():
            if id(block) in scope.models.used_blocks or block.home is not scope.variables:
                continue
            if not block.span.via and id(block) not in scope.models.mentioned:
                help_ = f"write `- {name}` among the layers, or leave it out"
                finding = warning("unused-block", f"nothing uses the block `{name}`", block.span, help=help_)
                self.tally.findings.append(finding)
            entries.append(Entry(name, block.span, unused_body(block, scope.models)))
        models = scope.models.section
        for entry in models if isinstance(models, Mapping) else ():
            if entry.key not in scope.models.used:
                made = instantiate_model(entry.value, scope)
                body = made if isinstance(made, Mapping) else Mapping(made.span, (Entry("layers", made.span, made),))
                entries.append(Entry(entry.key, entry.key_span, body))
        return tuple(entries)
