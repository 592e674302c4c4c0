"""Check docstrings, comments and Markdown against a list of words (CONTRIBUTING.md has the rules).

python tools/check_prose.py [--summary] [FILE …]
"""

import argparse
import ast
import io
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

ALLOW = "prose: allow"
"""A line that contains this may use any word."""

UNCHECKED = ("docs/reference/", ".ci/")
"""The reference quotes the vendor's documents."""

WORDS: Mapping[str, str] = {
    r"whoever|whomever": "name the caller, the worker, the operator",
    r"hears?|heard of|overhears?|overheard": "receives, logs, is notified",
    r"of late": "recently",
    r"at hand": "available",
    r"anew": "again, from the start",
    r"bury|buries|buried|burying|burials?": "send to the dead-letter queue",
    r"(?:a|no|last) word of|word of (?:the|a|its) (?:CDN|front|origin)": "origin secret",
    r"of ours": "the service's; a server error",
    r"(?:no|own) business": "not decided here",
    r"plays": "loops, loop count",
    r"workshops?": "JobServices, the adapters",
    r"shelf|shelves": "cache",
    r"(?<!in\s)(?:the|own|whole|our) worlds?": "Services, the adapters",
    # Not `rehearse`, the name of a target.
    r"rehearsals?|rehearse[sd]|rehearsing": "warm-up",
    r"gets? by": "is accepted; needs no more",
    r"it matters": "say what depends on it",
    r"(?:delete|sends?|sent) (?:the|a|these|its) letters?": "message",
    r"letters? (?:itself|sent back|fails?)": "message",
    r"reels?": "frame sequence",
    r"dice": "random number",
    r"hush(?:es|ed)?": "silence",
    r"leash(?:es)?": "supervisor",
    r"seals?|sealed": "checksum",
    r"promised|promises": "accepted, queued",
    r"for want of": "without, because there is no",
    r"thrifty|dear(?:er|est)": "cheap, expensive",
    r"(?:a|the|another) front(?= (?:may|that|which|is|adds?|sends?|takes?))": "proxy, CDN",
}
"""Regular expression between word boundaries, and what to write instead."""

SOURCES = ("layers/", "functions/", "local/", "tools/", "benchmarks/")

SOURCE_WORDS: Mapping[str, str] = {
    r"tell whether": "Return whether",
    r"says so": "name the setting, the action, the reply",
    r'(?<=""")Nor': "state the rule, with its subject",
    r'(?<=""")As it': "state the rule, with its subject",
}
"""Further words, which are found in `SOURCES` only."""


def _compile(words: Mapping[str, str]) -> Mapping[re.Pattern[str], str]:
    space = r"\s+(?:#\s+)?"
    return {
        re.compile(rf"\b(?:{each.replace(' ', space)})\b", re.IGNORECASE): hint
        for each, hint in words.items()
    }


_PATTERNS = _compile(WORDS)
_SOURCE_PATTERNS = {**_PATTERNS, **_compile(SOURCE_WORDS)}

_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_RELEASED = re.compile(r"^## (?!Unreleased).*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A listed word at a line of a file."""

    path: str
    line: int
    word: str
    hint: str

    def __str__(self) -> str:
        """Return the message, which editors can follow."""
        return f"{self.path}:{self.line}: {self.word!r}: {self.hint}"


type Passage = tuple[int, str]
"""First line in the file, and text."""


def check_text(path: str, text: str) -> Iterator[Finding]:
    """Yield a finding for each word of the list, in the order of the lines."""
    lines = text.splitlines()
    patterns = _SOURCE_PATTERNS if path.startswith(SOURCES) else _PATTERNS
    findings = [
        Finding(path=path, line=line, word=" ".join(match[0].split()), hint=hint)
        for first, passage in passages(path, text)
        for pattern, hint in patterns.items()
        for match in pattern.finditer(passage)
        if ALLOW not in lines[(line := first + passage.count("\n", 0, match.start())) - 1]
    ]
    yield from sorted(findings, key=lambda finding: finding.line)


def passages(path: str, text: str) -> Iterator[Passage]:
    """Yield the prose of a file: of Python docstrings and comments, of Markdown all but code."""
    if path.endswith(".py"):
        yield from _docstrings(text)
        yield from _comments(text)
    elif path.endswith(".md"):
        if Path(path).name == "CHANGELOG.md":
            text = _RELEASED.sub("", text)
        yield 1, _CODE.sub(lambda code: "\n" * code[0].count("\n"), text)
    else:
        yield 1, text


def _docstrings(text: str) -> Iterator[Passage]:
    """Yield every string that is a statement: docstrings, and those of attributes."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            segment = ast.get_source_segment(text, node)
            if isinstance(node.value.value, str) and segment:
                yield node.lineno, segment


def _comments(text: str) -> Iterator[Passage]:
    """Yield comments; neighbouring lines are one passage, since a phrase may go on."""
    first, joined, last = 0, "", -1
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        if token.start[0] != last + 1 and joined:
            yield first, joined
            joined = ""
        first = first if joined else token.start[0]
        joined = f"{joined}\n{token.string}" if joined else token.string
        last = token.start[0]
    if joined:
        yield first, joined


def checked_files() -> list[str]:
    """Return the text files of the project that hold prose, by path in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return [
        name
        for name in listed
        if name.endswith((".py", ".md", ".yaml", ".toml", ".svg", "Makefile"))
        and not name.startswith(UNCHECKED)
        and (ROOT / name).is_file()
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings, or their number by file; return 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", metavar="FILE", help="all files of the project")
    parser.add_argument("--summary", action="store_true", help="print numbers by file only")
    options = parser.parse_args(arguments)
    findings = [
        finding
        for name in options.files or checked_files()
        for finding in check_text(name, (ROOT / name).read_text())
    ]
    if options.summary:
        for name, number in Counter(finding.path for finding in findings).most_common():
            print(f"{number:4} {name}")
    else:
        print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
