"""Every reference to `docs/reference` and `docs/decisions` resolves."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.conformance.citations import CHOICE, GAP, PARTS, SECTION, SPEC, between, choices

ROOT = Path(__file__).parents[2]

OWN = {page: page.name[:2] for page in ROOT.glob("docs/reference/[0-9]*.md")}
"""Number of each file of the reference."""
FILES = {number: page.read_text() for page, number in OWN.items()}
WITHOUT = (ROOT / "tools/conformance", ROOT / "tests/unit/test_conformance.py", Path(__file__))
"""Sources that build references of parts."""
DECISIONS = {page.name[:3] for page in ROOT.glob("docs/decisions/[0-9]*.md")}

ANCHOR = re.compile(r'<a id="c-(\d+)"></a>(C-\d+)\b')
HEADING = re.compile(r"^#{2,} (\d+(?:\.\d+)?[a-z]?)\.? ", re.MULTILINE)
ROW = re.compile(r"^\| ([ST]\d+) \|", re.MULTILINE)

CHOICES = [choice for page in FILES.values() for _, choice in ANCHOR.findall(page)]
PLACES = {
    number: {f"§{section}" for section in HEADING.findall(page)} | set(ROW.findall(page))
    for number, page in FILES.items()
}
"""Sections, numbered examples and test vectors of each file."""

BARE = re.compile(rf"(?P<foreign>RFC{GAP}\d+{GAP})?§(?P<section>{SECTION})?")
DECISION = re.compile(
    rf"(?:\b[Dd]ecisions?{GAP}|docs/decisions/)(\d{{3}}(?:(?:,|,?{GAP}and){GAP}\d{{3}})*)\b"
)
WITHOUT_PLACE = re.compile(r"\bD\d{1,2}\b")
"""Decisions have numbers of three digits."""


def dangling(text: str, own: str | None = None) -> Iterator[tuple[int, str]]:
    """Yield line and text of each dangling reference; `own` is the number of a reference file."""
    yield from (_place(text, match) for match in SPEC.finditer(text) if not _resolves(match[0]))
    rest = SPEC.sub(lambda match: " " * len(match[0]), text)
    for match in BARE.finditer(rest):
        found = own is not None and f"§{match['section']}" in PLACES[own]
        if not (found or match["foreign"]):
            yield _place(text, match)
    for match in CHOICE.finditer(text):
        if not choices(match) <= set(CHOICES):
            yield _place(text, match)
    for match in DECISION.finditer(text):
        if not set(re.findall(r"\d{3}", match[1])) <= DECISIONS:
            yield _place(text, match)
    for match in WITHOUT_PLACE.finditer(text):
        yield _place(text, match)


def _place(text: str, match: re.Match[str]) -> tuple[int, str]:
    return text.count("\n", 0, match.start()) + 1, " ".join(match[0].split())


def _resolves(spec: str) -> bool:
    """Return whether every part resolves; a range has all of its sections."""
    places: set[str] = set()
    for part in PARTS.finditer(spec):
        if part["file"]:
            places = PLACES.get(part["file"], set())
            if not places:
                return False
        elif part["section"]:
            if not {f"§{section}" for section in between(part["section"], part["last"])} <= places:
                return False
        elif not {part["row"], part["last_row"] or part["row"]} <= places:
            return False
    return True


def citing() -> list[Path]:
    """Return the text files that may contain a reference, except `WITHOUT`."""
    git = shutil.which("git")
    assert git, "git lists the files"
    options = ("--untracked", "--files-with-matches", "--extended-regexp", "-I", "-z")
    words = "§|C-[0-9]|[Ss]pec|[Dd]ecision|D[0-9]"
    ran = subprocess.run(
        [git, "grep", *options, words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = (ROOT / name for name in ran.stdout.split("\0") if name)
    return [path for path in found if not any(map(path.is_relative_to, WITHOUT))]


def test_every_reference_resolves() -> None:
    """A section has a heading, a choice an anchor, a decision a record."""
    paths = citing()
    assert ROOT / "CONTRIBUTING.md" in paths
    found = []
    for path in paths:
        name, own = path.relative_to(ROOT), OWN.get(path)
        found += [f"{name}:{line}: {words}" for line, words in dangling(path.read_text(), own)]
    assert not found, "\n" + "\n".join(found)


def test_every_choice_is_defined_once() -> None:
    """The anchor of a choice has its number."""
    assert len(CHOICES) > 100
    assert [choice for choice, times in Counter(CHOICES).items() if times > 1] == []
    anchors = [anchor for page in FILES.values() for anchor in ANCHOR.findall(page)]
    assert [f"C-{number}" for number, _ in anchors] == [choice for _, choice in anchors]
    assert sum(page.count("<a id=") for page in FILES.values()) == len(anchors)


@pytest.mark.parametrize(
    "text",
    [
        "spec 01 §1",
        "Spec 02 §18a",
        "spec 03 §1–3, §6",
        "spec 02 §1.1–1.3",
        "spec 02 §1.5 and of 06 §3–4",
        "spec 06 §5 and 03 §7",
        "spec 06 §1, T2",
        "spec 06 T2–T7",
        "spec 06, T6",
        "spec 01\n    # §5.4",
        "spec 03",
        "RFC 9111 §5.3",
        "C-114, C-115",
        "C-68 – C-70",
        "decisions 001, 003 and 010",
    ],
)
def test_a_reference_resolves(text: str) -> None:
    """All of its parts exist."""
    assert list(dangling(f"{text}.")) == []


@pytest.mark.parametrize(
    "text",
    [
        "spec 09",
        "spec 01 §99",
        "spec 03 §1–99",
        "spec 02 §1.1–1.9",
        "spec 02 §1, §99",
        "spec 02 §1.5 and of 06 §99",
        "spec 06 T99",
        "§1",
        "C-39",
        "C-38…C-40",
        "decision 999",
        "decisions 001, 003 and 999",
        "D6",
    ],
)
def test_a_dangling_reference_is_reported(text: str) -> None:
    """The report contains line and text."""
    assert list(dangling(f"\n\n{text}.")) == [(3, text)]
