"""Parses commands with the AWS CLI, which sends nothing: `python cli_parser.py` in .venv-ministack.

Reads a JSON list of argument lists, and prints a list of the messages of those that are refused.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


def refusal(arguments: list[str]) -> str:
    """Return the message of the CLI, empty if it accepts the arguments and their values."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            status = create_clidriver().main([*arguments, "--generate-cli-skeleton", "output"])
        except SystemExit as stop:
            status = stop.code
    return f"{' '.join(arguments)}: {printed.getvalue()}" if status else ""


json.dump([message for message in map(refusal, json.load(sys.stdin)) if message], sys.stdout)
