"""Parses commands with the AWS CLI, which sends nothing: `python cli_parser.py` in .venv-ministack.

Reads a JSON list of argument lists, and prints a list of the messages of those that are refused.
"""

import contextlib
import io
import json
import sys
from typing import Any, NoReturn

from awscli.clidriver import create_clidriver

accepted: list[str] = []
"""The requests that the CLI was about to send."""


class NotSentError(Exception):
    """The command and its values are accepted; its request is not sent."""


def stop(event_name: str, **_: Any) -> NoReturn:
    """Record the request, and raise `NotSentError` in its place."""
    accepted.append(event_name)
    raise NotSentError(event_name)


def refusal(arguments: list[str]) -> str:
    """Return the message of the CLI, empty if it accepts the arguments and their values."""
    accepted.clear()
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        contextlib.suppress(SystemExit),
    ):
        driver.main(arguments)
    return "" if accepted else f"{' '.join(arguments)}: {printed.getvalue()}"


driver = create_clidriver()
driver.session.register("before-call", stop)
json.dump([message for message in map(refusal, json.load(sys.stdin)) if message], sys.stdout)
