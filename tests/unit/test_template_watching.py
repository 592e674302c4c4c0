"""Logs, retention, traces, alarms and the dashboard of the template."""

import json
import re

import pytest

from local.cloudformation import Stack
from tests.deployments import EXAMPLES, deployment
from tests.stack import template

FUNCTIONS = ("ProcessFunction", "PersistFunction")
FUNCTION_LOGS = {"ProcessFunction": "ProcessLogs", "PersistFunction": "PersistLogs"}


def alarms(stack: Stack) -> dict[str, dict[str, object]]:
    """Return the properties of all alarms."""
    return {n: entry["Properties"] for n, entry in stack.of_type("AWS::CloudWatch::Alarm")}


def test_every_alarm_notifies_the_topic() -> None:
    """Alarm and OK states are published to `AlarmTopic`, if there is one."""
    topics = [EXAMPLES["AlarmTopic"]]
    for properties in alarms(deployment("AlarmTopic")).values():
        assert (properties["AlarmActions"], properties["OKActions"]) == (topics, topics)
    for properties in alarms(deployment()).values():
        assert not {"AlarmActions", "OKActions"} & properties.keys()


def test_every_log_group_has_a_retention() -> None:
    """Its days are those of the parameter."""
    groups = dict(deployment("LogRetentionDays").of_type("AWS::Logs::LogGroup"))
    assert groups.keys() == {"AccessLogs", *FUNCTION_LOGS.values()}
    days = {entry["Properties"]["RetentionInDays"] for entry in groups.values()}
    assert days == {deployment("LogRetentionDays").parameters["LogRetentionDays"]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_log_level_is_debug_if_requests_are_sampled(function: str) -> None:
    """Lambda drops lines below its level, so it is DEBUG if the sample rate is above 0.

    It is never above INFO: metrics are lines without a level, which count as INFO.
    """
    for changed, level in (((), "INFO"), (("LogLevel",), "INFO"), (("DebugSampleRate",), "DEBUG")):
        logging = deployment(*changed).properties(function)["LoggingConfig"]
        assert logging["ApplicationLogLevel"] == level
        assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "INFO")
        assert logging["LogGroup"] == f"<{FUNCTION_LOGS[function]}>"


def test_functions_are_traced() -> None:
    """`Globals` enables tracing for both functions."""
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    for function in FUNCTIONS:
        assert "Tracing" not in deployment().properties(function)


def test_dashboard() -> None:
    """The body is JSON and searches the metrics of the service."""
    body = deployment().properties("Dashboard")["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert {widget["properties"]["title"] for widget in widgets} >= {"Requests", "Bytes", "Jobs"}
    searched = re.findall(r"SEARCH\('\{([^}]+)\}", json.dumps(widgets))
    assert len(searched) >= 5
    assert set(searched) == {"Darkroom,service,operation,outcome"}
