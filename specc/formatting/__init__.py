"""One way to write a spec: `specc fmt`.

`format` is the entry and the safety net, `parts` reads a YAML text with the places of everything in it, `yaml_form` and
`json_form` lay it out, and `order` puts the sections into the order of the reference.
"""

from specc.formatting.format import Formatted, format_spec

__all__ = ["Formatted", "format_spec"]
