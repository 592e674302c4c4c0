"""Write docs/operations.md from the declarations, or check that it is up to date.

python tools/operations_doc.py [--check]
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "layers/darkroom"))

from darkroom.imaging.operation import (  # noqa: E402
    Operation,
    OutputOption,
    PixelOperation,
    Report,
)
from darkroom.imaging.operations import OPERATIONS  # noqa: E402
from darkroom.limits import Limits  # noqa: E402
from darkroom.process.parameters import POSITIONAL, Parameter, declared_parameters  # noqa: E402

PAGE = ROOT / "docs/operations.md"

INTRODUCTION = """# Operations

Generated from the declarations by `make docs`; do not edit this page.

A process is written `image/<action>/<action>…`, an action `name,key_value,key_value…`. Actions run
from left to right, each on the result of the one before; `auto-orient` always runs first, and
output options apply once, at the end. Keys are case-sensitive, unknown keys are ignored, and the
last value of a repeated key counts. Empty segments and arguments are ignored, and a further
`|image/…` continues the process like a slash.

The *weight* of a pixel operation bounds its processor time: pixels times weight, summed over the
steps of a process, of its frames and of its watermarks' objects, may be at most {limit} million
([decision 140](decisions/140-work.md)). The larger of the pictures before and after a step counts.
"""

KINDS: dict[type[Operation], str] = {
    PixelOperation: "Pixel operation",
    OutputOption: "Output option",
    Report: "Report: stands alone and answers JSON",
}
"""The kinds of operation by base class."""


def page() -> str:
    """Return the whole page as Markdown."""
    introduction = INTRODUCTION.format(limit=Limits().work)
    return "\n".join([introduction, *(line for name in OPERATIONS for line in _section(name))])


def _section(name: str) -> Iterator[str]:
    operation = OPERATIONS[name]
    kind = next(text for base, text in KINDS.items() if issubclass(operation, base))
    yield f"## {name}\n"
    yield f"{(operation.__doc__ or '').splitlines()[0]} {kind}.\n"
    if issubclass(operation, PixelOperation):
        weight = operation.weight
        yield f"Weight: {weight.opaque}, with transparency {weight.alpha}.\n"
    parameters = declared_parameters(operation).values()
    if parameters:
        yield "| key | value | default | meaning | EC |"
        yield "|---|---|---|---|---|"
        yield from (_row(declared) for declared in parameters)
        yield ""


def _row(declared: Parameter) -> str:
    key = "*the value itself*" if declared.key == POSITIONAL else f"`{declared.key}`"
    given = (declared.ec, declared.missing_ec, declared.base64_ec)
    numbers = ", ".join(number for number in given if number)
    doc = declared.doc + (" Further values are ignored." if declared.ignores_further else "")
    cells = (key, declared.kind.expected(), _default(declared), doc, numbers or "–")
    return "| " + " | ".join(cells) + " |"


def _default(declared: Parameter) -> str:
    if declared.required:
        return "required"
    if declared.default is None:
        return "–"
    return f"`{declared.kind.text(declared.default)}`"


def main() -> int:
    """Write the page; with `--check` return 1 if the committed page differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    text = page()
    if not parser.parse_args().check:
        PAGE.write_text(text)
        return 0
    if PAGE.is_file() and PAGE.read_text() == text:
        return 0
    sys.stderr.write(f"{PAGE.relative_to(ROOT)} is out of date: run `make docs`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
