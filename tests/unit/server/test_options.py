"""The options of the server, from environment variables and the container's limits."""

from pathlib import Path

import pytest

from darkroom.server.options import MAX_PUT_BYTES, ServerOptions, cores, memory_limit
from darkroom.settings import Settings, SettingsError


def test_what_a_server_carries_replaces_the_limits_of_a_function() -> None:
    """Replies have no limit, and uploads that of one request to S3."""
    settings = ServerOptions(memory=500, requests=9).apply_to(Settings(buckets={}))
    assert settings.reply_limit > 5 * 2**40
    assert settings.upload_limit == MAX_PUT_BYTES == 5 * 2**30
    assert settings.streams_objects
    assert settings.send_timeout == ServerOptions().idle_timeout
    assert (settings.memory, settings.store_connections) == (500, 9)
    assert Settings(buckets={}).upload_limit == Settings(buckets={}).reply_limit == 4_500_000
    assert not Settings(buckets={}).streams_objects


def test_worker_processes_share_the_memory() -> None:
    """Each has an equal share."""
    options = ServerOptions.from_environ({"DARKROOM_MEMORY": "4096", "DARKROOM_WORKERS": "4"})
    assert (options.workers, options.memory) == (4, 1024)


def test_the_container_limits_memory_and_cores(tmp_path: Path) -> None:
    """A limit is read where the kernel states one."""
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory.max").write_text(f"{3 * 2**30}\n")
    assert memory_limit(tmp_path) == 3072
    unlimited = cores(tmp_path)
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert cores(tmp_path) == unlimited >= 1
    (tmp_path / "cpu.max").write_text("50000 100000\n")
    assert cores(tmp_path) == 1


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("DARKROOM_WORKERS", "0", "DARKROOM_WORKERS must be a whole number, 1 or more"),
        ("DARKROOM_TIMEOUT", "2", "DARKROOM_TIMEOUT must be a whole number, 3 or more"),
        ("DARKROOM_MEMORY", "2 GB", "DARKROOM_MEMORY must be a whole number, 0 or more"),
        ("DARKROOM_MANAGEMENT_PORT", "65536", "DARKROOM_MANAGEMENT_PORT must be a whole number"),
        ("DARKROOM_QUEUE_WAIT", "21", "DARKROOM_QUEUE_WAIT must be a whole number, 0 to 20"),
        ("DARKROOM_MAX_UPLOAD_BYTES", str(MAX_PUT_BYTES + 1), "DARKROOM_MAX_UPLOAD_BYTES must be"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: str, complaint: str) -> None:
    """With the value that is expected."""
    with pytest.raises(SettingsError) as refused:
        ServerOptions.from_environ({name: value})
    assert str(refused.value).startswith(complaint)
