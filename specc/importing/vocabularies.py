"""The vocabularies that layers have learned, which Keras keeps beside the config -> the config with them in it.

In: the tree of a config and the `.keras` archive that it came from, if any. Out: the tree in which each lookup layer
has its `vocabulary`: as a list or, if that is long, as the name of a file to be written beside the spec. Other assets
and weights are left alone.
"""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from specc import archive
from specc.diagnostics import Finding, Span, error, warning
from specc.language import limits
from specc.language.tree import Entry, Mapping, Node, Sequence, Value

LONG = 1_000
"""Words that a spec may list; more of them make a file of their own."""

_LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "TextVectorization"})
_MODELS = frozenset({"Functional", "Model", "Sequential"})
_FOLDER = "assets/"


class Filled(NamedTuple):
    """The config with its vocabularies, and the texts of the files that hold the long ones, by their names."""

    tree: Mapping
    files: dict[str, str]
    findings: list[Finding]


def with_vocabularies(tree: Mapping, path: Path | None, stem: str | None) -> Filled:
    """`tree` with the vocabularies that the archive at `path` holds (None: there is none).

    Long ones become files `STEM.vocabulary.txt`; without a `stem` they are refused. Findings: no-counterpart,
    not-a-model, not-kept and those of `specc.archive`.
    """
    if not _has_lookups(tree):
        return Filled(tree, {}, [])
    members, findings = archive.members(path) if path else ({}, [])
    work = _Work(path, frozenset(members), stem, {}, list(findings))
    filled = _object(tree, _FOLDER, work)
    return Filled(filled, work.files, work.findings)


class _Work(NamedTuple):
    """Where to read, how to call files, and what was found."""

    path: Path | None
    members: frozenset[str]
    stem: str | None
    files: dict[str, str]
    findings: list[Finding]


def _has_lookups(tree: Mapping) -> bool:
    waiting: list[Node] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            if _class_of(node) in _LOOKUPS:
                return True
            waiting += [entry.value for entry in node]
    return False


def _object(node: Mapping, folder: str, work: _Work) -> Mapping:
    """A layer or model whose assets lie in `folder`."""
    name, config = _class_of(node), node.get("config")
    if not isinstance(config, Mapping):
        return node
    if name in _LOOKUPS:
        return _with(node, "config", _lookup(config, folder, work))
    layers = config.get("layers")
    if name not in _MODELS or not isinstance(layers, Sequence):
        return node
    # Keras names the assets of layers by their classes, in order (keras/src/saving/saving_lib.py).
    seen: Counter[str] = Counter()
    items: list[Node] = []
    for layer in layers.items:
        if isinstance(layer, Mapping):
            base = _snake(_class_of(layer))
            number = seen[base]
            seen[base] += 1
            items.append(_object(layer, f"{folder}layers/{base}{f'_{number}' if number else ''}/", work))
        else:
            items.append(layer)
    return _with(node, "config", _with(config, "layers", Sequence(layers.span, tuple(items))))


def _lookup(config: Mapping, folder: str, work: _Work) -> Mapping:
    """The config of a lookup layer with its vocabulary, if there is one."""
    given = config.get("vocabulary")
    place = given.span if given else config.span
    if isinstance(given, Sequence):
        words: list[str] | None = None
        if len(given.items) > LONG:
            words = [str(item.value) for item in given.items if isinstance(item, Value)]
    elif isinstance(given, Value) and given.value is not None:
        return config
    else:
        words = _learned(config, folder, place, work)
    if words is None:
        return config
    if len(words) <= LONG:
        whole = config.get("vocabulary_dtype") is not None
        values = [int(word) if whole else word for word in words]
        return _with(config, "vocabulary", Sequence(place, tuple(Value(place, value) for value in values)))
    if work.stem is None:
        help_ = "name the spec with `-o`; the vocabulary is then kept beside it"
        message = f"a vocabulary of {len(words):,} entries is too long for a spec"
        work.findings.append(error("no-counterpart", message, place, help=help_))
        return config
    number = f"_{len(work.files) + 1}" if work.files else ""
    name = f"{work.stem}{number}.vocabulary.txt"
    work.files[name] = "".join(f"{word}\n" for word in words)
    return _with(config, "vocabulary", Value(place, name))


def _learned(config: Mapping, folder: str, place: Span, work: _Work) -> list[str] | None:
    """The words of the layer's file, without those that stand for unknown ones and for none."""
    member = f"{folder}vocabulary.txt"
    if work.path is None or member not in work.members:
        size = config.get("vocabulary_size")
        count = size.value - len(_special(config)) if isinstance(size, Value) and type(size.value) is int else 0
        if count > 0:
            message = f"the vocabulary of {count:,} entries is not in this file"
            help_ = "write it as `vocabulary`, or import the `.keras` file, which has it"
            work.findings.append(warning("not-kept", message, place, help=help_))
        return None
    data, findings = archive.read_member(work.path, member, limits.FILE_BYTES)
    work.findings.extend(findings)
    if data is None:
        return None
    try:
        words = data.decode("utf-8").splitlines()
        while words and not words[-1]:
            words.pop()
        special = _special(config)
        words = words[len(special) :] if words[: len(special)] == special else words
        if config.get("vocabulary_dtype") is not None:
            words = [str(int(word)) for word in words]
    except ValueError:
        message = f"`{member}` is no list of {'numbers' if config.get('vocabulary_dtype') else 'words'}"
        work.findings.append(error("not-a-model", message, place))
        return None
    mode = config.get("output_mode")
    if words and isinstance(mode, Value) and mode.value == "tf_idf":
        message = "the weights of `tf_idf` lie beside a learned vocabulary, where specs do not read them"
        work.findings.append(error("no-counterpart", message, mode.span, help="give the layer its `idf_weights`"))
        return None
    return words or None


def _special(config: Mapping) -> list[str]:
    """The first lines of a vocabulary's file: what stands for nothing, and for what is unknown."""
    mask, unknown = _scalar(config, "mask_token", ""), _scalar(config, "oov_token", "[UNK]")
    count = _scalar(config, "num_oov_indices", 1)
    masked = mask is not None and _scalar(config, "output_mode", "int") == "int"
    return ([str(mask)] if masked else []) + [str(unknown)] * (count if isinstance(count, int) and count < 10**6 else 0)


def _scalar(config: Mapping, key: str, default: str | int) -> object:
    """What `TextVectorization` does not say is its `default`; others may say null."""
    node = config.get(key)
    return default if node is None else node.value if isinstance(node, Value) else None


def _with(node: Mapping, key: str, value: Node) -> Mapping:
    """A mapping with another value of one of its keys, which it gets if it has none."""
    entries = tuple(entry._replace(value=value) if entry.key == key else entry for entry in node)
    if node.get(key) is None:
        entries += (Entry(key, value.span, value),)
    return Mapping(node.span, entries)


def _class_of(node: Mapping) -> str:
    name = node.get("class_name")
    return name.value if isinstance(name, Value) and isinstance(name.value, str) else ""


def _snake(name: str) -> str:
    """A class's name as Keras writes it in paths: `string_lookup`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
