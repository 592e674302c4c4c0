"""The Chinese manuals have everything that the English ones have.

The prose is written for its readers and not compared. Headings, commands, code, numbers, tables and
links are: a manual that is changed in one language fails here until it is changed in the other.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ONLY_IN_ENGLISH = frozenset(
    {
        *("architecture.md", "automatic-format.md", "conformance.md", "container.md"),
        "form-uploads.md",
        *("migrate-from-alibaba-cdn.md", "migrate-from-huawei-obs.md"),
        *("migrate-from-volcengine-tos.md", "operate.md"),
    }
)
"""Manuals without a Chinese version, which the Chinese ones link to."""

PAIRS = [
    (ROOT / "README.md", ROOT / "README.zh-CN.md"),
    *((ROOT / "docs" / page.name, page) for page in sorted(ROOT.glob("docs/zh/*.md"))),
]

both = pytest.mark.parametrize(
    ("english", "chinese"), PAIRS, ids=lambda page: str(page.relative_to(ROOT))
)

BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL
)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^()\s]+)\)")
NUMBER = re.compile(r"(?<![\w.])\d(?:[\d.,]*\d)?")
COMMENT = re.compile(r"(?:^| +)# .*$", re.MULTILINE)

MEGAPIXELS = re.compile(r"(\d+)00 万像素")
"""Chinese counts in ten thousands: 600 万 are 6 million."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return language and code of each block, without comments where the language has them."""
    found = []
    for block in BLOCK.finditer(page.read_text()):
        code = block["code"]
        if block["language"] in ("sh", "") and "# " in code:
            code = COMMENT.sub("", code)
        found.append((block["language"], code))
    return found


def is_formula(code: str) -> bool:
    """Return whether a block holds formulas, whose words are translated."""
    return bool(re.search(r"^[^$=.]+ = ", code, re.MULTILINE)) and "export " not in code


def sections(page: Path) -> list[str]:
    """Split the prose of a page at its headings; the first part comes before any."""
    return re.split(r"^#+ .+$", BLOCK.sub("", page.read_text()), flags=re.MULTILINE)


def tables(page: Path) -> list[list[list[str]]]:
    """Return the cells of each row of each table."""
    prose = BLOCK.sub("", page.read_text())
    return [[_cells(line) for line in table.splitlines()] for table in TABLE.findall(prose)]


def _cells(line: str) -> list[str]:
    return re.split(r"(?<!\\)\|", line.strip().strip("|"))


def targets(page: Path, text: str) -> set[str]:
    """Return the links of a text as paths in the repository, of both languages alike."""
    return {_target(page, link) for link in LINK.findall(text)}


def _target(page: Path, link: str) -> str:
    """Return an address as it is; pictures of both languages have one name."""
    if "://" in link:
        return link
    path = link.partition("#")[0]
    found = (page.parent / path).resolve() if path else page
    name = found.relative_to(ROOT).as_posix()
    name = name.replace("-zh.jpg", ".jpg").replace("README.zh-CN.md", "README.md")
    return name.replace("docs/zh/", "docs/")


def missing(english: list[str], chinese: list[str]) -> Iterator[str]:
    """Yield what the section of a number has in English and not in Chinese."""
    for number, (there, here) in enumerate(zip(english, chinese, strict=True)):
        for code in sorted(code_in(there) - code_in(here)):
            yield f"section {number}: `{code}`"


def code_in(text: str) -> set[str]:
    """Return the code of a text, which may be broken into lines."""
    return {" ".join(code.split()) for code in INLINE.findall(text)}


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, without those in code and in the targets of links."""
    prose = LINK.sub("]", INLINE.sub("", text))
    return set(NUMBER.findall(MEGAPIXELS.sub(r"\1", prose)))


def test_the_manuals_are_found() -> None:
    """Every English manual is in both languages, or in the list of those that are not."""
    translated = {page.name for _, page in PAIRS}
    english = {page.name for page in ROOT.glob("docs/*.md")}
    assert english - translated == ONLY_IN_ENGLISH
    assert all(english.is_file() and chinese.is_file() for english, chinese in PAIRS)


@both
def test_the_headings_have_the_same_structure(english: Path, chinese: Path) -> None:
    """A section that one language lacks shifts the levels that follow."""
    there, here = (HEADING.findall(BLOCK.sub("", page.read_text())) for page in (english, chinese))
    for one, other in zip_longest(there, here, fillvalue=("", "no heading")):
        assert one[0] == other[0], f"{one[1]} / {other[1]}"


@both
def test_code_blocks_are_identical(english: Path, chinese: Path) -> None:
    """Apart from comments; of formulas the numbers are."""
    there, here = blocks(english), blocks(chinese)
    assert len(there) == len(here)
    for (language, code), (its_language, its_code) in zip(there, here, strict=True):
        assert language == its_language
        if not language and is_formula(code):
            assert NUMBER.findall(code) == NUMBER.findall(its_code)
        else:
            assert code == its_code


@both
def test_tables_have_the_same_rows(english: Path, chinese: Path) -> None:
    """Rows, columns, and the code and the numbers of each row."""
    there, here = tables(english), tables(chinese)
    assert [len(table) for table in there] == [len(table) for table in here]
    for one, other in zip(there, here, strict=True):
        for row, its_row in zip(one, other, strict=True):
            assert len(row) == len(its_row), row
            codes = (sorted(INLINE.findall("|".join(cells))) for cells in (row, its_row))
            assert next(codes) == next(codes), row
            counted = (sorted(numbers("|".join(cells))) for cells in (row, its_row))
            assert next(counted) == next(counted), row


@both
def test_no_command_or_setting_is_missing(english: Path, chinese: Path) -> None:
    """Each section names the same commands, settings, headers and parameters."""
    assert list(missing(sections(english), sections(chinese))) == []


@both
def test_the_numbers_are_the_same(english: Path, chinese: Path) -> None:
    """Limits, prices and measured figures, section by section."""
    for number, parts in enumerate(zip(sections(english), sections(chinese), strict=True)):
        there, here = map(numbers, parts)
        assert there == here, f"section {number}: {sorted(there ^ here)}"


@both
def test_the_links_lead_to_the_same_pages(english: Path, chinese: Path) -> None:
    """To the Chinese page where there is one, and to the same addresses."""
    for number, (there, here) in enumerate(zip(sections(english), sections(chinese), strict=True)):
        apart = targets(english, there) ^ targets(chinese, here)
        assert not apart, f"section {number}"
    for link in LINK.findall(chinese.read_text()):
        path = link.partition("#")[0]
        if path.endswith(".md") and "://" not in link and "zh-CN" not in str(chinese):
            english_page = (chinese.parent / path).resolve().parent == ROOT / "docs"
            assert not english_page or Path(path).name in ONLY_IN_ENGLISH, link
