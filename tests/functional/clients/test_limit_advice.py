"""The settings of docs/migrate-from-oss.md for files over 4.5 MB, run as they are printed there."""

import random
import re
import subprocess
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import opendal
import oss2
import pytest
from alibabacloud_oss_v2.uploader import UploadError

from tests.functional.clients.conftest import KEY_ID, NODE_MODULES, PRIVATE, ROOT, SECRET
from tests.functional.clients.oss_v2 import configured
from tests.functional.clients.test_opendal import operator

MANUAL = (ROOT / "docs/migrate-from-oss.md").read_text()
SECTION = MANUAL.partition("## 5. Files over 4.5 MB")[2].partition("\n## ")[0]

CONTENT = random.Random(5).randbytes(2 * (4 << 20) + 1)

pytestmark = [
    # oss2 parses dates with a deprecated function.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def row(client: str) -> list[str]:
    """Return the cells of a client's row after its name."""
    found = re.search(rf"^\| {re.escape(client)} \|(.+)\|$", SECTION, re.MULTILINE)
    assert found, client
    return [cell.strip() for cell in found[1].split(" | ")]


def code_in(cell: str) -> str:
    """Return the first code span of a cell."""
    found = re.search(r"`([^`]+)`", cell)
    assert found, cell
    return found[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file of three parts."""
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def bucket(endpoint: str) -> oss2.Bucket:
    """Return a client that reads what others stored."""
    return oss2.Bucket(oss2.Auth(KEY_ID, SECRET), endpoint, PRIVATE, is_path_style=True)


def names(client: str, endpoint: str, bucket: oss2.Bucket) -> dict[str, Any]:
    """Return what the code in a row refers to."""
    match client:
        case "oss2":
            return {"oss2": oss2, "bucket": bucket}
        case "alibabacloud-oss-v2":
            return {"oss": oss, "client": oss.Client(configured(endpoint)), "bucket": PRIVATE}
        case _:
            return {"op": operator(endpoint)}


@pytest.mark.parametrize("client", ["oss2", "alibabacloud-oss-v2"])
def test_a_file_is_transferred_as_advised(
    client: str, endpoint: str, bucket: oss2.Bucket, file: Path, tmp_path: Path
) -> None:
    """Both cells of the row are run: up and down, without a redirect."""
    upload, _, download, _ = row(client)
    key, scope = f"advice/{client}.bin", names(client, endpoint, bucket)
    eval(code_in(upload), {**scope, "key": key, "file": str(file)})  # noqa: S307
    target = tmp_path / "down.bin"
    eval(code_in(download), {**scope, "key": key, "file": str(target)})  # noqa: S307
    assert target.read_bytes() == CONTENT


def test_opendal_writes_as_advised(endpoint: str, bucket: oss2.Bucket) -> None:
    """The cell of the row is run."""
    upload, *_ = row("Apache OpenDAL")
    scope = names("opendal", endpoint, bucket)
    eval(code_in(upload), {**scope, "key": "advice/dal.bin", "content": CONTENT})  # noqa: S307
    assert scope["op"].read("advice/dal.bin") == CONTENT


def test_ali_oss_transfers_as_advised(
    node: str, endpoint: str, bucket: oss2.Bucket, file: Path, tmp_path: Path
) -> None:
    """Both cells of the row are run, then the URL that the last one names."""
    upload, _, download, plain = row("ali-oss")
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    script = f"""
        import OSS from 'ali-oss';
        const client = new OSS({{
          accessKeyId: '{KEY_ID}', accessKeySecret: '{SECRET}', bucket: '{PRIVATE}',
          endpoint: '{endpoint.replace("127.0.0.1", "localhost")}', sldEnable: true,
        }});
        const key = 'advice/ali.bin';
        let file = '{file}';
        {code_in(upload)};
        file = '{tmp_path}/part.bin';
        {code_in(download)};
        console.log(client.{code_in(plain)});
    """
    finished = subprocess.run(
        [node, "--input-type=module", "-"],
        input=script,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert (tmp_path / "part.bin").read_bytes() == CONTENT[: 4 << 20]
    assert bucket.get_object("advice/ali.bin").read() == CONTENT
    answer = bucket.session.session.get(finished.stdout.strip())
    assert answer.content == CONTENT


def refused_with_413(client: str, endpoint: str, bucket: oss2.Bucket, file: Path) -> bool:
    """Return whether an upload with the client's defaults is refused by the gateway."""
    match client:
        case "oss2":
            with pytest.raises(oss2.exceptions.ServerError) as refused:
                oss2.resumable_upload(bucket, "advice/none.bin", str(file))
            return bool(refused.value.status == 413)
        case "alibabacloud-oss-v2":
            uploader = oss.Client(configured(endpoint)).uploader()
            request = oss.PutObjectRequest(bucket=PRIVATE, key="advice/none.bin")
            with pytest.raises(UploadError) as failed:
                uploader.upload_file(request, str(file))
            return "Status Code: 413" in str(failed.value)
        case _:
            with pytest.raises(opendal.exceptions.Unexpected) as unexpected:
                operator(endpoint).write("advice/none.bin", CONTENT)
            return "status: 413" in str(unexpected.value)


@pytest.mark.parametrize("client", ["oss2", "alibabacloud-oss-v2", "Apache OpenDAL"])
def test_the_defaults_are_refused(
    client: str, endpoint: str, bucket: oss2.Bucket, file: Path
) -> None:
    """As the table says; otherwise the row is out of date."""
    _, default, *_ = row(client)
    assert default == "413"
    assert refused_with_413(client, endpoint, bucket, file)
    assert not bucket.object_exists("advice/none.bin")


def test_the_advice_for_go_is_that_of_its_program() -> None:
    """The program of `test_go.py` calls both functions with parts of that size."""
    program = (Path(__file__).with_name("go_sdk") / "main.go").read_text()
    upload, _, download, plain = row("Go v1")
    for cell, call in ((upload, "bucket.UploadFile("), (download, "bucket.DownloadFile(")):
        assert code_in(cell).startswith(call)
        assert code_in(cell).endswith("4<<20)")
        assert call in program
    assert plain == "follows"
    assert "an object too large for a reply" in program
