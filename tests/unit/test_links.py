"""Links in the manuals, and decisions that sources and lists name."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]

LINK = re.compile(r"\]\(([^()\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
ANCHOR = re.compile(r'<a id="([^"]+)"></a>')
DECISION = re.compile(r"(?:docs/decisions/|decisions? )(\d{3}[a-z-]*)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return every Markdown file of the repository."""
    below = (ROOT / "docs", ROOT / "layers", ROOT / "local")
    return sorted([*ROOT.glob("*.md"), *(page for top in below for page in top.rglob("*.md"))])


def links(page: Path) -> Iterator[str]:
    """Yield the links of a page within this repository, without those in code."""
    text = CODE.sub(lambda code: "" if code[0].startswith("```") else "x", page.read_text())
    yield from (link for link in LINK.findall(text) if not urlsplit(link).scheme)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page: GitHub's for headings, and HTML anchors."""
    text = CODE.sub(_bare, page.read_text())
    headings = (heading.lower() for heading in HEADING.findall(text))
    names = {re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-") for heading in headings}
    return names | set(ANCHOR.findall(text))


def _bare(code: re.Match[str]) -> str:
    return "" if code[0].startswith("```") else code[0].strip("`")


def test_every_link_resolves() -> None:
    """The target is a file or folder that exists; an anchor is a heading of its page."""
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


def test_decisions_that_sources_name_exist() -> None:
    """A source names a decision by its number or by its file."""
    folders = (ROOT / "layers", ROOT / "functions", ROOT / "local", ROOT / "tools")
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    names = {name for path in sources for name in DECISION.findall(path.read_text())}
    assert len(names) > 10
    assert [name for name in names if not [*ROOT.glob(f"docs/decisions/{name}*.md")]] == []


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
