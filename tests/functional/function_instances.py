"""Further instances of the process function, each with settings of its own."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

APP = Path(__file__).parents[2] / "functions/process/app.py"


def another(name: str, **variables: str) -> ModuleType:
    """Start the function once more, with these variables beside those of the tests."""
    spec = importlib.util.spec_from_file_location(name, APP)
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        spec.loader.exec_module(app)
    return app
