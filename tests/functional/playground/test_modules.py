"""The page's files: small modules with right types, and a library that is as it was published."""

import hashlib
import subprocess

from tests.functional.clients.conftest import ROOT
from tests.functional.playground.conftest import NODE_MODULES, absent

PLAYGROUND = ROOT / "playground"

VENDORED = {
    "lit-html.js": "b878e7f95dec8a9b6e9b217faca6b6a11bad82ebc44c0caa77419ed83edd81f2",
    "LICENSE": "2b66f9390afde29edfe4314daff93f01fb182e1178053e228120178987e5db75",
}
"""SHA-256 of the files of lit-html 3.3.3 as its package on npm has them."""


def test_the_library_is_unchanged() -> None:
    """Its licence is next to it, and `lit-html.d.ts` is the project's own."""
    folder = PLAYGROUND / "vendor/lit-html"
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in VENDORED}
    assert hashes == VENDORED
    assert {path.name for path in folder.iterdir()} == {*VENDORED, "lit-html.d.ts"}
    assert {path.name for path in (PLAYGROUND / "vendor").iterdir()} == {"lit-html"}


def test_modules_are_small() -> None:
    """A module begins with its purpose, and has at most 250 lines."""
    for path in PLAYGROUND.rglob("*.js"):
        if "vendor" not in path.parts:
            text = path.read_text()
            assert text.startswith("/**"), path
            assert text.count("\n") <= 250, path
            widest = max(map(len, text.splitlines()))
            assert widest <= 110 or "words" in path.parts, path


def test_types_are_right() -> None:
    """TypeScript finds nothing in the types that comments declare."""
    compiler = NODE_MODULES / "typescript/bin/tsc"
    if not compiler.is_file():
        absent("needs TypeScript, which `make test` installs")
    finished = subprocess.run(
        ["node", str(compiler), "-p", str(PLAYGROUND / "jsconfig.json")],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.stdout + finished.stderr == ""
