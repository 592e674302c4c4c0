"""template.yaml as CloudFormation reads it: what there is for given parameters.

Only what the template uses; anything else raises.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

PATH = Path(__file__).parents[1] / "template.yaml"

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "darkroom",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/darkroom/0-1-2",
}

type Parameters = Mapping[str, str]


class Nothing:
    """What `AWS::NoValue` stands for."""


NOTHING = Nothing()


class Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml tells no types
    """Reads the short forms of functions as the long ones."""


def _function(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if name == "Fn::GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", _function)


@cache
def template() -> dict[str, Any]:
    """Read the template as it is written."""
    content: dict[str, Any] = yaml.load(PATH.read_text(), Loader)  # noqa: S506 - a safe one
    return content


@dataclass(frozen=True)
class Stack:
    """The template with these parameters, the others at their defaults."""

    given: Parameters

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Give the value of each."""
        declared = template()["Parameters"]
        assert self.given.keys() <= declared.keys()
        values = {name: str(entry["Default"]) for name, entry in declared.items()}
        values.update(self.given)
        lists = {n for n, entry in declared.items() if entry["Type"] == "CommaDelimitedList"}
        return {name: v.split(",") if name in lists else v for name, v in values.items()}

    @cached_property
    def conditions(self) -> dict[str, bool]:
        """Evaluate each."""
        return {name: self.holds({"Condition": name}) for name in template()["Conditions"]}

    @property
    def complaints(self) -> list[str]:
        """Give what the rules say against these parameters."""
        return [
            assertion["AssertDescription"]
            for rule in template()["Rules"].values()
            if self.holds(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self.holds(assertion["Assert"])
        ]

    @cached_property
    def names(self) -> frozenset[str]:
        """Name the resources that there are."""
        entries = template()["Resources"].items()
        return frozenset(n for n, entry in entries if self._is_there(entry))

    @cached_property
    def resources(self) -> dict[str, Any]:
        """Give each resource there is, with its properties resolved."""
        written = template()["Resources"]
        return {name: self.resolved(written[name]) for name in sorted(self.names)}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Give what the stack tells."""
        written = template()["Outputs"].items()
        return {n: self.resolved(entry["Value"]) for n, entry in written if self._is_there(entry)}

    def properties(self, name: str) -> dict[str, Any]:
        """Give the properties of a resource."""
        found: dict[str, Any] = self.resources[name].get("Properties", {})
        return found

    def of_type(self, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Find resources by what they are."""
        return ((n, entry) for n, entry in self.resources.items() if entry["Type"] in types)

    def _is_there(self, entry: Mapping[str, Any]) -> bool:
        return "Condition" not in entry or self.conditions[entry["Condition"]]

    def holds(self, condition: Any) -> bool:
        """Evaluate a condition."""
        ((function, operand),) = condition.items()
        match function:
            case "Condition":
                return self.holds(template()["Conditions"][operand])
            case "Fn::Equals":
                one, other = (self.resolved(side) for side in operand)
                return bool(one == other)
            case "Fn::Not":
                return not self.holds(operand[0])
            case "Fn::And":
                return all(map(self.holds, operand))
            case "Fn::Or":
                return any(map(self.holds, operand))
        raise NotImplementedError(function)

    def resolved(self, value: Any) -> Any:
        """Replace every function by what it gives; a resource's own values stay `<name>`."""
        if isinstance(value, list):
            items = (self.resolved(item) for item in value)
            return [item for item in items if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, operand),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._called(name, operand)
        members = {name: self.resolved(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not NOTHING}

    def _called(self, name: str, operand: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(operand)
            case "Fn::GetAtt":
                return self._of_resource(*operand)
            case "Fn::If":
                condition, one, other = operand
                return self.resolved(one if self.conditions[condition] else other)
            case "Fn::Sub":
                return self._filled(operand)
        return self._made(name, operand[0], self.resolved(operand[1]))

    def _made(self, name: str, first: Any, second: Any) -> Any:
        """Put texts together, or take them apart."""
        match name:
            case "Fn::Join":
                return first.join(second)
            case "Fn::Split":
                return second.split(first)
            case "Fn::Select":
                return second[int(first)]
        raise NotImplementedError(name)

    def _filled(self, operand: Any) -> str:
        text, further = (operand, {}) if isinstance(operand, str) else operand
        own = {name: self.resolved(value) for name, value in further.items()}

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in own:
                return str(own[name])
            if "." in name:
                return self._of_resource(*name.split(".", 1))
            return str(self._reference(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        if name in self.parameters:
            return self.parameters[name]
        if template()["Resources"].get(name, {}).get("Type") == "AWS::Serverless::LayerVersion":
            return f"arn:aws:lambda:eu-west-1:123456789012:layer:{self._of_resource(name)}:1"
        return PSEUDO.get(name) or self._of_resource(*name.split("."))

    def _of_resource(self, name: str, attribute: str = "") -> str:
        """Name a resource's own value, which has to be there."""
        if name not in self.names:
            raise LookupError(f"{name} is referred to, and not there")
        return f"<{name}.{attribute}>" if attribute else f"<{name}>"
