"""Embedded S3, DynamoDB, SQS, SNS and Secrets Manager: moto's server in a child process."""

import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .child_processes import ChildProcess, StartError

SERVICES = ("S3", "DYNAMODB", "SQS", "SNS", "SECRETS_MANAGER")

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "us-east-1",
}
"""For the embedded services, which do not check them."""


@contextmanager
def stores(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the services until the block ends; yield the variables of boto3 for them.

    Data is in memory only. A service for which `environ` has an endpoint is not embedded, and if
    there is one, credentials of `environ` are used for all.
    """
    variables = tuple(f"AWS_ENDPOINT_URL_{service}" for service in SERVICES)
    embedded = [name for name in variables if not {name, "AWS_ENDPOINT_URL"} & environ.keys()]
    if not embedded:
        yield {}
        return
    kept = environ if len(embedded) < len(variables) else {}
    server = ChildProcess([sys.executable, "-m", f"{__package__}.moto_server"])
    try:
        url = server.read_line()
        if not url:
            raise StartError("the embedded stores did not start")
        credentials = {name: kept.get(name, value) for name, value in CREDENTIALS.items()}
        yield credentials | dict.fromkeys(embedded, url)
    finally:
        server.stop()


def main() -> None:
    """Serve until this process is stopped; print the URL first."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only the child process needs it

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    print(f"http://{host}:{port}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
