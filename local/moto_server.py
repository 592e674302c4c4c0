"""Embedded S3, DynamoDB, SQS, SNS and Secrets Manager: moto's server in a process of its own."""

import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from local.child_processes import ChildProcess, StartError

SERVICES = ("S3", "DYNAMODB", "SQS", "SNS", "SECRETS_MANAGER")

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""For the embedded stores, which look at none of it."""


@contextmanager
def stores(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the stores and give the variables by which boto3 finds them; data ends with them.

    A service that the environment points elsewhere stays there, and so do its credentials.
    """
    variables = tuple(f"AWS_ENDPOINT_URL_{service}" for service in SERVICES)
    embedded = [name for name in variables if not {name, "AWS_ENDPOINT_URL"} & environ.keys()]
    if not embedded:
        yield {}
        return
    kept = environ if len(embedded) < len(variables) else {}
    companion = ChildProcess([sys.executable, "-m", "local.moto_server"])
    try:
        url = companion.line()
        if not url:
            raise StartError("the embedded stores did not start")
        credentials = {name: kept.get(name, value) for name, value in CREDENTIALS.items()}
        yield credentials | dict.fromkeys(embedded, url)
    finally:
        companion.stop()


def main() -> None:
    """Serve until this process is ended."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only this process needs it

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
