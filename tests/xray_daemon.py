"""A UDP server on loopback that receives X-Ray documents as the daemon does."""

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
    """The receiving UDP socket."""

    receiver: socket.socket

    @property
    def address(self) -> str:
        """Return the value of AWS_XRAY_DAEMON_ADDRESS."""
        host, port = self.receiver.getsockname()
        return f"{host}:{port}"

    def received(self) -> list[dict[str, Any]]:
        """Return the received documents; assert the protocol's header of each."""
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
    """Receive on a free port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        yield Daemon(receiver=receiver)
