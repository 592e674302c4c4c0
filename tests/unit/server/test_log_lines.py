"""Log lines of the server have the form of the functions' lines."""

import io
import json
import logging

from aws_lambda_powertools import Logger

from darkroom.server.log_lines import JsonLines

FIELDS = {"request_id": "0123", "method": "GET", "status": 200, "stage_seconds": {"total": 0.5}}


def line_of(logger: logging.Logger, *, failed: bool) -> dict[str, object]:
    """Log once with the server's formatter and return the line."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    try:
        try:
            raise ValueError("wrong")  # noqa: TRY301 - for the traceback
        except ValueError:
            logger.log(logging.ERROR, "request", extra=FIELDS, exc_info=failed)
    finally:
        logger.removeHandler(handler)
    (line,) = stream.getvalue().splitlines()
    return dict(json.loads(line))


def test_a_line_has_the_members_of_the_functions_lines() -> None:
    """The same names with the same values, but for time and place."""
    stream = io.StringIO()
    powertools = Logger(service="of-a-test", use_rfc3339=True, stream=stream, level="INFO")
    powertools.thread_safe_clear_keys()  # of the functions' tests
    try:
        raise ValueError("wrong")  # noqa: TRY301 - for the traceback
    except ValueError:
        powertools.exception("request", extra=FIELDS)
    (expected,) = map(json.loads, stream.getvalue().splitlines())
    found = line_of(logging.getLogger("darkroom.test_log_lines"), failed=True)
    assert expected.keys() - {"stack_trace"} == found.keys()
    for varying in ("location", "service", "timestamp", "exception"):
        assert isinstance(found.pop(varying), str)
        expected.pop(varying)
    expected.pop("stack_trace", None)
    assert found == expected


def test_a_line_without_an_exception_has_no_member_for_it() -> None:
    """Only fields that were given."""
    found = line_of(logging.getLogger("darkroom.test_log_lines"), failed=False)
    members = {"level", "location", "message", "timestamp", "service"}
    assert found.keys() == members | FIELDS.keys()
