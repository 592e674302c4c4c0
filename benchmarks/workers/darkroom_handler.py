"""A worker that calls Darkroom's process function as the Lambda runtime does."""

import base64
import importlib
import os
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from benchmarks.workers.protocol import Work, serve
from tests.fakes.objects import MemoryObjects

ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "DARKROOM_FONTS": "layers/fonts/fonts",
    "DARKROOM_BUCKETS": '{"demo": {"acl": "public-read"}}',
}

KEY = "picture"


class LambdaContext:
    """The context object of an invocation, with the attributes that the function uses."""

    function_name = "process"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process"
    aws_request_id = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return the whole timeout of the function."""
        return 29_000


def loaded() -> Any:
    """Import the function's module with the settings of `ENVIRONMENT`."""
    os.environ |= ENVIRONMENT
    return importlib.import_module("functions.process.app")


def event(process: str) -> dict[str, Any]:
    """Return the event of a GET with a process."""
    return {
        "version": "2.0",
        "rawPath": f"/demo/{KEY}",
        "rawQueryString": f"x-oss-process={process}",
        "headers": {"host": "api.example.com", "accept": "*/*"},
        "requestContext": {
            "domainName": "api.example.com",
            "http": {"method": "GET", "path": f"/demo/{KEY}", "sourceIp": "127.0.0.1"},
        },
        "isBase64Encoded": False,
    }


def holding(source: bytes) -> MemoryObjects:
    """Return a store in memory with the source, so that no network is measured."""
    objects = MemoryObjects()
    objects.add("demo", KEY, source)
    return objects


def main() -> None:
    """Run the worker."""
    app = loaded()
    services = app.services

    def prepare(source: bytes, order: Mapping[str, Any]) -> Work:
        app.services = replace(services, objects=holding(source))
        request = event(order["process"])

        def work() -> bytes:
            reply = app.handler(request, LambdaContext())
            if reply["statusCode"] != 200:
                raise RuntimeError(reply["body"])
            body: str = reply["body"]
            return base64.b64decode(body) if reply["isBase64Encoded"] else body.encode()

        return work

    serve(prepare)


if __name__ == "__main__":
    main()
