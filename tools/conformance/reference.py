"""What docs/reference says: sections of operations, choices by section, recorded examples."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

OPERATIONS, EXAMPLES = "02", "06"
"""Numbers of the files about operations and of the worked examples."""

_HEADING = re.compile(r"^#{2,} (?P<number>\d+(?:\.\d+)?[a-z]?)\.? +(?P<title>.+)$", re.MULTILINE)
_CHAPTER = re.compile(r"^## (\d+[a-z]?)\.? +(.+)$", re.MULTILINE)
_ANCHOR = re.compile(r'<a id="c-\d+"></a>(C-\d+)\b')
_ROW = re.compile(r"^\| (?P<id>T\d+) \|(?P<cells>.+)\|$", re.MULTILINE)
_COLUMN = re.compile(r"(?<!\\)\|")
_BYTES = re.compile(r"\d+(?= \(| ?$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A request of the SDKs' integration tests, which ran against the service."""

    row: str
    source: str
    request: str
    expected: str
    size: int | None
    """Bytes of the service's result, where they were recorded."""
    sdk: str


@dataclass(frozen=True)
class Reference:
    """The files of the reference."""

    folder: Path

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Texts by number."""
        return {page.name[:2]: page.read_text() for page in self.folder.glob("[0-9]*.md")}

    @cached_property
    def choices(self) -> Mapping[str, str]:
        """Place of each choice, such as `02 §1.1`."""
        return {
            choice: f"{file} §{number}" if number else file
            for file, text in self.files.items()
            for number, section in _sections(text)
            for choice in _ANCHOR.findall(section)
        }

    @cached_property
    def chapters(self) -> Mapping[str, str]:
        """Title of each section of the first level, such as `01 §1`."""
        return {
            f"{file} §{number}": title.replace("|", "\\|")
            for file, text in sorted(self.files.items())
            for number, title in _CHAPTER.findall(text)
        }

    @cached_property
    def operations(self) -> Mapping[str, str]:
        """Section of each operation by its name, such as `02 §18c` of `gray`."""
        return {
            name: f"{OPERATIONS} §{heading['number']}"
            for heading in _HEADING.finditer(self.files[OPERATIONS])
            for name in heading["title"].split(", ")
        }

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        """The recorded examples, in their order."""
        return tuple(_example(row) for row in _ROW.finditer(self.files[EXAMPLES]))


def _sections(text: str) -> list[tuple[str, str]]:
    """Split a file at its numbered headings; the first part has an empty number."""
    parts = _HEADING.split(text)
    return [("", parts[0]), *zip(parts[1::3], parts[3::3], strict=True)]


def _example(row: re.Match[str]) -> Example:
    source, request, expected, *sizes, sdk = (
        cell.strip().replace("\\|", "|") for cell in _COLUMN.split(row["cells"])
    )
    size = _BYTES.match(sizes[0]) if sizes else None
    return Example(
        row=row["id"],
        source=source,
        request=request,
        expected=expected,
        size=int(size[0]) if size else None,
        sdk=sdk,
    )
