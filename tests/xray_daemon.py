"""The X-Ray daemon's part, played on loopback: it takes whatever comes."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

TRACE_ID = "1-5759e988-bd862e3fe1be46a994272793"
PARENT = "557abcec3ee5a047"
SAMPLED = f"Root={TRACE_ID};Parent={PARENT};Sampled=1;Lineage=a:0"

HEADER = {"format": "json", "version": 1}


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """A UDP socket of our own."""

    receiver: socket.socket

    @property
    def address(self) -> str:
        """As the function's environment has it."""
        host, port = self.receiver.getsockname()
        return f"{host}:{port}"

    def heard(self) -> list[dict[str, Any]]:
        """Take the documents that have come, each behind the header of the protocol."""
        documents = []
        self.receiver.setblocking(False)
        try:
            while True:
                header, _, document = self.receiver.recv(65_536).partition(b"\n")
                assert json.loads(header) == HEADER
                documents.append(json.loads(document))
        except BlockingIOError:
            return documents


@contextmanager
def daemon() -> Iterator[Daemon]:
    """Listen on a free port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield Daemon(receiver=receiver)
