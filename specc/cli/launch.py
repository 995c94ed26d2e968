"""`specc launch`: a spec trained by several workers, on this machine or as a job file for a cluster."""

import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from specc.cli.options import end, print_findings, sound_spec, spec_argument
from specc.cli.train import train

if TYPE_CHECKING:  # they are imported when the command runs
    from specc.check import Checked
    from specc.plan import Plan

OF_TRAIN = tuple(option for option in train.params if isinstance(option, click.Option))
"""The options that are passed on to the workers, whatever they are."""

TIMEOUT_S = 300.0


@click.command()
@spec_argument
@click.option(
    "--workers", metavar="N", type=click.IntRange(1, 1000), default=2, show_default=True, help="How many workers."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=TIMEOUT_S,
    show_default=True,
    help="A worker hangs that shows no sign of life for so long, or if none makes a step.",
)
@click.option(
    "--max-restarts",
    metavar="K",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Start all again so often from the last checkpoint, when a worker dies or hangs.",
)
@click.option(
    "--manifest",
    type=click.Choice(["kubernetes", "slurm"]),
    help="Start nothing, and print a job file for such a cluster.",
)
@click.pass_context
def launch(  # noqa: PLR0913, PLR0917  one parameter per option
    context: click.Context,
    /,
    spec: Path,
    workers: int,
    timeout: float,
    max_restarts: int,
    manifest: str | None,
    **options: object,
) -> None:
    """Train the model of SPEC with several workers on this machine, each a process of its own.

    The spec is checked first. Then each worker runs `specc train` with the options given here; they divide the
    processors and GPUs. Worker 0 writes the run, and its standard output is the command's; every other line goes to
    standard error behind the worker's name. Ctrl-C is passed on to all. docs/distributed.md tells more, also of
    clusters.

    \b
    The exit code is 0 if all workers ended well, else that of the one that failed
    first, and 1 for one that was killed or hangs.

    \b
    Examples:
      specc launch --workers 2 spec.yaml
      specc launch --workers 2 --max-restarts 3 spec.yaml --set training.epochs=5
      specc launch --workers 4 --manifest slurm spec.yaml > job.sh
    """  # noqa: D301
    own = {name for name in ("timeout", "max_restarts") if _is_given(context, name)}
    if manifest and own:
        words = " and ".join(f"`--{name.replace('_', '-')}`" for name in sorted(own))
        raise click.UsageError(f"`--manifest` starts nothing: give it without {words}")
    checked, plan = sound_spec(spec, options["sets"], options["variables"], options["root"])  # type: ignore[arg-type]
    from specc.launching import strategy_of_one_worker

    fault = strategy_of_one_worker(plan, workers)
    if fault is not None:
        print_findings([fault], checked.sources)
        end([fault])
    passed = tuple(_given(context))
    if manifest:
        click.echo(_manifest(manifest, checked, plan, passed, workers), nl=False)
        return
    if find_spec("tensorflow") is None:  # once, and not by each worker
        raise ModuleNotFoundError(name="tensorflow")
    from specc.diagnostics import Span
    from specc.launching import Job
    from specc.launching import launch as run

    command = (*_python(), "-m", "specc", "train", f"./{spec}" if str(spec).startswith("-") else str(spec))
    again = (*(word for word in passed if not word.startswith("--resume=")), "--resume=auto")
    job = Job((*command, *passed), (*command, *again), workers, Span(str(spec), 1, 1, 1, 1), timeout, max_restarts)
    ended = run(job, sys.stdout.buffer, sys.stderr.buffer)
    if ended.finding is not None:
        print_findings([ended.finding])
    elif ended.said:
        click.echo(ended.said, err=True)
    raise SystemExit(ended.code)


launch.params.extend(OF_TRAIN)


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _given(context: click.Context) -> Iterator[str]:
    """The options of `specc train` as they were given, each in one word."""
    for option in OF_TRAIN:
        if option.name is None or not _is_given(context, option.name):
            continue
        name, value = max(option.opts, key=len), context.params[option.name]
        if option.is_flag:
            yield name if value else max(option.secondary_opts, key=len)
        else:
            yield from (f"{name}={each}" for each in (value if option.multiple else [value]))


def _manifest(form: str, checked: "Checked", plan: "Plan", options: tuple[str, ...], workers: int) -> str:
    from specc.launching import kubernetes_manifest, placed, slurm_script

    job = placed(plan.name, checked.path, checked.root, options, workers)
    return kubernetes_manifest(job) if form == "kubernetes" else slurm_script(job)


def _python() -> tuple[str, ...]:
    """Python for the workers. As in this process, modules in the current folder come before others only if they do."""
    here = {"", str(Path.cwd())}
    return (sys.executable,) if here & set(sys.path) else (sys.executable, "-P")
