"""What stands beside a group (a block, branches, several layers, a model) in its entry and does not belong there.

Beside a layer the schema finds such keys; what it is told of a group does not have them any more.
"""

from collections.abc import Mapping as AbstractMapping

from specc.composition.blocks import Block
from specc.composition.entries import GROUP_TYPES, NODE_KEYS
from specc.diagnostics import Finding, error
from specc.language.tree import Entry, Mapping, Value

_ARGUMENTS = {"parallel": ("branches", "merge"), "layers": (), "model": ("source", "trainable")}


def stray_keys(item: Mapping, blocks: AbstractMapping[str, Block]) -> tuple[dict[str, str], list[Finding]]:
    """The keys of a layer's entry that do not belong beside its group, each with what it was meant for.

    That is a node key, the group itself for an argument of it, or nothing that is known. A second type is no stray.
    Findings: misplaced-argument, unknown-key.
    """
    groups = [entry for entry in item if entry.key in blocks or entry.key in GROUP_TYPES]
    others = [entry for entry in item if entry not in groups and not _belongs(entry.key)]
    if len(groups) != 1 or not others:
        return {}, []
    group = groups[0]
    block = blocks.get(group.key)
    known = _ARGUMENTS[group.key] if block is None else tuple(param.name for param in block.params)
    if block is not None and block.faulty:
        return {entry.key: group.key for entry in others}, []
    meant, findings = {}, []
    for entry in others:
        if entry.key in known:
            meant[entry.key] = group.key
            findings.append(_misplaced(entry, group))
        else:
            meant[entry.key], finding = _unknown(entry, group)
            findings.append(finding)
    return meant, findings


def _belongs(key: str) -> bool:
    return key in NODE_KEYS or key.startswith(("x-", "ops.")) or not key[:1].islower()


def _misplaced(entry: Entry, group: Entry) -> Finding:
    source = group.value.value if isinstance(group.value, Value) else None
    inside = f"{group.key}: {{{f'source: {source}, ' if group.key == 'model' and source else ''}{entry.key}: …}}"
    message = f"`{entry.key}` is an argument of `{group.key}`, but stands beside it"
    help_ = f"write `{inside}`" if group.key == "model" else f"indent it under `{group.key}:`, or write `{inside}`"
    return error("misplaced-argument", message, entry.key_span, help=help_)


def _unknown(entry: Entry, group: Entry) -> tuple[str, Finding]:
    from specc.language.suggest import best_match

    match = best_match(entry.key, NODE_KEYS) or ""
    notes = () if match else (f"known keys: {', '.join(f'`{key}`' for key in NODE_KEYS)}",)
    message = f"the entry of `{group.key}` has no key `{entry.key}`"
    help_ = f"did you mean `{match}`?" if match else ""
    return match, error("unknown-key", message, entry.key_span, help=help_, notes=notes)
