"""ali-oss, the vendor's client for Node.js: each use in ali_oss.mjs is a test here."""

import subprocess
from pathlib import Path

import pytest

from tests.functional.clients.conftest import outcomes_of

SCRIPT = Path(__file__).with_name("ali_oss.mjs")

USES = (
    "get with process",
    "getStream with process",
    "signatureUrl",
    "signatureUrlV4",
    "signatureUrlV4 for an upload",
    "processObjectSave",
    "processObjectSave into another bucket",
    "processObjectSave into a bucket that is not there",
    "put, head, copy, get, delete",
    "put from a file and from a stream",
    "form with a signed policy",
    "multipartUpload",
    "list and listV2",
    "a result too large for a reply",
    "refusals",
)

type Outcomes = dict[str, str]


@pytest.fixture(scope="module", params=["v1", "v4"])
def outcomes(request: pytest.FixtureRequest, node: str, endpoint: str) -> Outcomes:
    """Run the script with each signature version of the client.

    The endpoint has a host name: this client refuses to sign URLs for a numeric endpoint.
    """
    named_endpoint = endpoint.replace("127.0.0.1", "localhost")
    return outcomes_of(node, str(SCRIPT), named_endpoint, request.param)


@pytest.mark.parametrize("use", ["get with process", "signatureUrl", "signatureUrlV4"])
def test_the_vendors_own_test_of_a_process(outcomes: Outcomes, use: str) -> None:
    """Spec 06 T16: 200×150 by header, and by signed URLs of both versions."""
    assert outcomes[use] == "ok"


@pytest.mark.parametrize("use", USES)
def test_works(outcomes: Outcomes, use: str) -> None:
    """Every use in the script succeeds."""
    assert outcomes[use] == "ok"


def test_every_use_is_a_test(outcomes: Outcomes) -> None:
    """Every use in the script is tested here."""
    assert tuple(outcomes) == USES


@pytest.mark.parametrize("setting", ["numeric endpoint", "by name"])
def test_the_host_header_is_ignored(node: str, endpoint: str, setting: str) -> None:
    """For a numeric endpoint the client sends the vendor's host name; the path decides."""
    address = (
        endpoint if setting == "numeric endpoint" else endpoint.replace("127.0.0.1", "localhost")
    )
    script = f"""
        import OSS from 'ali-oss';
        const client = new OSS({{
          accessKeyId: 'darkroom', accessKeySecret: 'darkroom-secret', bucket: 'demo-private',
          endpoint: '{address}', sldEnable: true,
        }});
        const options = {{ process: 'image/resize,w_100' }};
        const {{ res, content }} = await client.get('example.jpg', options);
        console.log(res.status, content.length > 1000);
    """
    finished = subprocess.run(
        [node, "--input-type=module", "--eval", script],
        cwd=SCRIPT.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.stdout, finished.stderr) == ("200 true\n", "")
