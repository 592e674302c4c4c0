"""Further instances of the functions, each with settings of its own."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"


def another(name: str, *, function: str = "process", **variables: str) -> ModuleType:
    """Start the function once more, with these variables beside those of the tests."""
    spec = importlib.util.spec_from_file_location(name, FUNCTIONS / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        spec.loader.exec_module(app)
    return app
