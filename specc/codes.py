"""Every code of a finding, with what it says in one line. Codes are stable: scripts and `allow:` lists name them.

`tests/language/test_codes.py` proves that specc emits no code that is missing here, that each one here is emitted, and
that `docs/findings.md` explains all of them under the same headings and in the same words.
"""

from typing import Final

_TEXT = {
    "duplicate-key": "a mapping gives the same key twice",
    "empty-spec": "the file holds no spec",
    "expansion-limit": "aliases or variables stand for more values than a spec may hold",
    "file-too-large": "the file is larger than a spec may be",
    "invalid-character": "the text holds a character that YAML or JSON does not allow",
    "invalid-key": "a key is no name: a list, a mapping, null, a boolean or a fraction",
    "invalid-merge": "`<<` merges something that is no mapping",
    "invalid-syntax": "the text is not valid YAML or JSON",
    "multiple-documents": "the file holds more than one YAML document",
    "nesting-limit": "lists and mappings are nested deeper than a spec may nest them",
    "no-such-file": "there is no file at the path",
    "not-a-file": "the path leads to a folder or a device",
    "not-a-folder": "the path leads to a file, and a folder is needed",
    "not-utf8": "the file is not UTF-8 text",
    "number-too-large": "a number has more digits or a larger exponent than can be kept",
    "path-outside-project": "a path is absolute, or leads out of the project",
    "recursive-alias": "an alias stands inside the value it repeats",
    "undefined-alias": "an alias repeats an anchor that does not stand before it",
    "unknown-tag": "a value has a YAML tag that is not part of the language",
    "unreadable-file": "the file cannot be read",
}

_COMPOSITION = {
    "cyclic-block": "a block or a model holds itself",
    "cyclic-files": "a file is brought in by itself",
    "cyclic-variable": "a variable is defined by itself",
    "duplicate-block": "two blocks have the same name",
    "invalid-expression": "an expression cannot be read or computed",
    "invalid-path": "a `--set` path leads nowhere in the spec",
    "nothing-to-delete": "`!delete` stands where nothing is to be deleted",
    "unknown-block": "no block has that name",
    "unknown-model": "no model has that name",
    "unknown-variable": "an expression or a `--var` names a variable that `vars` does not define",
    "unused-block": "nothing uses a block",
    "unused-model": "nothing uses one of the `models`",
    "unused-parameter": "nothing in a block uses one of its parameters",
}

KINDS: Final = (
    "activation",
    "callback",
    "constraint",
    "dataset",
    "initializer",
    "layer",
    "loss",
    "metric",
    "optimizer",
    "regularizer",
    "schedule",
    "strategy",
)
"""The kinds of components, each with its code `unknown-KIND`. Operations and applications stand where layers do."""

_SECTIONS = {
    "conflicting-keys": "two keys are given of which only one may be",
    "duplicate-item": "a list names the same thing twice",
    "invalid-name": "a name holds characters that names cannot have",
    "invalid-value": "a value is not one that may stand in its place",
    "misplaced-argument": "an argument stands beside its layer instead of under it",
    "missing-argument": "a component lacks an argument it needs",
    "missing-key": "a section lacks a key it needs",
    "not-a-component": "something other than `Type` or `Type: arguments` stands where a component belongs",
    "out-of-range": "a number, or the number of items, is too small or too large",
    "too-many-faults": "the spec has more faults than are told",
    "unknown-argument": "a component has no argument of that name",
    "unknown-choice": "a value is none of the words that may stand there",
    "unknown-key": "a section has no key of that name",
    "wrong-type": "a value has another type than its place needs",
    **{f"unknown-{kind}": f"there is no {kind} of that name" for kind in KINDS},
}

_ALLOWING = {
    "unknown-code": "an `allow` names a code that there is not",
    "unused-allow": "an `allow` silences nothing",
}

_DATA = {
    "balance-without-classes": "classes are to be balanced, and the target is a number",
    "cannot-store-samples": "prepared samples that are too many for memory cannot be written to disk",
    "constant-target": "a target column has the same value in every row",
    "damaged-file": "a data file is damaged, cut off, or of another kind than its source reads",
    "damaged-image": "an image cannot be decoded",
    "dataset-unavailable": "a data set that has to be downloaded cannot be reached",
    "different-columns": "files of one table have different columns",
    "duplicate-column": "two columns have the same name",
    "empty-class": "a class has a folder or a file, and no sample in it",
    "empty-column": "a column has no value at all",
    "empty-data": "a data source has no rows or no columns",
    "header-is-data": "the header of a CSV file looks like a row of values",
    "idle-argument": "an argument of a source or a column has no effect where it stands",
    "image-size": "an image has another size than the others",
    "invalid-csv": "the rows of a CSV file cannot be told apart",
    "invalid-json": "a line of a file of JSON lines is no row",
    "invalid-split-value": "a column that divides the rows has a value that cannot",
    "invalid-weight": "a weight of a sample is missing, negative or no number",
    "long-line": "a line of a data file is longer than any table's",
    "many-categories": "a text column has a different value in most rows",
    "mask-class": "a mask has a pixel of a class that there is not",
    "missing-column": "the data has no column of that name",
    "missing-in-window": "a row of a time series has no value",
    "missing-mask": "an image has no mask",
    "missing-source": "the `data` section names no source",
    "missing-target": "no target column is named",
    "missing-target-value": "a row has no value in a target column",
    "mixed-input": "one model input is fed by an image or a sequence and by other columns",
    "nearly-number": "nearly all values of a column are numbers, and some are not",
    "no-inputs": "no column is left to feed the model",
    "not-a-boolean": "a column is declared as a boolean and holds something else",
    "not-a-date": "a column of dates holds something else",
    "not-a-list": "a column of vectors or sequences holds something else than numbers",
    "not-a-number": "a column is declared as a number and holds something else",
    "not-a-text": "a file among texts is none",
    "not-an-image": "a file among images is none",
    "not-convertible": "an image or a sequence is declared as a number, a category or a target",
    "ragged-row": "a row has more or fewer values than there are columns",
    "rows-disagree": "arrays of one source have different numbers of rows",
    "rows-left-out": "rows of a file are left out",
    "several-sources": "the `data` section names more than one source",
    "small-class": "a class has too few rows to stand in every split",
    "split-empty": "a split that is asked for would have no row",
    "split-too-large": "validation and test leave no rows to train on",
    "stratify-without-classes": "stratified splits need a target of classes",
    "target-as-input": "a column is both a target and an input",
    "unnamed-column": "a column of the header has no name",
    "unsafe-data": "a data file leads to other files",
    "unsupported-type": "a file has values of a type that no column can have",
    "wrong-encoding": "a file is not written in the encoding that the spec names",
    "wrong-feature": "an example has not the features that the spec describes",
}

_EXPLORING = {
    "class-imbalance": "a class is much rarer than the most frequent one",
    "constant-column": "a column that feeds the model has the same value in every row",
    "equal-columns": "two columns that feed the model have the same values",
    "row-in-two-splits": "rows of two splits have the same features",
    "split-shift": "a column is distributed otherwise in another split than in training",
    "target-leak": "a column alone gives the target away",
}

_GRAPH = {
    "cycle": "layers wait for each other",
    "duplicate-name": "two layers, outputs or inputs have the same name",
    "empty-model": "the model has no layers",
    "input-mismatch": "the model declares an input's shape that the data does not give",
    "missing-inputs": "a first layer does not say which of several inputs it takes",
    "missing-layer-type": "an entry of the layers names no layer",
    "several-layer-types": "an entry of the layers names more than one layer",
    "share-of-several": "a shared name stands for several layers",
    "share-of-share": "a layer is shared from an entry that itself shares one",
    "unknown-input": "the model declares an input that the data does not give",
    "undetermined-inputs": "neither data nor model say what the model's inputs are",
    "unknown-name": "a wire names no layer, output or input",
    "unused-input": "no output depends on an input",
    "unused-layer": "no output depends on a layer",
}

_SHAPES = {
    "axis-out-of-range": "an argument names an axis that the input does not have",
    "batch-size-unknown": "a stateful layer needs a batch of known size",
    "channels-unknown": "a layer needs to know a size of its input that is not known",
    "cropping-too-large": "cropping leaves nothing of the input",
    "groups-do-not-divide": "the channels cannot be divided by the groups",
    "heads-do-not-divide": "the query heads cannot be divided by the key and value heads",
    "image-too-small": "an image is smaller than a whole network can take",
    "invalid-argument": "an argument has a value that its layer cannot take",
    "kernel-too-large": "a kernel is larger than its input",
    "layers-disagree": "the two directions of a `Bidirectional` do not fit each other",
    "not-a-cell": "a layer stands where a recurrent cell belongs",
    "output-padding-too-large": "the output padding is not smaller than the strides",
    "rank-mismatch": "an input has too many or too few axes",
    "sections-do-not-divide": "an axis cannot be split into that many parts",
    "shape-mismatch": "shapes that have to agree do not",
    "shared-layer-mismatch": "a shared layer is applied to a shape it was not built for",
    "strides-and-dilation": "a layer has strides and dilation, of which only one may be above 1",
    "too-large": "a weight, what a layer gives, or the whole model is larger than machines can hold",
    "wrong-dtype": "a layer cannot take numbers or text of that type",
    "wrong-input-count": "a layer gets too many or too few inputs",
    "wrong-layer": "a wrapper cannot take the layer it is given",
    "wrong-output-count": "more outputs are named or used than a layer has",
}

_TRAINING = {
    "class-weight-without-classes": "class weights need one target, and that of classes",
    "output-mismatch": "an output's shape does not fit its target",
    "output-without-target": "no target goes with an output",
    "target-without-output": "no output predicts a target",
    "unknown-class": "class weights name a class that the target does not have",
    "unknown-output": "losses, weights or metrics name an output that the model does not have",
}

_ADVICE = {
    "activation-twice": "an activation gets what another one gives",
    "average-not-kept": "`SwapEMAWeights` without an optimizer that averages weights",
    "batch-over-split": "a batch is larger than the training split",
    "bias-before-normalization": "batch normalization subtracts the bias of the layer before it",
    "binary-loss-on-classes": "a loss for two classes judges more classes one by one",
    "checkpoint-suffix": "a checkpoint's file does not end as Keras needs it",
    "class-loss-on-number": "a loss for classes is used on a target of numbers",
    "class-metric-on-number": "a metric for classes is used on a target of numbers",
    "dropout-after-output": "dropout stands behind the last layer and drops predictions",
    "duplicate-callback": "a callback is given twice with the same arguments",
    "duplicate-metric": "two metrics of an output have the same name",
    "embedding-of-numbers": "an `Embedding` is given something other than whole numbers",
    "flatten-without-effect": "`Flatten` is given what is flat",
    "half-precision-on-cpu": "half precision on a CPU is slower than single",
    "half-precision-output": "an output has half precision, too coarse for a loss",
    "hinge-on-probabilities": "a hinge loss is given probabilities",
    "learning-rate-too-high": "the learning rate is above 1 for an optimizer whose steps are as long as it",
    "learning-rate-zero": "the learning rate is 0",
    "linear-after-linear": "two linear layers stand in a row with no activation between them",
    "logits-already-squashed": "a loss with `from_logits: true` comes behind an activation",
    "loss-expects-probabilities": "a crossentropy without `from_logits` is given no probabilities",
    "loss-needs-positive-outputs": "a Poisson loss is given outputs that can be negative",
    "loss-weight-without-effect": "the only loss of a model has a weight",
    "metric-expects-probabilities": "a metric with a threshold is given no probabilities",
    "metric-mismatch": "a metric fails or misleads on such targets and outputs",
    "monitor-mode-contradicts": "a callback takes the worse direction for the better one",
    "monitor-needs-mode": "Keras cannot tell which direction of a monitored value is better",
    "more-units-than-classes": "an output has units that no class belongs to",
    "no-loss": "all losses have the weight 0",
    "no-validation-split": "a callback waits for a validation value and no rows validate",
    "normalization-after-output": "batch normalization stands behind the last layer",
    "normalization-of-one-sample": "batch normalization over batches of one sample gives 0",
    "nothing-to-train": "the model has no trainable weights",
    "num-classes-mismatch": "a metric counts fewer classes than the target has",
    "number-loss-on-classes": "a loss for numbers is used on classes, and outputs are not bounded",
    "output-range": "the last activation cannot give the values of the target",
    "patience-never-runs-out": "a callback waits longer than training lasts",
    "piecewise-mismatch": "boundaries and values of a stepwise schedule do not go together",
    "plateau-against-schedule": "`ReduceLROnPlateau` meets a learning rate that a schedule sets",
    "relu-output": "a target of numbers is predicted through a ReLU",
    "reserved-file": "a callback writes a file that every run writes itself",
    "schedule-ends-early": "the learning rate reaches 0 long before the end of training",
    "schedule-hardly-moves": "training ends before a learning-rate schedule has done anything",
    "shared-file": "two callbacks write the same file",
    "sigmoid-with-categorical-loss": "a loss over exclusive classes is given a sigmoid per class",
    "softmax-inside": "a softmax stands before another layer with weights",
    "softmax-on-one-unit": "a softmax over one unit is always 1",
    "top-k-of-all": "a top-k metric allows as many guesses as there are classes",
    "uneven-batch": "the replicas cannot share a batch evenly",
    "unknown-field": "a checkpoint's file name has a field that nothing fills in",
    "unknown-monitor": "a callback monitors what is never logged",
    "unscaled-image": "an image with values up to 255 goes straight into weights",
    "unsupported-loss": "a loss needs targets that no data section gives",
    "vector-loss-on-one-unit": "a loss over several units is used on one",
    "vocabulary-too-small": "an `Embedding` has fewer rows than the data has word numbers",
    "warmup-never-ends": "a warmup lasts longer than training",
}

_EMITTING = {
    "data-not-emitted": "`specc emit` writes a script without data, as it cannot say theirs",
}

_IMPORTING = {
    "no-counterpart": "a saved model has something that specs cannot say",
    "no-weights": "a file that weights are wanted from holds none",
    "not-a-model": "a file holds no Keras model, or a damaged one",
    "not-kept": "a setting of a saved model is left out of the spec",
    "renamed-layer": "a layer of a saved model has another name in the spec",
}

_WEIGHTS = {
    "archive-limit": "an archive, or what it unpacks to, is larger than specc reads",
    "not-an-archive": "a file that should be a zip archive is none, or is damaged",
    "not-weights": "a file holds no weights as Keras saves them",
    "unsafe-archive": "an archive has members that lead out of it, or that cannot be told apart",
    "unsafe-weights": "a file of weights leads to other files, or packs its arrays",
    "weights-limit": "a file of weights declares more than a model may have",
    "weights-mismatch": "layers find no weights that fit them in the file they start from",
    "weights-not-finite": "layers start from numbers of a file that are infinite or NaN",
}

_MACHINE = {
    "devices-fixed": "devices or threads cannot be changed any more in this process",
    "keras-refuses": "Keras cannot build a layer",
    "no-such-device": "the machine does not have a device that the spec asks for",
    "missing-library": "something that the spec asks for needs a library that is not installed",
    "loss-not-finite": "the loss became infinite or no number while training",
    "tracking-failed": "a run cannot be logged where the spec asks for it",
    "training-failed": "Keras or TensorFlow ended the training",
}

_RUNS = {
    "not-a-run": "the folder is no run directory",
    "run-file-broken": "a file of a run cannot be read",
    "run-file-missing": "a completed run lacks a file",
    "run-version": "a run was written by another version of specc",
}

GROUPS: Final[dict[str, dict[str, str]]] = {
    "Files and text": _TEXT,
    "Variables, `--set` and `--var`": _COMPOSITION,
    "Sections, components and arguments": _SECTIONS,
    "Silenced warnings": _ALLOWING,
    "Data": _DATA,
    "Data that `specc data` looks at": _EXPLORING,
    "Names and wires": _GRAPH,
    "Shapes": _SHAPES,
    "Targets, losses and metrics": _TRAINING,
    "Sections against each other": _ADVICE,
    "Emitting": _EMITTING,
    "Importing": _IMPORTING,
    "Files of weights and models": _WEIGHTS,
    "While training": _MACHINE,
    "Run directories": _RUNS,
}
"""The codes under the headings by which `docs/findings.md` lists them."""

CODES: Final[dict[str, str]] = dict(sorted(entry for group in GROUPS.values() for entry in group.items()))

OF_DATA_COMMAND: Final = frozenset(_EXPLORING)
"""What only `specc data` looks for: that a check does not find it says nothing."""
