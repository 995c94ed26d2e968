"""The bounds on what a spec may ask of the front end, so that no text takes long or fills the memory.

Beyond them there is a finding, never an exception. They lie far above what a hand-written or generated spec needs.
"""

FILE_BYTES = 8 * 1024 * 1024
NESTING = 64  # levels of lists and mappings; later stages and jsonschema recurse about ten frames a level
NODES = 200_000  # values in one text, what aliases stand for included
ALIAS_NODES = 100_000  # values that aliases stand for, together
DIGITS = 1000  # of one number; Python itself refuses to convert more than 4300
EXPRESSION_LENGTH = 500  # characters
EXPRESSION_DEPTH = 40  # nested operations
INTEGER = 2**63  # magnitude of a computed integer
COMPUTED_WEIGHT = 20_000  # of one computed value, in `expressions.weight`
COMPOSED_WEIGHT = 200_000  # of everything that substitution writes into a spec
TEMPLATE_LENGTH = 20_000  # characters of a string with variables in it
FINDINGS = 200  # of one stage; a generated spec with a fault in each of its lines needs no more to be understood
