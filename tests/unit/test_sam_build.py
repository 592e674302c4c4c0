"""The settings that `local/` reads from a SAM build."""

import shutil
from pathlib import Path

import pytest

from local.child_processes import StartError
from local.sam_build import BuiltFunction, read_function
from tests.stack import PATH


@pytest.fixture
def built(tmp_path: Path) -> BuiltFunction:
    """Return the process function of a build with the template."""
    shutil.copy(PATH, tmp_path)
    return read_function(tmp_path, "ProcessFunction")


def test_variables_have_the_defaults_of_parameters(built: BuiltFunction) -> None:
    """The variables of `Globals` and of the function are merged, as texts."""
    known = {name: value for name, value in built.variables.items() if value is not None}
    assert known == {
        "MALLOC_MMAP_THRESHOLD_": "33554432",
        "MALLOC_TRIM_THRESHOLD_": "536870912",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "DARKROOM_DEBUG_SAMPLE_RATE": "0",
        "DARKROOM_PATH_STYLE": "true",
        "DARKROOM_BASE_DOMAINS": "",
        "DARKROOM_DOMAINS": "",
        "DARKROOM_AUTO_ORIENT": "true",
        "DARKROOM_DIALECTS": "",
        "DARKROOM_DOWNLOAD_DOCUMENTS": "false",
        "DARKROOM_MAX_RECEIVE_COUNT": "5",
        "DARKROOM_TOPICS": "",
        "DARKROOM_RESULT_CACHE": "false",
        "DARKROOM_RESULT_CACHE_MIN_MS": "0",
        "DARKROOM_ORIGIN_SECRET": "",
        "DARKROOM_ORIGIN_SECRET_REQUIRED": "false",
    }


def test_variables_with_resource_names_have_no_value(built: BuiltFunction) -> None:
    """Only a deployment has these names; each variable is listed with None."""
    unknown = {name for name, value in built.variables.items() if value is None}
    assert unknown == {
        *("DARKROOM_BUCKETS", "DARKROOM_RESULTS_BUCKET", "DARKROOM_KEYS_SECRET"),
        *("DARKROOM_TABLE", "DARKROOM_JOBS_QUEUE", "DARKROOM_DEAD_LETTER_QUEUE"),
    }


def test_time_and_memory_are_those_of_the_template(built: BuiltFunction, tmp_path: Path) -> None:
    """A value is literal or a parameter's default; the function's overrides that of `Globals`."""
    assert (built.seconds, built.megabytes) == (29, 1769)
    persist = read_function(tmp_path, "PersistFunction")
    assert (persist.seconds, persist.megabytes) == (120, 3008)


def test_only_layers_for_this_processor_are_used(built: BuiltFunction) -> None:
    """The layers are the package, the dependencies and the fonts."""
    assert [layer.name for layer in built.layers] == ["darkroom", "dependencies", "fonts"]


def test_a_missing_build_is_refused(tmp_path: Path) -> None:
    """The message contains the command `make build`."""
    with pytest.raises(StartError, match="make build"):
        read_function(tmp_path, "ProcessFunction")
