"""The files that callbacks write into the run directory."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from string import Formatter
from typing import Final

from specc.advice.callbacks import FILES, VALIDATION
from specc.advice.lognames import entry, log_names
from specc.advice.view import View
from specc.component import Component
from specc.diagnostics import Finding, Label, error, warning
from specc.language.suggest import did_you_mean

RESERVED: Final = frozenset(
    {
        "spec.yaml", "lock.yaml", "run.json", "history.csv", "metrics.json", "predictions.csv", "model.keras",
        "report.html", "report.json", "report.md",
    }
)  # fmt: skip
"""What every run writes itself, by its path in the run directory."""
KEPT: Final = frozenset({".", "checkpoints"})
"""Folders of a run that hold what it writes itself."""


def checkpoint_suffix(view: View) -> Iterator[Finding]:
    """Keras tells from the suffix what to save, and refuses any other."""
    for _, callback in view.callbacks("ModelCheckpoint"):
        path = str(view.argument(callback, "filepath"))
        weights = bool(view.argument(callback, "save_weights_only"))
        suffixes = (".weights.h5",) if weights else (".keras", ".h5")
        if path.endswith(suffixes):
            continue
        what = "weights alone" if weights else "a whole model"
        yield error(
            "checkpoint-suffix",
            f"a file of {what} ends in `{suffixes[0]}`",
            callback.span_of("filepath"),
            labels=(Label(callback.span_of("save_weights_only"), "weights alone"),) if weights else (),
            help="add `save_weights_only: true`"
            if path.endswith(".weights")
            else f"write `{_stem(path)}{suffixes[0]}`",
        )


def _stem(path: str) -> str:
    for suffix in (".weights.h5", ".keras", ".h5", ".hdf5", ".tf", ".ckpt", ".pt", ".pth"):
        if path.endswith(suffix):
            return path.removesuffix(suffix)
    return path


def unknown_field(view: View) -> Iterator[Finding]:
    """A checkpoint's name may hold the epoch and what is logged at its end."""
    names = log_names(view)
    for _, callback in view.callbacks("ModelCheckpoint"):
        path, span = str(view.argument(callback, "filepath")), callback.span_of("filepath")
        by_epoch = view.argument(callback, "save_freq") == "epoch"
        known = {"epoch", *names}
        if not by_epoch:
            known |= {"batch"}
        elif view.validation_rows != 0:
            known |= {VALIDATION + name for name in names}
        try:
            fields = [field for _, field, _, _ in Formatter().parse(path) if field is not None]
        except ValueError as fault:
            yield error("unknown-field", f"the file name cannot be filled in: {fault}", span)
            continue
        for field in fields:
            name = field.split(".")[0].split("[")[0]
            if entry(name, known) not in known:
                notes = ("known are " + ", ".join(f"`{name}`" for name in sorted(known)),)
                help_ = did_you_mean(name, known) or "write two braces for one"
                yield error("unknown-field", f"nothing fills in `{{{field}}}`", span, notes=notes, help=help_)


def reserved_file(view: View) -> Iterator[Finding]:
    """Files that the run itself writes under the same name."""
    for path, argument, callback in _files(view):
        if path in RESERVED:
            message = f"every run writes its own `{path}`"
            yield error("reserved-file", message, callback.span_of(argument), help="choose another name")

    for _, callback in view.callbacks("BackupAndRestore"):
        folder = str(PurePosixPath(str(view.argument(callback, "backup_dir"))))
        if folder in KEPT:
            message = f"Keras deletes the folder `{folder}` when training ends, and every run has its own files there"
            yield error("reserved-file", message, callback.span_of("backup_dir"), help="choose another folder")


def shared_file(view: View) -> Iterator[Finding]:
    """Two callbacks that write one file."""
    seen: dict[str, tuple[str, Component]] = {}
    for path, argument, callback in _files(view):
        if path in seen:
            first_argument, first = seen[path]
            yield warning(
                "shared-file",
                f"two callbacks write `{path}`",
                callback.span_of(argument),
                labels=(Label(first.span_of(first_argument), "the first"),),
                help="choose another name",
            )
        seen.setdefault(path, (argument, callback))


def _files(view: View) -> Iterator[tuple[str, str, Component]]:
    for kind, callback in view.callbacks(*FILES):
        path = callback.arguments.get(FILES[kind])
        if isinstance(path, str):
            yield str(PurePosixPath(path)), FILES[kind], callback
