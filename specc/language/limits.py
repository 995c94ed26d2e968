"""The bounds on what a spec may ask, so that no text takes long or fills the memory, neither when checked nor trained.

Beyond them there is a finding, never an exception. They lie far above what a hand-written or generated spec needs.
"""

FILE_BYTES = 8 * 1024 * 1024
NESTING = 64  # levels of lists and mappings; later stages and jsonschema recurse about ten frames a level
FILES = 64  # that one spec brings in: what it extends and includes, and models in files of their own
REPEATS = 10_000  # of one entry
EXPANDED = 60_000  # values that blocks, repeats and models stand for; a thousand layers have about ten thousand
BLOCK_DEPTH = 12  # blocks, groups and repeats inside each other
NODES = 200_000  # values in one text, what aliases stand for included
ALIAS_NODES = 100_000  # values that aliases stand for, together
DIGITS = 1000  # of one number; Python itself refuses to convert more than 4300
EXPRESSION_LENGTH = 500  # characters
EXPRESSION_DEPTH = 40  # nested operations
INTEGER = 2**63  # magnitude of an integer that is computed or stands in a section
COMPUTED_WEIGHT = 20_000  # of one computed value, in `expressions.weight`
COMPOSED_WEIGHT = 200_000  # of everything that substitution writes into a spec
TEMPLATE_LENGTH = 20_000  # characters of a string with variables in it
FINDINGS = 200  # of one stage; a generated spec with a fault in each of its lines needs no more to be understood
TENSOR = 2**31  # numbers in one weight, or in what a layer gives for one sample: 8 GiB of float32
OUTPUTS = 10_000  # of one layer
PARAMETERS = 20 * 10**9  # of a model: 80 GB of float32, before gradients and the optimizer's own
