"""References to docs/reference in prose: `spec 02 §2`, `spec 06 T2–T7` and `C-51`."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

GAP = r"\s+(?:\#\s+)?"  # also where a line of text or of a comment ends
SECTION = r"\d+(?:\.\d+)?[a-z]?"
PART = rf"(?:\d\d{GAP})?§{SECTION}(?:–{SECTION})?|[ST]\d+(?:–[ST]\d+)?"
SPEC = re.compile(
    rf"(?:\b[Ss]pec{GAP}\d\d|(?<![\w.])\d\d(?={GAP}§))"
    rf"(?:,?{GAP}(?:and{GAP})?(?:of{GAP})?(?:{PART}))*\b"
)
"""`spec 02 §1.1–1.3, §2 and of 06 §3, T2`; files of the reference leave out *spec*."""
PARTS = re.compile(
    rf"(?:^|(?<=\s))(?P<file>\d\d)(?![\w.])"
    rf"|§(?P<section>{SECTION})(?:–(?P<last>{SECTION}))?"
    r"|(?P<row>[ST]\d+)(?:–(?P<last_row>[ST]\d+))?"
)
CHOICE = re.compile(r"\bC-(\d+)(?:\s*[–…]\s*C-(\d+))?\b")


def between(first: str, last: str | None) -> Iterator[str]:
    """Yield `1.1`, `1.2` and `1.3` for `1.1` and `1.3`."""
    above, point, start = first.rpartition(".")
    stop = (last or first).rpartition(".")[2]
    if start.isdigit() and stop.isdigit():
        yield from (f"{above}{point}{number}" for number in range(int(start), int(stop) + 1))
    else:
        yield from {first, last or first}


def rows_between(first: str, last: str | None) -> Iterator[str]:
    """Yield `T2`, `T3` and `T4` for `T2` and `T4`."""
    for number in range(int(first[1:]), int((last or first)[1:]) + 1):
        yield f"{first[0]}{number}"


def choices(match: re.Match[str]) -> set[str]:
    """Return the choices that a match of `CHOICE` names."""
    return {f"C-{number:02}" for number in range(int(match[1]), int(match[2] or match[1]) + 1)}


def cited(text: str) -> set[str]:
    """Return the places that a text cites: `02`, `02 §2`, `06 T2`, `C-51`."""
    found = {choice for match in CHOICE.finditer(text) for choice in choices(match)}
    for spec in SPEC.finditer(text):
        file = ""
        alone = True
        for part in PARTS.finditer(spec[0]):
            if part["file"]:
                file, alone = part["file"], True
                found.add(file)
                continue
            if alone:
                found.discard(file)
                alone = False
            if part["section"]:
                numbers = between(part["section"], part["last"])
                found.update(f"{file} §{number}" for number in numbers)
            else:
                found.update(f"{file} {row}" for row in rows_between(part["row"], part["last_row"]))
    return found


def citing_tests(root: Path) -> Mapping[str, set[str]]:
    """Return the places that each test of a folder cites, by pytest's node of its function.

    A test cites what its docstring and that of its module cite.
    """
    found: dict[str, set[str]] = {}
    for path in sorted(root.rglob("test_*.py")):
        module = ast.parse(path.read_text())
        name, common = (
            path.relative_to(root.parent).as_posix(),
            cited(ast.get_docstring(module) or ""),
        )
        for node in module.body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[f"{name}::{node.name}"] = common | cited(ast.get_docstring(node) or "")
    return found
