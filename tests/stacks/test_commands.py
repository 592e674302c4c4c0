"""Every command of the manuals is accepted by the parser of its program."""

import json
import os
import re
import subprocess
from pathlib import Path
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
    filled = command.filled(dict.fromkeys(command.places, ID))
    filled = filled.replace(f"Start={ID},End={ID}", "Start=2026-11-30,End=2026-12-01")
    # A shell redirects the output; the CLI does not see it.
    filled = re.sub(r" > \S+$", "", filled)
    script = f"set -- {filled}\nfor word; do printf '%s\\0' \"$word\"; done"
    done = subprocess.run(["/bin/sh", "-ec", script], stdout=PIPE, text=True, check=True)
    return done.stdout.split("\0")[:-1]


def test_the_commands_are_found() -> None:
    """Each page has commands in blocks or in its tables."""
    for page in PAGES:
        assert len([c for c in ALL if c.page == page]) > 8, page


def test_the_aws_cli_accepts_every_command(tmp_path: Path) -> None:
    """Services, operations, options, and values by type and length.

    `aws s3` reads files and lists objects first: test_manual.py runs it.
    """
    parsed = [arguments(c)[1:] for c in ALL if c.text.startswith("aws ")]
    parsed = [words for words in parsed if words[0] not in ("s3", "--version")]
    assert len(parsed) > 30
    assert refusals(parsed, tmp_path) == []


def test_the_aws_cli_refuses_mistyped_commands(tmp_path: Path) -> None:
    """An operation, an option and a value of a wrong type, each with the CLI's message."""
    mistyped = [
        ["secretsmanager", "put-secret", "--secret-id", ID],
        ["secretsmanager", "put-secret-value", "--secret", ID, "--secret-str", "s", "--id", "s"],
        ["lambda", "update-event-source-mapping", "--uuid", ID, "--batch-size", "many"],
        ["acm", "wait", "certificate-validated"],
    ]
    assert len(refusals(mistyped, tmp_path)) == len(mistyped)


def refusals(parsed: list[list[str]], folder: Path) -> list[str]:
    """Return the CLI's messages for the commands that it refuses."""
    (folder / "keys.json").write_text("[]")
    (folder / "versions.json").write_text('{"Objects": [{"Key": "photo.jpg"}]}')
    with available():
        python = ministack_python()
    done = subprocess.run(
        [python, ROOT / "tests/stacks/cli_parser.py"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **CREDENTIALS},
        input=json.dumps(parsed),
        stdout=PIPE,
        text=True,
        check=True,
    )
    messages: list[str] = json.loads(done.stdout)
    return messages


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_exists(page: str) -> None:
    """`make` is named with targets of the Makefile."""
    text = (ROOT / "docs" / page).read_text()
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z][a-z0-9-]*)", text, re.MULTILINE)
    assert set(named) <= targets
    assert named or page == "first-deployment.md"
