"""The output of `sam build`: the code of functions, and their settings in the template."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.child_processes import StartError
from local.cloudformation import Stack, Template, function_properties, read_template
from local.poller import EventSource


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltFunction:
    """A built function, for the processor architecture of this machine."""

    code: Path
    handler: str
    seconds: int
    megabytes: int
    layers: tuple[Path, ...]
    """Folders with the content of /opt, in the order of the template."""
    variables: Mapping[str, str | None]
    """The function's environment; None for a value that only a deployment has."""

    @property
    def paths(self) -> list[Path]:
        """The module search path, in Lambda's order."""
        return [self.code, *(layer / "python" for layer in self.layers)]

    @property
    def fonts(self) -> Path | None:
        """The folder that is /opt/fonts on Lambda, if a layer brings one."""
        folders = (layer / "fonts" for layer in self.layers)
        return next((folder for folder in folders if folder.is_dir()), None)


class NotDeployedError(Exception):
    """A value refers to a resource: only a deployment has it."""


def _not_deployed(name: str, attribute: str) -> str:
    raise NotDeployedError(f"{name}.{attribute}".removesuffix("."))


def _known_text(stack: Stack, value: Any) -> str | None:
    """Return a value by the parameters' defaults; None where only a deployment has it."""
    try:
        return str(stack.resolved(value))
    except NotDeployedError:
        return None


def read_function(build: Path, function: str) -> BuiltFunction:
    """Read a function of the build; raises `StartError` without a build."""
    build = build.resolve()
    template = _template(build)
    resources, properties = template["Resources"], function_properties(template, function)
    defaults = Stack(template=template, given={}, deployed_value=_not_deployed)
    variables = properties["Environment"]["Variables"]
    return BuiltFunction(
        code=build / properties["CodeUri"],
        handler=properties["Handler"],
        seconds=int(defaults.resolved(properties["Timeout"])),
        megabytes=int(defaults.resolved(properties["MemorySize"])),
        layers=tuple(
            (build / resources[name]["Properties"]["ContentUri"]).resolve()
            for name in _references(properties["Layers"])
            if _processor() in resources[name]["Properties"]["CompatibleArchitectures"]
        ),
        variables={name: _known_text(defaults, value) for name, value in variables.items()},
    )


def read_source(build: Path, function: str) -> EventSource:
    """Read the event source of a function with a single queue."""
    events = _template(build)["Resources"][function]["Properties"]["Events"].values()
    (queue,) = (event["Properties"] for event in events if event["Type"] == "SQS")
    return EventSource(
        batch=queue["BatchSize"],
        partial="ReportBatchItemFailures" in queue.get("FunctionResponseTypes", ()),
    )


def _template(build: Path) -> Template:
    path = build / "template.yaml"
    if not path.is_file():
        raise StartError(f"{path} is missing: run `make build`")
    return read_template(path)


def _processor() -> str:
    machine = platform.machine().lower()
    return {"aarch64": "arm64", "amd64": "x86_64"}.get(machine, machine)


def _references(value: Any) -> Iterator[str]:
    """Yield the resources that a value refers to, inside conditions, too."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from [item] if name == "Ref" else _references(item)
