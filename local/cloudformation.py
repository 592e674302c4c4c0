"""The CloudFormation functions that template.yaml uses, evaluated for given parameters.

Anything else raises `NotImplementedError`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

type Template = Mapping[str, Any]
type Parameters = Mapping[str, str]


class NoValue:
    """Type of the value of `AWS::NoValue`, which removes its property or list item."""


NO_VALUE = NoValue()


class Loader(yaml.SafeLoader):  # type: ignore[misc] # yaml has no types
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


def read_template(path: Path) -> Template:
    """Read a template, its functions in their long forms."""
    content: Template = yaml.load(path.read_text(), Loader)  # noqa: S506 - a SafeLoader
    return content


def function_properties(template: Template, name: str) -> dict[str, Any]:
    """Return a function's properties as written, those of `Globals` included."""
    common = template["Globals"]["Function"]
    own = template["Resources"][name]["Properties"]
    levels = [level.get("Environment", {}).get("Variables", {}) for level in (common, own)]
    return {**common, **own, "Environment": {"Variables": levels[0] | levels[1]}}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A template with some parameters given and the others at their defaults."""

    template: Template
    given: Parameters
    deployed_value: Callable[[str, str], str]
    """Returns the value of a resource's attribute, or of a `Ref` to a resource or pseudo parameter,
    whose attribute is empty."""

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Value of each parameter; raises `LookupError` for a given one that is not declared."""
        declared = self.template["Parameters"]
        if unknown := self.given.keys() - declared.keys():
            raise LookupError(f"no parameter {', '.join(sorted(unknown))}")
        values = {name: str(entry["Default"]) for name, entry in declared.items()}
        values.update(self.given)
        lists = {n for n, entry in declared.items() if entry["Type"] == "CommaDelimitedList"}
        return {
            name: [member.strip() for member in value.split(",")] if name in lists else value
            for name, value in values.items()
        }

    @property
    def mistyped(self) -> list[str]:
        """Names of the parameters whose value, or a member of it, does not match their pattern."""
        return [
            name
            for name, entry in self.template["Parameters"].items()
            if (pattern := entry.get("AllowedPattern")) is not None
            for value in [self.parameters[name]]
            if not all(
                re.fullmatch(pattern, v) for v in (value if isinstance(value, list) else [value])
            )
        ]

    @cached_property
    def conditions(self) -> dict[str, bool]:
        """Value of each condition."""
        return {name: self.holds({"Condition": name}) for name in self.template["Conditions"]}

    @property
    def violations(self) -> list[str]:
        """Descriptions of the assertions of `Rules` that these parameters fail."""
        return [
            assertion["AssertDescription"]
            for rule in self.template["Rules"].values()
            if "RuleCondition" not in rule or self.holds(rule["RuleCondition"])
            for assertion in rule["Assertions"]
            if not self.holds(assertion["Assert"])
        ]

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the resources whose condition holds."""
        entries = self.template["Resources"].items()
        return frozenset(n for n, entry in entries if self._is_created(entry))

    @cached_property
    def resources(self) -> dict[str, Any]:
        """The resources whose condition holds, with their properties resolved."""
        written = self.template["Resources"]
        return {name: self.resolved(written[name]) for name in sorted(self.names)}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Values of the outputs whose condition holds."""
        written = self.template["Outputs"].items()
        return {n: self.resolved(entry["Value"]) for n, entry in written if self._is_created(entry)}

    def properties(self, name: str) -> dict[str, Any]:
        """Return the resolved properties of a resource."""
        found: dict[str, Any] = self.resources[name].get("Properties", {})
        return found

    def of_type(self, *types: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Find resources by their types."""
        return ((n, entry) for n, entry in self.resources.items() if entry["Type"] in types)

    def _is_created(self, entry: Mapping[str, Any]) -> bool:
        return "Condition" not in entry or self.conditions[entry["Condition"]]

    def holds(self, condition: Any) -> bool:
        """Evaluate a condition."""
        ((function, operand),) = condition.items()
        match function:
            case "Condition":
                return self.holds(self.template["Conditions"][operand])
            case "Fn::Equals":
                one, other = (self.resolved(side) for side in operand)
                return bool(one == other)
            case "Fn::Not":
                return not self.holds(operand[0])
            case "Fn::And":
                return all(map(self.holds, operand))
            case "Fn::Or":
                return any(map(self.holds, operand))
        return _list_function(function, *(self.resolved(side) for side in operand))

    def resolved(self, value: Any) -> Any:
        """Replace every function in a value by its result."""
        if isinstance(value, list):
            items = (self.resolved(item) for item in value)
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, operand),) = value.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._call(name, operand)
        members = {name: self.resolved(item) for name, item in value.items()}
        return {name: item for name, item in members.items() if item is not NO_VALUE}

    def _call(self, name: str, operand: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(operand)
            case "Fn::GetAtt":
                return self._of_resource(*operand)
            case "Fn::If":
                condition, one, other = operand
                return self.resolved(one if self.conditions[condition] else other)
            case "Fn::Sub":
                return self._substituted(operand)
        return _text_function(name, operand[0], self.resolved(operand[1]))

    def _substituted(self, operand: Any) -> str:
        text, further = (operand, {}) if isinstance(operand, str) else operand
        own = {name: self.resolved(value) for name, value in further.items()}

        def value(match: re.Match[str]) -> str:
            name = match[1]
            return str(own[name] if name in own else self._reference(name))

        return re.sub(r"\$\{([^!}][^}]*)\}", value, text)

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.parameters:
            return self.parameters[name]
        if name.startswith("AWS::"):
            return self.deployed_value(name, "")
        return self._of_resource(*name.split(".", 1))

    @cached_property
    def _event_sources(self) -> frozenset[str]:
        """Names of the resources that SAM creates for the events of functions."""
        return frozenset(
            f"{name}{event}"
            for name in self.names
            for event in self.template["Resources"][name].get("Properties", {}).get("Events", ())
        )

    def _of_resource(self, name: str, attribute: str = "") -> str:
        if name not in self.names | self._event_sources:
            raise LookupError(f"{name} is referred to, and not created")
        return self.deployed_value(name, attribute)


def _list_function(name: str, members: list[str], value: str) -> bool:
    """Evaluate a function of `Rules`."""
    match name:
        case "Fn::Contains":
            return value in members
        case "Fn::EachMemberEquals":
            return all(member == value for member in members)
    raise NotImplementedError(name)


def _text_function(name: str, first: Any, second: Any) -> Any:
    match name:
        case "Fn::Join":
            return first.join(second)
        case "Fn::Split":
            return second.split(first)
        case "Fn::Select":
            return second[int(first)]
    raise NotImplementedError(name)
