"""Text -> positioned tree -> composed tree -> what does not fit the schema.

`read` a file or `read_text` a text, `compose` the tree with the command line's overrides, `check_schema` what comes
out. Knows nothing of Keras; the codes of the findings are listed in `specc.codes`.
"""
