"""Users of the load test, for locust: mixed traffic with broken files, slow clients, aborts."""

import os
import random
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

from locust import HttpUser, between, task

from darkroom.auth import AccessKey, SignedRequest
from darkroom.process.parameters import encode_base64
from tools import oss_client

KEY = AccessKey(id="darkroom", secret="darkroom-secret")  # noqa: S106 - the local server's key
PICTURE = "/demo/landscape.jpg"
PROCESS = "?x-oss-process=image/"
BUSY = 503
SIZES = (1_000_000, 6_000_000, 12_000_000)
"""Bytes of large files."""


class Visitor(HttpUser):
    """Reads pictures, stores files, and sometimes misbehaves."""

    wait_time = between(0.0, 0.2)

    def on_start(self) -> None:
        """Choose what this user stores."""
        self.random = random.Random(id(self))  # noqa: S311 - the choice of requests
        self.own = f"load/{id(self)}"
        self.jobs = 0

    def expect(self, name: str, path: str, *statuses: int, **options: Any) -> None:
        """Send a GET; a busy server that says when to come back is no failure."""
        with self.client.get(path, name=name, catch_response=True, **options) as response:
            self.judge(response, statuses)

    def judge(self, response: Any, statuses: tuple[int, ...]) -> None:
        """Count an answer that is not meant as a failure."""
        busy = response.status_code == BUSY and "retry-after" in response.headers
        if busy or response.status_code in statuses:
            response.success()
        else:
            response.failure(f"status {response.status_code}")

    def send(self, name: str, request: SignedRequest, body: bytes) -> bool:
        """Send a signed request with a body; return whether it succeeded."""
        signed = oss_client.v4_header(request, KEY, now=datetime.now(UTC), region="any")
        with self.client.request(
            signed.method,
            signed.target(),
            data=body,
            headers=dict(signed.headers),
            name=name,
            catch_response=True,
        ) as response:
            self.judge(response, (200,))
            return bool(response.ok)

    def put(self, name: str, key: str, body: bytes) -> bool:
        """Store an object; return whether it is stored for certain."""
        return self.send(name, SignedRequest(method="PUT", bucket="demo", key=key), body)

    @task(30)
    def thumbnail(self) -> None:
        """Scale to a size of a few."""
        width = self.random.choice((100, 200, 400, 720))
        self.expect("thumbnail", f"{PICTURE}{PROCESS}resize,w_{width}", 200)

    @task(5)
    def as_webp(self) -> None:
        """Scale, and encode as WebP."""
        self.expect("WebP", f"{PICTURE}{PROCESS}resize,w_400/format,webp", 200)

    @task(5)
    def report(self) -> None:
        """Ask for the size."""
        self.expect("info", f"{PICTURE}{PROCESS}info", 200)

    @task(10)
    def original(self) -> None:
        """Read the object, whole or in part."""
        headers = self.random.choice(({}, {"range": "bytes=1000-200000"}))
        self.expect("object", PICTURE, 200, 206, headers=headers)

    @task(3)
    def missing(self) -> None:
        """Ask for what is not there."""
        self.expect("missing", f"/demo/none.jpg{PROCESS}resize,w_100", 404)

    @task(3)
    def broken_file(self) -> None:
        """Store what is no picture, or half of one, and process it."""
        self.put("put of a broken file", f"{self.own}.jpg", b"\xff\xd8\xff" + bytes(5000))
        self.expect("broken file", f"/demo/{self.own}.jpg{PROCESS}resize,w_100", 400)

    @task(2)
    def large_file(self) -> None:
        """Store and read what a function cannot carry."""
        size = self.random.choice(SIZES)
        stored = self.put("put of a large file", f"{self.own}.bin", bytes(size))
        right = (size,) if stored else SIZES
        path = f"/demo/{self.own}.bin"
        with self.client.get(path, name="large file", catch_response=True) as response:
            self.judge(response, (200,) if stored else (200, 404))
            if response.status_code == 200 and len(response.content) not in right:
                response.failure(f"{len(response.content)} bytes of {right}")

    @task(2)
    def job(self) -> None:
        """Have a picture made by the queue, under a key that is looked for at the end."""
        self.jobs += 1
        target = f"{self.own}-{self.jobs}.jpg"
        query = (("x-oss-async-process", ""),)
        request = SignedRequest(method="POST", bucket="demo", key="landscape.jpg", query=query)
        process = f"image/resize,w_100|sys/saveas,o_{encode_base64(target)}"
        if self.send("job", request, f"x-oss-async-process={process}".encode()):
            with Path(os.environ["LOAD_JOBS"]).open("a") as file:
                file.write(f"{target}\n")

    @task(2)
    def abort(self) -> None:
        """Close the connection after the first bytes."""
        with self.client.get(PICTURE, name="abort", stream=True, catch_response=True) as response:
            if response.ok:
                next(response.iter_content(1000))
            self.judge(response, (200,))
            response.close()

    @task(1)
    def slow_client(self) -> None:
        """Read slowly."""
        with self.client.get(PICTURE, name="slow", stream=True, catch_response=True) as response:
            for _ in response.iter_content(200_000) if response.ok else ():
                sleep(0.3)
            self.judge(response, (200,))
