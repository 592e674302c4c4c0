"""What the manuals point to is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]

LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Every Markdown file of the repository."""
    below = (ROOT / "docs", ROOT / "layers", ROOT / "local")
    return sorted([*ROOT.glob("*.md"), *(page for top in below for page in top.rglob("*.md"))])


def links(page: Path) -> Iterator[str]:
    """What a page links to in this repository; code is no link."""
    text = CODE.sub(lambda code: "" if code[0].startswith("```") else "x", page.read_text())
    yield from (link for link in LINK.findall(text) if not urlsplit(link).scheme)


def anchors(page: Path) -> set[str]:
    """Name the headings as GitHub does, and what has an anchor in HTML."""
    text = CODE.sub(_bare, page.read_text())
    headings = (heading.lower() for heading in HEADING.findall(text))
    names = {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in headings}
    return names | set(ANCHOR.findall(text))


def _bare(code: re.Match[str]) -> str:
    return "" if code[0].startswith("```") else code[0].strip("`")


def test_every_link_leads_somewhere() -> None:
    """A link names a file or folder that exists, and in a page a heading that exists."""
    for page in pages():
        for link in links(page):
            path, _, anchor = unquote(link).partition("#")
            target = page.parent / path if path else page
            where = f"{page.relative_to(ROOT)}: {link}"
            assert target.exists(), f"{where} is missing"
            assert not anchor or anchor in anchors(target), f"{where} is no heading"


def test_links_are_found() -> None:
    """The patterns find a link and a heading that are known to exist."""
    assert "docs/operations.md" in set(links(ROOT / "README.md"))
    assert "access-keys" in anchors(ROOT / "docs/access.md")


DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))


def test_a_decision_is_short_and_has_its_number() -> None:
    """A record has at most thirty lines, and its title begins with its file's number."""
    for page in DECISIONS:
        lines = page.read_text().splitlines()
        assert len(lines) <= 30, page.name
        assert lines[0].startswith(f"# {page.stem[:3]} "), page.name


def test_all_decisions_are_listed_in_order() -> None:
    """The list in README.md has every record by number, with the title that its page has."""
    titles = {page.name: page.read_text().splitlines()[0].removeprefix("# ") for page in DECISIONS}
    listed = (ROOT / "docs/decisions/README.md").read_text()
    found = re.findall(r"^- (\d+) \[(.+)\]\((.+)\)$", listed, re.MULTILINE)
    assert [(name, f"{number} {title}") for number, title, name in found] == [*titles.items()]
