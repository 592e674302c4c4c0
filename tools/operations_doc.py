"""Write the pages of operations and playground/operations.json, or check that they are current.

All follow from the declarations of the operations.

python tools/operations_doc.py [--check]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "layers/darkroom"), str(ROOT)]

from darkroom.imaging.fonts import FILES, FontFile  # noqa: E402
from darkroom.imaging.operations import OPERATIONS  # noqa: E402
from darkroom.process.parameters import Parameter  # noqa: E402
from tools import operations_json  # noqa: E402
from tools.operations_chinese import CHINESE  # noqa: E402
from tools.operations_page import Language, page  # noqa: E402

PAGE = ROOT / "docs/operations.md"
CHINESE_PAGE = ROOT / "docs/zh/operations.md"
FONTS = ROOT / "layers/fonts/fonts"

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

LETTERS = {
    "Latin": "AZaz\u00c4\u00df\u00f1\u0142\u0151\u0219",
    "Greek": "\u0391\u03a9\u03b1\u03c9\u03ac",
    "Cyrillic": "\u0410\u042f\u0430\u044f\u0456\u0491",
    "Chinese (U+4E00–9FA5 and extension A)": "\u4e00\u9fa5\u3400\u4db5",
    "Japanese kana": "\u3042\u3093\u30a2\u30f3",
    "Korean syllables": "\uac00\ud7a3",
    "Vietnamese": "\u1ea1\u1ed9\u01b0\u0111",
    "Chinese of extensions B and later": "\U00020000\U0002a6d6",
    "Arabic": "\u0627\u0628\u064a",
    "Hebrew": "\u05d0\u05ea",
    "Thai": "\u0e01\u0e2e",
    "Lao": "\u0e81\u0eae",
    "Khmer": "\u1780\u17a2",
    "Burmese": "\u1000\u1021",
    "Devanagari": "\u0905\u0939",
    "Bengali": "\u0985\u09b9",
    "Tamil": "\u0b85\u0bb9",
    "Telugu": "\u0c05\u0c39",
    "Sinhala": "\u0d85\u0dc4",
    "Tibetan": "\u0f40\u0f68",
    "Mongolian": "\u1820\u1842",
    "Georgian": "\u10d0\u10f0",
    "Armenian": "\u0531\u0561",
    "Ethiopic": "\u1200\u1350",
    "emoji": "\U0001f600\U0001f680",
    "the signs of rupee, rouble, lira and bitcoin": "\u20b9\u20bd\u20ba\u20bf",
}
"""Characters of scripts, which stand for the others."""

TEXT = """### Text

Each character is drawn from the first file that has it: that of the font, then its fallbacks
([fonts](../layers/fonts/fonts/CREDITS.md)). The files have {drawn}. For a character that none of
them has, a box is drawn: they have none of {boxes}.

Characters are drawn from left to right, in the order of the text. They are neither joined nor
reordered, as Arabic, Hebrew and the scripts of India need, also where a deployment's files have
them: Pillow's engine for that, Raqm, loads FriBiDi from the system, which Lambda's runtime lacks.
"""


def coverage() -> tuple[list[str], list[str]]:
    """Return the scripts that the font files have and those that they lack.

    Raises `ValueError` for a script of which they have a part: the page would be wrong.
    """
    files = {name for names in FILES.values() for name in names}
    faces = [FontFile(FONTS / name) for name in sorted(files)]
    drawn, boxes = list[str](), list[str]()
    for script, letters in LETTERS.items():
        found = [any(face.has_glyph(letter) for face in faces) for letter in letters]
        if len(set(found)) > 1:
            raise ValueError(f"{script}: the fonts have only some of {letters}")
        (drawn if found[0] else boxes).append(script)
    return drawn, boxes


def _sentence(name: str, declared: Parameter | None) -> str:
    if declared is None:
        return (OPERATIONS[name].__doc__ or "").splitlines()[0]
    return declared.doc


def _listed(scripts: Sequence[str]) -> str:
    return f"{', '.join(scripts[:-1])} and {scripts[-1]}"


def _unwrapped(text: str) -> str:
    """Join the lines of each paragraph."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraphs) + "\n"


ENGLISH = Language(
    introduction=INTRODUCTION,
    section="## {name}\n\n{sentence} {kind}.\n",
    kinds={
        "pixels": "Pixel operation",
        "output": "Output option",
        "report": "Report: stands alone and answers JSON",
    },
    weight="Weight: {opaque}, with transparency {alpha}.\n",
    columns=("key", "value", "default", "meaning", "EC"),
    positional="*the value itself*",
    required="required",
    further_ignored=" Further values are ignored.",
    separator=", ",
    text=_unwrapped(TEXT),
    title=str,
    sentence=_sentence,
    values=str,
    scripts=_listed,
)


def main() -> int:
    """Write both files; with `--check` return 1 if a committed one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    scripts = coverage()
    texts = {
        PAGE: page(ENGLISH, scripts),
        CHINESE_PAGE: page(CHINESE, scripts),
        operations_json.FILE: operations_json.text(),
    }
    if not parser.parse_args().check:
        for path, text in texts.items():
            path.write_text(text)
        return 0
    stale = [path for path, text in texts.items() if not path.is_file() or path.read_text() != text]
    for path in stale:
        sys.stderr.write(f"{path.relative_to(ROOT)} is out of date: run `make docs`.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
