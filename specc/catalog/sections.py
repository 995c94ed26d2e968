"""The sections of a spec as JSON Schema, written by hand: keys, values and the hover text of each.

`specc.catalog.spec_schema` joins them with the definitions of all types. Rules that JSON Schema cannot say in one clear
error (one source of data, one type per layer entry) are left to `specc.spec`.
"""

from specc.catalog import data_section
from specc.catalog.schema_parts import NAME, NOTES, either, mapping, named, said, untyped
from specc.catalog.types import (
    DTYPES,
    Schema,
    array,
    boolean,
    choice,
    file,
    integer,
    nullable,
    number,
    one_or_many,
    path,
    string,
)

BLOCK = "^[a-z][A-Za-z0-9_]*$"
"""What a block is called. Layers begin with a capital, so that a block is told from a misspelt layer."""
_NODE = "^[A-Za-z0-9_][A-Za-z0-9_-]*$|\\$"
"""A layer's own name: in a block it may begin with a digit, and it may hold variables."""
_REFERENCE = _NODE
_LAYER_PATH = "^[A-Za-z0-9_][A-Za-z0-9_/-]*$|\\$"
"""A layer of the model, or of a model in it: the names from the outside in."""
_WIRES = one_or_many(string(pattern=_REFERENCE))
_FILES = one_or_many(file("A file, relative to this one."))


def _reference(definition: str, about: str) -> Schema:
    return {"$ref": f"#/$defs/{definition}", "description": about}


def top_level() -> Schema:
    """The spec itself: `properties` and what goes with them."""
    spec: Schema = {"const": 1, "description": "Version of the language. Always 1."}
    return {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "spec": spec,
            "name": said(string(pattern=NAME), "Name of the model and of its runs; left out, the file's name."),
            "description": said(string(), "What this is, for readers and reports."),
            "vars": named(
                "Values by name, used as `$name` and in `$(expressions)`.", {}, names="^[A-Za-z_][A-Za-z0-9_]*$"
            ),
            "extends": said(
                _FILES, "Specs that this one is laid over; what is written here wins, `!delete` takes away."
            ),
            "include": said(_FILES, "Files whose blocks are to be known here."),
            "blocks": blocks(),
            "models": named("Models by name, to be used as layers: `- model: name`.", model()),
            "data": data_section.data(),
            "model": model(),
            "training": training(),
            "runtime": runtime(),
            "report": report(),
            "allow": said(
                array(string(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")), "Codes of warnings that are not to be shown."
            ),
        },
        "patternProperties": NOTES,
        "additionalProperties": False,
    }


def model() -> Schema:
    """The `model` section: a chain, or a graph with named inputs and outputs."""
    layers = {"$ref": "#/$defs/layers"}
    size = nullable(integer(minimum=1))
    shape = array(size, "Sizes without the batch axis; null is any size.")
    dtype = choice(DTYPES, "Type of the values.")
    full = mapping("", {"shape": said(shape), "dtype": said(dtype, default="float32")}, "shape")
    one_input: Schema = {"type": ["array", "object", "string", "null"], "if": {"type": "object"}, "then": full}
    one_input["else"] = untyped(nullable(shape).schema)
    output = string(pattern=_REFERENCE).schema
    outputs: Schema = {
        "description": "The node that is the output, several of them, or nodes by the names of outputs.",
        "type": ["string", "array", "object"],
        "if": {"type": "object"},
        "then": {"additionalProperties": output, "propertyNames": {"pattern": NAME}, "minProperties": 1},
        "else": untyped(_WIRES.schema),
    }
    graph = mapping(
        "",
        {
            "weights": weights(),
            "inputs": named("Inputs by name: a shape, or shape and dtype; null takes what the data have.", one_input),
            "layers": layers | {"description": "The layers in order; names in `inputs` wire them."},
            "outputs": outputs,
        },
        "layers",
    )
    return either("A list of layers, or a graph: inputs, layers and outputs.", "array", layers, "object", graph)


def weights() -> Schema:
    """`weights` of a model: a file, or a file and what to do with it."""
    path = file("A `.keras` or HDF5 file, relative to the spec.", ending=r"\.keras|\.h5|\.hdf5")
    start = mapping(
        "",
        {
            "path": said(path),
            "missing": said(
                choice(["warning", "error", "allowed"]),
                "What it is if a layer finds no weights there that fit it.",
                default="warning",
            ),
            "freeze": said(boolean(), "Do not train the layers whose weights come from the file.", default=False),
        },
        "path",
    )
    return either("A file whose weights the layers start from, by their names.", "object", start, "string", path.schema)


def node_keys() -> Schema:
    """What may stand beside a layer's type."""
    wires = _WIRES.schema
    by_keyword: Schema = {"additionalProperties": wires, "minProperties": 1}
    return {
        "name": said(string(pattern=_NODE), "Name of this node, for wires, reports and the Keras layer."),
        "inputs": {
            "description": "A node, a list of them, or nodes by the call's argument names; left out, the one before.",
            "type": ["string", "array", "object"],
            "if": {"type": "object"},
            "then": by_keyword,
            "else": untyped(wires),
        },
        "outputs": said(one_or_many(string(pattern=_NODE)), "Names for the outputs, where there are several."),
        "share": said(string(pattern=_REFERENCE), "Apply the layer of this node again, with the same weights."),
        "repeat": said(integer(minimum=0), "So many of this, one after the other; `$index` counts them from 0."),
    }


def groups() -> Schema:
    """What may stand for several layers in the place of a layer's type, beside the blocks of one's own."""
    branches: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/branch"}}
    parallel = mapping(
        "Several chains from the same input, and a layer that merges their outputs.",
        {
            "branches": branches | {"description": "Lists of layers; an empty one passes its input on."},
            "merge": {"$ref": "#/$defs/merge", "description": "The layer that takes all branches' outputs."},
        },
        *("branches", "merge"),
    )
    nested = mapping(
        "",
        {
            "source": said(string(), "A name under `models`, or the file of a spec, such as `./encoder.yaml`."),
            "trainable": said(boolean(), "Whether training changes its weights.", default=True),
        },
        "source",
    )
    return {
        "parallel": parallel | {"type": "object"},
        "layers": {"$ref": "#/$defs/layers", "description": "Layers one after the other, as one entry."},
        "model": either("Another model as a layer, with layers of its own.", "object", nested, "string", {}),
    }


def blocks() -> Schema:
    """The `blocks` section. Inside, numbers are often expressions: a block's layers are checked where it is used."""
    layers = {"$ref": "#/$defs/layers"}
    kinds = ["integer", "number", "string", "boolean", "list", "component", "any"]
    declared: Schema = {
        "type": said(choice(kinds), "What values it takes."),
        "default": {"description": "Its value where a use gives none; without it, every use must."},
        "minimum": {"type": "number"},
        "maximum": {"type": "number"},
        "enum": {"type": "array", "description": "The values to choose from."},
        "description": said(string()),
    }
    param: Schema = {
        "description": "A default, null where there is none, or the type and more.",
        "if": {"type": "object", "required": ["type"]},
        "then": {"properties": declared, "additionalProperties": False},
    }
    params: Schema = {
        "description": "Parameters, used inside as `$name`: defaults by name, or a list of names.",
        "type": ["object", "array", "null"],
        "additionalProperties": param,
        "items": {"type": "string"},
    }
    inputs = array(string(pattern=_NODE))
    body = mapping(
        "",
        {
            "description": said(string(), "What this is, for readers."),
            "params": params,
            "inputs": said(inputs, "Names of the inputs, where there are several; the only one is `input`."),
            "layers": layers | {"description": "The layers; names are the block's own."},
            "outputs": said(_WIRES, "The node that is the output, or several; left out, the last."),
        },
        "layers",
    )
    block = either("A list of layers, or parameters and layers.", "array", layers, "object", body)
    return named("Layers of your own, by name: each is used like a layer.", block, names=BLOCK)


def training() -> Schema:
    """The `training` section."""
    weight = number(minimum=0).schema
    class_weight: Schema = {
        "description": "`balanced` makes rare classes count as much as frequent ones; or a weight per class.",
        "if": {"type": "object"},
        "then": {"additionalProperties": weight, "minProperties": 1},
        "else": choice(["balanced"]).schema,
    }
    callbacks: Schema = {"type": "array", "items": {"$ref": "#/$defs/callback"}}
    return mapping(
        "What is minimized, how, and for how long.",
        {
            "loss": _reference("losses", "What is minimized; with several outputs one per output, by name."),
            "loss_weights": named("How much the loss of each output counts.", weight),
            "optimizer": _reference("optimizer", "How weights are updated."),
            "metrics": _reference("metrics", "What is measured besides; with several outputs by the output's name."),
            "batch_size": said(integer(minimum=1), "Samples per update.", default=32),
            "epochs": said(integer(minimum=1), "Passes over the training data."),
            "phases": phases(),
            "callbacks": callbacks | {"description": "What else happens during training, in order."},
            "class_weight": class_weight,
        },
    )


def phases() -> Schema:
    """`phases` of the training: what is trained one after the other, in place of `epochs`."""
    layers = one_or_many(string(pattern=_LAYER_PATH)).schema | {"uniqueItems": True}
    phase = mapping(
        "",
        {
            "name": said(string(pattern=NAME), "What the phase is called, for reports."),
            "epochs": said(integer(minimum=1), "Passes over the training data in this phase."),
            "freeze": layers | {"description": "Layers that training leaves as they are from here on."},
            "unfreeze": layers | {"description": "Layers that training changes again from here on."},
            "optimizer": _reference("optimizer", "How weights are updated from here on; left out, as before."),
        },
        "epochs",
    )
    about = "Parts of training, one after the other, instead of `epochs`; what a phase sets holds for the next too."
    return {"description": about, "type": "array", "minItems": 1, "items": phase | {"type": "object"}}


def runtime() -> Schema:
    """The `runtime` section."""
    precision = choice(["float32", "float64", "mixed_float16", "mixed_bfloat16", "auto"])
    segment: Schema = {
        "if": {"type": "string"},
        "then": choice(["auto"]).schema,
        "else": untyped(integer(minimum=1).schema),
    }
    segment["type"] = ["integer", "string"]
    return mapping(
        "Where and how the run computes.",
        {
            "seed": said(integer(minimum=0, maximum=2**32 - 1), "Makes runs repeatable."),
            "distribute": _reference("strategy", "On which devices.") | {"default": "auto"},
            "precision": said(
                precision,
                "Number format of layers; mixed ones keep weights in float32; `auto` goes by the device.",
                default="float32",
            ),
            "deterministic": said(boolean(), "Use only operations that give the same bits each time; slower."),
            "threads": said(
                integer(minimum=1), "Processor threads per operation; left out, as many as there are cores."
            ),
            "xla": said(
                choice(["auto", True, False]),
                "Whether steps are compiled by XLA; `auto` takes what is faster here.",
                default="auto",
            ),
            "segment": segment
            | {
                "description": "Steps that run without a look at the progress; `auto` measures how many pay.",
                "default": "auto",
            },
            "storage": said(
                choice(["auto", "resident", "streamed"]),
                "Where the samples are while training: all on the device, or read piece by piece.",
                default="auto",
            ),
            "checkpoint": checkpoint(),
            "runs": said(path(), "Folder in which runs are kept.", default="runs"),
        },
    )


def checkpoint() -> Schema:
    """`checkpoint` of the runtime: when a run saves all that it needs to go on."""
    when = mapping(
        "",
        {
            "epochs": said(integer(minimum=1), "After every so many epochs."),
            "steps": said(integer(minimum=1), "After every so many updates."),
            "minutes": said(number(above=0), "When so many minutes have passed."),
            "keep": said(integer(minimum=1), "So many of the newest are kept.", default=2),
        },
    )
    about = "When a run saves all that it needs to go on after a break; `false` is never."
    return either(about, "object", when, "boolean", boolean().schema) | {
        "type": ["object", "boolean", "string"],
        "default": {"minutes": 0.5, "keep": 2},
    }


def report() -> Schema:
    """The `report` section."""
    formats = array(choice(["html", "json", "md"]), "Files to write.")
    mlflow: Schema = {
        "description": "For MLflow: `true` is the environment's address, or else a folder among the runs; or a folder.",
        "type": ["boolean", "string"],
        "if": {"type": "string"},
        "then": untyped(path().schema),
        "default": False,
    }
    full = mapping(
        "",
        {
            "formats": said(formats, default=["html", "json", "md"]),
            "gradients": said(
                boolean(), "Record how large gradients and updates of each layer are; slower.", default=False
            ),
            "tensorboard": said(boolean(), "Log for TensorBoard, in the run's folder.", default=False),
            "mlflow": mlflow,
        },
    )
    return either(
        "Whether, and in which formats, a report is written.", "object", full, "boolean", boolean().schema
    ) | {"type": ["object", "boolean", "string"]}


def definitions() -> Schema:
    """Definitions of the sections' own, beside those of the catalog."""
    by_output = {"additionalProperties": {"$ref": "#/$defs/metric-list"}}
    return data_section.definitions() | {
        "expression": {"type": "string", "pattern": "^\\$"},
        "numbers": {"type": ["number", "array", "string"], "pattern": "^\\$", "items": {"$ref": "#/$defs/numbers"}},
        "layers": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/layer-entry"}},
        "branch": {"type": "array", "items": {"$ref": "#/$defs/layer-entry"}},
        "metric-list": {
            "if": {"type": "array"},
            "then": {"items": {"$ref": "#/$defs/metric"}},
            "else": {"$ref": "#/$defs/metric"},
        },
        "metrics": {
            "if": {"type": "object"},
            "then": {"$ref": "#/$defs/metric-or-outputs"},
            "else": {"$ref": "#/$defs/metric-list"},
        },
        "metric-or-outputs": {"type": "object", "minProperties": 1} | by_output,
    }
