"""The output of `sam build`: the code of functions, and their settings in the template."""

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.child_processes import StartError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """Evaluates a template with the defaults of its parameters."""

    parameters: Mapping[str, Any]
    conditions: Mapping[str, Any]

    def literal(self, value: Any) -> str | None:
        """Return a literal value or a parameter's default; None for values of a deployment."""
        match value:
            case {"Fn::If": [str(name), chosen, other]}:
                return self.literal(chosen if self._holds(self.conditions[name]) else other)
            case {"Ref": str(name)}:
                value = self.parameters.get(name)
            case dict():
                return None
        return None if value is None else str(value)

    def _holds(self, condition: Mapping[str, Any]) -> bool:
        """Evaluate a condition; raises `NotImplementedError` for other functions than these."""
        match condition:
            case {"Fn::Equals": [one, other]}:
                return self.literal(one) == self.literal(other)
            case {"Fn::Not": [negated]}:
                return not self._holds(negated)
            case {"Fn::And": list(conditions)}:
                return all(map(self._holds, conditions))
            case {"Condition": str(name)}:
                return self._holds(self.conditions[name])
        raise NotImplementedError(f"a condition of {', '.join(condition)}")


def read_function(build: Path, function: str) -> BuiltFunction:
    """Read a function of the build; raises `StartError` without a build."""
    build = build.resolve()
    content = _template(build)
    resources = content["Resources"]
    common = content["Globals"]["Function"]
    properties = common | resources[function]["Properties"]
    defaults = Defaults(
        parameters={name: entry.get("Default") for name, entry in content["Parameters"].items()},
        conditions=content.get("Conditions", {}),
    )
    return BuiltFunction(
        code=build / properties["CodeUri"],
        handler=properties["Handler"],
        seconds=int(defaults.literal(properties["Timeout"]) or 0),
        megabytes=int(defaults.literal(properties["MemorySize"]) or 0),
        layers=tuple(
            (build / resources[name]["Properties"]["ContentUri"]).resolve()
            for name in _references(properties["Layers"])
            if _processor() in resources[name]["Properties"]["CompatibleArchitectures"]
        ),
        variables={
            name: defaults.literal(value)
            for name, value in _variables(common, resources[function]["Properties"])
        },
    )


def read_source(build: Path, function: str) -> EventSource:
    """Read the event source of a function with a single queue."""
    events = _template(build)["Resources"][function]["Properties"]["Events"].values()
    (queue,) = (event["Properties"] for event in events if event["Type"] == "SQS")
    return EventSource(
        batch=queue["BatchSize"],
        partial="ReportBatchItemFailures" in queue.get("FunctionResponseTypes", ()),
    )


def _template(build: Path) -> dict[str, Any]:
    path = build / "template.yaml"
    if not path.is_file():
        raise StartError(f"{path} is missing: run `make build`")
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def _variables(*levels: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the variables of each level: first those of all functions, then those of one."""
    for level in levels:
        yield from level.get("Environment", {}).get("Variables", {}).items()


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
