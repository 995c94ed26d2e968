"""Saved Keras models -> specs: a file's config is read, converted, folded, shortened and written as YAML.

`import_model` does it all. Files are read without Keras and without running anything in them.
"""

from specc.importing.importing import Imported, ImportOptions, application_options, import_model, keep_weights

__all__ = ["ImportOptions", "Imported", "application_options", "import_model", "keep_weights"]
