"""What the template has watched: logs and how long, traces, alarms, the dashboard."""

import json
import re

import pytest

from local.cloudformation import Stack
from tests.deployments import EXAMPLES, deployment
from tests.stack import template

FUNCTIONS = ("ProcessFunction", "PersistFunction")
FUNCTION_LOGS = {"ProcessFunction": "ProcessLogs", "PersistFunction": "PersistLogs"}


def alarms(stack: Stack) -> dict[str, dict[str, object]]:
    """Give the properties of all alarms."""
    return {n: entry["Properties"] for n, entry in stack.of_type("AWS::CloudWatch::Alarm")}


def test_every_alarm_is_told_and_its_end_as_well() -> None:
    """To the topic that is given, else to nobody."""
    told = [EXAMPLES["AlarmTopic"]]
    for properties in alarms(deployment("AlarmTopic")).values():
        assert (properties["AlarmActions"], properties["OKActions"]) == (told, told)
    for properties in alarms(deployment()).values():
        assert not {"AlarmActions", "OKActions"} & properties.keys()


def test_every_log_ends() -> None:
    """After the days that the deployment says."""
    groups = dict(deployment("LogRetentionDays").of_type("AWS::Logs::LogGroup"))
    assert groups.keys() == {"AccessLogs", *FUNCTION_LOGS.values()}
    days = {entry["Properties"]["RetentionInDays"] for entry in groups.values()}
    assert days == {deployment("LogRetentionDays").parameters["LogRetentionDays"]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_details_pass_when_there_are_any(function: str) -> None:
    """Lambda drops lines below its level: it is opened exactly when a share is logged in detail.

    Above INFO it never is: metrics are lines without a level, which count as that.
    """
    for changed, level in (((), "INFO"), (("LogLevel",), "INFO"), (("DebugSampleRate",), "DEBUG")):
        logging = deployment(*changed).properties(function)["LoggingConfig"]
        assert logging["ApplicationLogLevel"] == level
        assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "INFO")
        assert logging["LogGroup"] == f"<{FUNCTION_LOGS[function]}>"


def test_functions_are_traced() -> None:
    """Both: it is said once for all."""
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    for function in FUNCTIONS:
        assert "Tracing" not in deployment().properties(function)


def test_dashboard() -> None:
    """It is JSON once its names are filled in, and searches the metrics that there are."""
    body = deployment().properties("Dashboard")["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    assert {widget["properties"]["title"] for widget in widgets} >= {"Requests", "Bytes", "Jobs"}
    searched = re.findall(r"SEARCH\('\{([^}]+)\}", json.dumps(widgets))
    assert len(searched) >= 5
    assert set(searched) == {"Darkroom,service,operation,outcome"}
