"""The HTTP API of the template forwards every request to the function."""

import json

from tests.deployments import deployment


def test_every_request_is_sent_to_the_alias() -> None:
    """One route has all methods and paths, with payload 2.0 and the permission to invoke."""
    stack = deployment()
    assert stack.properties("AnyRequest")["RouteKey"] == "$default"
    assert stack.properties("AnyRequest")["Target"] == "integrations/<Integration>"
    integration = stack.properties("Integration")
    assert integration["PayloadFormatVersion"] == "2.0"
    assert "/functions/<ProcessFunction.Alias>/" in integration["IntegrationUri"]
    permission = stack.properties("ApiPermission")
    assert permission["FunctionName"] == "<ProcessFunction.Alias>"
    assert permission["SourceArn"].endswith(":<Api>/*")


def test_the_api_is_deployed_automatically() -> None:
    """The default stage deploys each change and is mapped to the domains."""
    stack = deployment("DomainName")
    stage = stack.properties("ApiStage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    mapped = [entry["Properties"] for _, entry in stack.of_type("AWS::ApiGatewayV2::ApiMapping")]
    assert {entry["Stage"] for entry in mapped} == {"<ApiStage>"}


def test_requests_are_throttled() -> None:
    """By the stage; concurrency is reserved where a number is given."""
    settings = deployment().properties("ApiStage")["DefaultRouteSettings"]
    rate, burst = settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]
    assert (int(rate), int(burst)) == (200, 400)
    changed = deployment("ThrottlingRateLimit").properties("ApiStage")["DefaultRouteSettings"]
    assert int(changed["ThrottlingRateLimit"]) == 10_000
    assert "ReservedConcurrentExecutions" not in deployment().properties("ProcessFunction")
    reserved = deployment("ReservedConcurrency").properties("ProcessFunction")
    assert int(reserved["ReservedConcurrentExecutions"]) == 10_000


def test_no_query_is_logged() -> None:
    """A query may contain a signature; the access log has only the fields listed here."""
    written = deployment().properties("ApiStage")["AccessLogSettings"]["Format"]
    logged = json.loads(written)
    assert {value.removeprefix("$context.") for value in logged.values()} == {
        *("requestId", "requestTime", "identity.sourceIp", "domainName", "httpMethod", "path"),
        *("protocol", "status", "responseLength", "responseLatency", "integrationLatency"),
        "integrationErrorMessage",
    }
