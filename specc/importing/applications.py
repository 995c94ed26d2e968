"""`keras.applications:NAME` -> the config of that application, from a closed list.

The only place where importing needs Keras: the network is made, with weights at random, and asked for its config.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from specc.catalog import Catalog
from specc.diagnostics import Finding, error
from specc.language.source import start_of

if TYPE_CHECKING:
    import keras

PREFIX = "keras.applications:"


class Options(NamedTuple):
    """What an application is made with; None is its own default."""

    input_shape: tuple[int, ...] | None = None
    classes: int | None = None
    include_top: bool = True
    weights: str | None = None


def application_name(source: str, catalog: Catalog) -> tuple[str | None, list[Finding]]:
    """The name in `keras.applications:NAME`; a finding if there is no such application."""
    name = source.removeprefix(PREFIX)
    if catalog.find("application", name):
        return name, []
    from specc.language.suggest import did_you_mean

    help_text = did_you_mean(name, catalog.names("application"))
    return None, [error("no-such-file", f"`keras.applications` has no `{name}`", start_of(source), help=help_text)]


def build(name: str, options: Options) -> "keras.Model":
    """The application `name` of the catalog, made by Keras. Raises ValueError for options that it does not take."""
    import keras

    given: dict[str, Any] = {"weights": options.weights, "include_top": options.include_top}
    given |= {"input_shape": options.input_shape} if options.input_shape else {}
    given |= {"classes": options.classes} if options.classes else {}
    return getattr(keras.applications, name)(**given)


def save_weights(model: "keras.Model", path: Path) -> None:
    """Keep the weights of a model as `.weights.h5`."""
    model.save_weights(path)
