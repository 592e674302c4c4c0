"""Log lines as JSON, in the form of the functions' log."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from darkroom.telemetry.logs import LOGGER_NAME, silence_libraries

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes of a record that are no fields of its line."""


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON, with the members that Powertools writes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line: dict[str, object] = {
            "level": record.levelname,
            "location": f"{record.funcName}:{record.lineno}",
            "message": record.getMessage(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds"),
            "service": LOGGER_NAME,
            **extra,
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
            line["exception_name"] = record.exc_info[0].__name__
        return json.dumps(line, default=str, separators=(",", ":"))


def log_as_json(level: str, stream: TextIO | None = None) -> None:
    """Send this package's log to standard error, and warnings of libraries with it."""
    silence_libraries()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.getLogger().handlers = [handler]
    logging.getLogger(LOGGER_NAME).setLevel(level)
