"""Precision and devices, as far as they can be told without the machine."""

from collections.abc import Iterator

from specc.advice.view import Output, View
from specc.component import Component
from specc.diagnostics import Finding, Label, warning
from specc.graph.infer import infer

HALF = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


def half_precision_output(view: View, output: Output) -> Iterator[Finding]:
    """Probabilities and numbers in half precision, where losses need the small differences."""
    plan, automatic = view.plan, view.plan.runtime.precision == "auto"
    inferred = infer(plan.graph, view.catalog, "mixed_bfloat16")[0] if automatic else plan.inferred
    dtype = inferred.tensor(output.ref).dtype
    if dtype not in HALF.values():
        return
    node = view.plan.graph.node(output.ref.source)
    own = node is not None and node.component.arguments.get("dtype") is not None
    place = node.component.span_of("dtype") if node and own else view.plan.place_of("runtime.precision")
    has = "has, on devices that are made for it," if automatic else "has"
    yield warning(
        "half-precision-output",
        f"the output `{output.name}` {has} the dtype {dtype}, too coarse for a loss",
        output.ref.span,
        labels=(Label(place, "decided here"),),
        help="give the last layer `dtype: float32`",
    )


def half_precision_on_cpu(view: View) -> Iterator[Finding]:
    """Half precision saves time on accelerators; processors have to convert."""
    runtime = view.plan.runtime
    names = _device_names(runtime.distribute)
    if runtime.precision == "mixed_float16" and names and all(_is_cpu(name) for name in names):
        yield warning(
            "half-precision-on-cpu",
            "on a CPU, half precision is slower than single",
            view.plan.place_of("runtime.precision"),
            labels=(Label(view.plan.place_of("runtime.distribute"), "a CPU"),),
            help="leave `precision` out",
        )


def _device_names(distribute: Component | str) -> list[str]:
    if not isinstance(distribute, Component):
        return []
    asked = distribute.arguments.get("devices", distribute.arguments.get("device"))
    names = asked if isinstance(asked, list) else [asked]
    return [str(name) for name in names if isinstance(name, str)]


def _is_cpu(name: str) -> bool:
    return name.strip("/").upper().removeprefix("DEVICE:").startswith("CPU")


def uneven_batch(view: View) -> Iterator[Finding]:
    """A batch that the replicas cannot share evenly: some wait for others in every step."""
    distribute = view.plan.runtime.distribute
    if not isinstance(distribute, Component) or distribute.type != "MirroredStrategy":
        return
    asked = distribute.arguments.get("devices")
    replicas = len(asked) if isinstance(asked, list) else asked
    if isinstance(replicas, int) and replicas > 1 and view.plan.batch_size % replicas:
        size = view.plan.batch_size
        written = "training.batch_size" not in view.plan.origins
        place = view.plan.place_of("training.batch_size")
        label = Label(place, f"{size} rows") if written else None
        yield warning(
            "uneven-batch",
            f"{replicas} replicas cannot share a batch of {size} evenly",
            distribute.span_of("devices"),
            labels=(label,) if label else (),
            help=f"write `batch_size: {-(-size // replicas) * replicas}`",
        )
