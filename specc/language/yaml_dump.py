"""Plain data -> YAML text that means the same to YAML 1.1 and 1.2 readers: for lock files and expanded specs."""

import re
from typing import Any

import yaml


def dump_block(content: Any) -> str:  # noqa: ANN401  plain data
    """Block style, keys in the given order."""
    return str(yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120))


def dump_flow(content: Any) -> str:  # noqa: ANN401  plain data
    """Flow style in a single line, without a line break at its end."""
    text = str(
        yaml.dump(
            content, Dumper=_Dumper, default_flow_style=True, width=float("inf"), sort_keys=False, allow_unicode=True
        )
    )
    return text.removesuffix("\n").removesuffix("\n...")


class _Dumper(yaml.SafeDumper):
    """Writes no anchors, and quotes the strings that only YAML 1.2 would read as numbers (`1e-3`, `0o17`)."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  PyYAML calls it by this signature
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    """Strings with a line break in double quotes, where flow style may stand in one line."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if "\n" in text else None)


_Dumper.add_representer(str, _string)
_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+$"),
    list("-+.0123456789"),
)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"0o[0-7]+$"), ["0"])
