"""The recorded run: docs/conformance.json, which `make conformance` writes."""

import json
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from darkroom.imaging.engine_library import (
    VERSION,
    Unavailable,
    library_path,
    open_library,
)
from tools.conformance.declared import CLIENTS, UNNAMED

PACKAGES = ("pillow", "pillow-heif", "oss2", "alibabacloud-oss-v2", "opendal")
"""Distributions whose versions a result depends on."""

ENGINE, NO_ENGINE = "engine", "none"
"""The native engine among the versions."""

NO_CLIENT = "none"
"""Stands for requests that tests make themselves."""

LIBRARIES = ("libjpeg_turbo", "zlib", "webp", "avif", "freetype2")
"""Libraries in Pillow's wheel, by the names of `PIL.features`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A result of the service and ours; `share` is the difference that the test allows."""

    row: str
    request: str
    service: float | str
    here: float | str
    share: float
    test: str

    @property
    def is_equal(self) -> bool:
        """Return whether our result is the service's."""
        return self.service == self.here

    @property
    def difference(self) -> float:
        """Our number as a share of the service's, minus one; 0 for equal texts."""
        if isinstance(self.service, str) or isinstance(self.here, str):
            return float(not self.is_equal)
        return self.here / self.service - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a test used."""

    parameters: frozenset[str] = frozenset()
    formats: frozenset[tuple[str, str, str]] = frozenset()
    """Operation, source and target."""
    calls: frozenset[tuple[str, str, str]] = frozenset()
    """Client, signature version and place of a route."""

    def document(self) -> Mapping[str, Sequence[object]]:
        """Return the sets that are not empty, sorted."""
        sets = {name: sorted(getattr(self, name)) for name in Used.__slots__}
        return {name: values for name, values in sets.items() if values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A run of the tests that cite the reference; all of them passed or were skipped."""

    date: str
    machine: str
    versions: Mapping[str, str]
    clients: Mapping[str, str]
    """Versions, as the clients send them."""
    skipped: Sequence[str]
    results: Sequence[Result]
    tests: Mapping[str, Used]

    @classmethod
    def of_run(cls, evidence: Mapping[str, Any]) -> Self:
        """Return the record of what the plugin observed (tests/evidence/plugin.py)."""
        used = {name: _used(name, seen) for name, seen in evidence["tests"].items()}
        results = {
            (result["row"], result["request"]): Result(**result) for result in evidence["results"]
        }
        called = {
            client(name, seen[1])
            for name, each in evidence["tests"].items()
            for seen in each
            if seen[0] == "call"
        }
        return cls(
            date=date.today().isoformat(),  # noqa: DTZ011 - a day, for people
            machine=platform.machine(),
            versions=dict(_versions()),
            clients=dict(sorted(found for found in called if found)),
            skipped=evidence["skipped"],
            results=[results[key] for key in sorted(results)],
            tests=used,
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file."""
        read = json.loads(path.read_text())
        tests = {
            name: Used(
                parameters=frozenset(each.get("parameters", ())),
                formats=frozenset(map(tuple, each.get("formats", ()))),
                calls=frozenset(map(tuple, each.get("calls", ()))),
            )
            for name, each in read.pop("tests").items()
        }
        results = [Result(**result) for result in read.pop("results")]
        return cls(**read, results=results, tests=tests)

    def text(self) -> str:
        """Return the file, with one line for each result and each test."""
        head = {
            name: getattr(self, name)
            for name in ("date", "machine", "versions", "clients", "skipped")
        }
        lines = [f" {json.dumps(name)}: {_json(value)}," for name, value in head.items()]
        results = [
            _json({name: getattr(each, name) for name in Result.__slots__}) for each in self.results
        ]
        tests = [
            f"{json.dumps(name)}: {_json(used.document())}" for name, used in self.tests.items()
        ]
        return "\n".join(
            [
                "{",
                *lines,
                ' "results": [',
                ",\n".join(f"  {line}" for line in results),
                " ],",
                ' "tests": {',
                ",\n".join(f"  {line}" for line in tests),
                " }",
                "}\n",
            ]
        )


def client(test: str, agent: str) -> tuple[str, str] | None:
    """Return name and version of the client that sends a `User-Agent`, None for others."""
    if not agent and test.partition("::")[0] in UNNAMED:
        name, distribution = UNNAMED[test.partition("::")[0]]
        return name, metadata.version(distribution)
    for name, pattern in CLIENTS.items():
        if found := re.match(pattern, agent):
            return name, found["version"]
    return None


def _used(test: str, seen: Sequence[Sequence[str]]) -> Used:
    kinds: dict[str, set[Any]] = {"parameter": set(), "format": set(), "call": set()}
    for kind, *values in seen:
        if kind == "parameter":
            kinds[kind].add(values[0])
        elif kind == "format":
            kinds[kind].add(tuple(values))
        elif found := client(test, values[0]):
            kinds[kind].add((found[0], *values[1:]))
        elif not values[0]:
            kinds[kind].add((NO_CLIENT, *values[1:]))
    return Used(
        parameters=frozenset(kinds["parameter"]),
        formats=frozenset(kinds["format"]),
        calls=frozenset(kinds["call"]),
    )


def _versions() -> Iterator[tuple[str, str]]:
    from PIL import features  # noqa: PLC0415 - for a run only

    yield "python", platform.python_version()
    yield ENGINE, _engine_version()
    yield from ((name, metadata.version(name)) for name in PACKAGES)
    yield from ((name, str(features.version(name))) for name in LIBRARIES)


def _engine_version() -> str:
    try:
        return str(open_library(library_path()).version)
    except Unavailable:
        return NO_ENGINE


def outdated(record: Record, constraints: str) -> list[str]:
    """Return the packages, and the engine, whose version is another than the recorded one."""
    pinned = dict(
        re.findall(r"^([\w.-]+)==(\S+)$", constraints.lower().replace("_", "-"), re.MULTILINE)
    )
    pinned[ENGINE] = str(VERSION)
    return [
        f"{name} {record.versions[name]}, pinned {pinned[name]}"
        for name in (*PACKAGES, ENGINE)
        if name in pinned and record.versions[name] != pinned[name]
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
