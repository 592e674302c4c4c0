"""The commands of the manuals, as they are printed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:aws(?! call`)|\.venv\S*|make|curl) [^`]+)`")
_COMMENT = re.compile(r"\s{2,}#.*")
_PLACE = re.compile(r"<([A-Za-z ]+)>")


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of a manual, its lines joined, with places such as `<Bucket>`."""

    page: str
    section: str
    text: str

    @property
    def places(self) -> set[str]:
        """Names of its places."""
        return set(_PLACE.findall(self.text))

    def filled(self, values: dict[str, str]) -> str:
        """Return the command with the values of its places; raises `KeyError`."""
        return _PLACE.sub(lambda found: values[found[1]], self.text)


def commands(page: str) -> Iterator[Command]:
    """Yield the commands of a page's blocks, in their order."""
    text = (DOCS / page).read_text()
    for block in _BLOCK.finditer(text):
        sections = re.findall(r"^##+ (.+)$", text[: block.start()], re.MULTILINE)
        dedented = re.sub(rf"^{block[1]}", "", block[2], flags=re.MULTILINE)
        for line in _joined(dedented):
            yield Command(page=page, section=(sections or [""])[-1], text=line)


def inline_commands(page: str) -> Iterator[Command]:
    """Yield the commands in the text and the tables of a page."""
    text = _BLOCK.sub("", (DOCS / page).read_text())
    for found in _INLINE.finditer(text):
        sections = re.findall(r"^##+ (.+)$", text[: found.start()], re.MULTILINE)
        yield Command(page=page, section=(sections or [""])[-1], text=" ".join(found[1].split()))


def _joined(block: str) -> Iterator[str]:
    """Yield commands without comments; a here document is part of its command."""
    lines = iter(block.splitlines())
    for line in lines:
        text = _COMMENT.sub("", line)
        while text.endswith("\\"):
            text = text[:-1].rstrip() + " " + _COMMENT.sub("", next(lines)).strip()
        if text.endswith("<<END"):
            while not text.endswith("\nEND"):
                text += "\n" + next(lines)
        if text.strip():
            yield text
