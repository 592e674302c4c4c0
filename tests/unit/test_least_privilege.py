"""Each function may do what its code does, to what is its own, and nothing else."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import Session

from darkroom import aws
from local.cloudformation import Stack
from tests.deployments import deployment, deployments
from tests.permissions import CALLS, OBJECTS, RUNTIME, Grants, to

SERVICES = ("s3", "dynamodb", "sqs", "sns", "secretsmanager")

WITH_STARS = {
    ("ProcessRole", "WriteTraces"): "X-Ray knows no resources",
    ("PersistRole", "WriteTraces"): "X-Ray knows no resources",
    ("ProcessRole", "ReachFurtherPictures"): "a delimiter cannot name the partition",
    ("ProcessRole", "ListFurtherPictures"): "a delimiter cannot name the partition",
    ("PersistRole", "ReachFurtherPictures"): "a delimiter cannot name the partition",
    ("PersistRole", "ListFurtherPictures"): "a delimiter cannot name the partition",
}
"""Statements that allow something to more than is named, each with its reason."""

DEPLOYMENTS = deployments()
EVERYWHERE = pytest.mark.parametrize("stack", DEPLOYMENTS.values(), ids=DEPLOYMENTS)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Read the adapters."""
    for path in sorted(Path(aws.__file__).parent.glob("*.py")):
        yield path.stem, ast.parse(path.read_text())


@cache
def operations() -> frozenset[str]:
    """Name all methods that call AWS."""
    models = (Session().get_service_model(name) for name in SERVICES)
    return frozenset(xform_name(name) for model in models for name in model.operation_names)


def called(node: ast.AST) -> Iterator[str]:
    """Find the operations that a piece of code calls, by themselves, in pages or presigned."""
    for inner in ast.walk(node):
        match inner:
            case ast.Call(
                func=ast.Attribute(attr="get_paginator" | "generate_presigned_url"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield name
            case ast.Attribute(attr=name) if name in operations():
                yield name


def calls() -> set[str]:
    """Name every call, with its module and the class or function that it stands in."""
    return {
        f"{module} {part.name} {name}"
        for module, tree in modules()
        for part in tree.body
        if isinstance(part, ast.ClassDef | ast.FunctionDef)
        for name in called(part)
    }


def test_every_call_is_in_the_table() -> None:
    """Whoever adds one says what it needs, and which function makes it."""
    assert calls() == CALLS.keys()


def listed(value: Any) -> list[str]:
    """Give one or several, always as a list."""
    return value if isinstance(value, list) else [value]


def statements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Find every statement of every policy in a resource, wherever it stands."""
    if isinstance(value, list):
        for item in value:
            yield from statements(item)
    elif isinstance(value, dict):
        if "Effect" in value and {"Action", "NotAction"} & value.keys():
            yield value
        for item in value.values():
            yield from statements(item)


def granted(stack: Stack, role: str) -> Grants:
    """Give what a role may do."""
    found: Grants = set()
    for statement in statements(stack.properties(role)["Policies"]):
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            found |= to(resource.removeprefix("arn:aws:s3:::"), *listed(statement["Action"]))
    return found


@pytest.mark.parametrize("role", ["ProcessRole", "PersistRole"])
def test_a_role_grants_what_the_code_needs(role: str) -> None:
    """No less, so nothing fails on the first day, and no more."""
    side = ["ProcessRole", "PersistRole"].index(role)
    needed = set().union(*(needs[side] for needs in CALLS.values()))
    assert granted(deployment("TopicArns", "Cdn"), role) == needed | RUNTIME[role]


@pytest.mark.parametrize("role", ["ProcessRole", "PersistRole"])
def test_what_is_not_writable_is_not_written(role: str) -> None:
    """Of the pictures only reading is left."""
    grants = granted(deployment("Writable"), role)
    assert {action for action, resource in grants if resource == OBJECTS} <= {
        "s3:GetObject",
        "s3:GetObjectVersion",
    }
    assert grants < granted(deployment(), role)


def is_wide(statement: Mapping[str, Any]) -> bool:
    """Tell whether a statement allows more than it names; the objects of a bucket are named."""
    if statement["Effect"] == "Deny":
        return False
    objects = (resource.removesuffix("/*") for resource in listed(statement.get("Resource", [])))
    words = [*listed(statement.get("Action", [])), *objects, str(statement.get("Principal", ""))]
    inverted = {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
    return bool(inverted) or any("*" in word for word in words)


@EVERYWHERE
def test_no_statement_allows_more_than_it_names(stack: Stack) -> None:
    """In any policy of any resource, but for those listed with their reasons."""
    wide = {
        (name, statement["Sid"])
        for name, resource in stack.resources.items()
        for statement in statements(resource)
        if is_wide(statement)
    }
    assert wide <= WITH_STARS.keys()


@EVERYWHERE
def test_there_are_no_policies_of_others(stack: Stack) -> None:
    """AWS's own change without a word, and most of them allow everything."""
    text = str(stack.resources)
    assert "ManagedPolicyArns" not in text
    assert "arn:aws:iam::aws:policy" not in text


def test_every_reason_is_needed() -> None:
    """A statement that is gone takes its excuse with it."""
    everything = deployment("FurtherBuckets", "TopicArns", "Cdn")
    there = {
        (name, statement.get("Sid"))
        for name, resource in everything.resources.items()
        for statement in statements(resource)
        if is_wide(statement)
    }
    assert there == WITH_STARS.keys()


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:*", "Resource": "arn:aws:s3:::b"},
        {"Action": ["s3:GetObject", "*"], "Resource": "arn:aws:s3:::b/*"},
        {"Action": "s3:GetObject", "Resource": "*"},
        {"Action": "s3:GetObject", "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::*/*"]},
        {"Action": "sqs:SendMessage", "Resource": "q", "Principal": "*"},
        {"Action": "sqs:SendMessage", "Resource": "q", "Principal": {"AWS": "*"}},
        {"Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b"},
        {"NotAction": "s3:GetObject", "Resource": "arn:aws:s3:::b"},
    ],
    ids=str,
)
def test_a_star_is_found(statement: dict[str, Any]) -> None:
    """Wherever somebody may put one."""
    assert is_wide({"Effect": "Allow", **statement})
