"""Every command of the manuals is accepted by the parser of its program."""

import json
import os
import re
import subprocess
from subprocess import PIPE

import pytest

from tests.e2e.conftest import available
from tests.stacks.emulated_aws import CREDENTIALS, ministack_python
from tests.stacks.manual import ROOT, Command, commands, inline_commands

PAGES = ("deploy.md", "operate.md", "first-deployment.md")
ALL = [c for page in PAGES for c in (*commands(page), *inline_commands(page))]
ID = "0a1b2c3d-0000-4000-8000-000000000000"
"""For places: long enough for an id or an ARN."""


def arguments(command: Command) -> list[str]:
    """Return the words of a command as a shell passes them."""
    filled = command.filled(dict.fromkeys(command.places, ID)).replace("<day>", "2026-11-30")
    script = f"set -- {filled}\nfor word; do printf '%s\\0' \"$word\"; done"
    done = subprocess.run(["/bin/sh", "-ec", script], stdout=PIPE, text=True, check=True)
    return done.stdout.split("\0")[:-1]


def test_the_commands_are_found() -> None:
    """Each page has commands in blocks or in its tables."""
    for page in PAGES:
        assert len([c for c in ALL if c.page == page]) > 8, page


def test_the_aws_cli_accepts_every_command() -> None:
    """Services, operations, options, and values by type and length.

    `aws s3` and the waiters cannot be parsed without being run: test_manual.py runs them.
    """
    parsed = [arguments(c)[1:] for c in ALL if c.text.startswith("aws ")]
    parsed = [words for words in parsed if words[0] != "s3" and words[1] != "wait"]
    assert len(parsed) > 30
    with available():
        python = ministack_python()
    done = subprocess.run(
        [python, ROOT / "tests/stacks/cli_parser.py"],
        env={"PATH": os.environ["PATH"], **CREDENTIALS},
        input=json.dumps(parsed),
        stdout=PIPE,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page: str) -> None:
    """`make` is named with targets of the Makefile."""
    text = (ROOT / "docs" / page).read_text()
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z][a-z0-9-]*)", text, re.MULTILINE)
    assert set(named) <= targets
    assert named or page == "first-deployment.md"
