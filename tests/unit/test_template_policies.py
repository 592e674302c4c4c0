"""Every policy of the template allows only the actions and resources that it names."""

from collections.abc import Mapping
from typing import Any

import pytest

from local.cloudformation import Stack
from tests.deployments import deployment, in_every_deployment
from tests.permissions import listed, statements

WITH_STARS = {
    ("ProcessRole", "WriteTraces"): "X-Ray knows no resources",
    ("PersistRole", "WriteTraces"): "X-Ray knows no resources",
    ("ProcessRole", "ReachFurtherPictures"): "a delimiter cannot name the partition",
    ("ProcessRole", "ListFurtherPictures"): "a delimiter cannot name the partition",
    ("PersistRole", "ReachFurtherPictures"): "a delimiter cannot name the partition",
    ("PersistRole", "ListFurtherPictures"): "a delimiter cannot name the partition",
}
"""Statements with a wildcard, each with its reason."""


def is_wide(statement: Mapping[str, Any]) -> bool:
    """Return whether a statement has a wildcard; the objects of a bucket count as named."""
    if statement["Effect"] == "Deny":
        return False
    objects = (resource.removesuffix("/*") for resource in listed(statement.get("Resource", [])))
    words = [*listed(statement.get("Action", [])), *objects, str(statement.get("Principal", ""))]
    inverted = {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
    return bool(inverted) or any("*" in word for word in words)


@in_every_deployment
def test_no_statement_has_an_unlisted_wildcard(stack: Stack) -> None:
    """The exceptions are listed with their reasons."""
    wide = {
        (name, statement["Sid"])
        for name, resource in stack.resources.items()
        for statement in statements(resource)
        if is_wide(statement)
    }
    assert wide <= WITH_STARS.keys()


@in_every_deployment
def test_no_managed_policy_is_used(stack: Stack) -> None:
    """AWS changes its managed policies, and most of them allow everything."""
    text = str(stack.resources)
    assert "ManagedPolicyArns" not in text
    assert "arn:aws:iam::aws:policy" not in text


def test_every_listed_statement_exists() -> None:
    """The deployment with all parameters has every listed exception."""
    everything = deployment("FurtherBuckets", "TopicArns", "Cdn")
    found = {
        (name, statement.get("Sid"))
        for name, resource in everything.resources.items()
        for statement in statements(resource)
        if is_wide(statement)
    }
    assert found == WITH_STARS.keys()


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
def test_a_wildcard_is_found(statement: dict[str, Any]) -> None:
    """In actions, resources, principals and inverted elements."""
    assert is_wide({"Effect": "Allow", **statement})
