"""Further instances of the functions, each with its own settings."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FUNCTIONS = Path(__file__).parents[2] / "functions"


def new_instance(name: str, *, function: str = "process", **variables: str) -> ModuleType:
    """Import the function again, with these variables added to the environment."""
    spec = importlib.util.spec_from_file_location(name, FUNCTIONS / function / "app.py")
    assert spec is not None
    assert spec.loader is not None
    app = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in variables.items():
            patch.setenv(variable, value)
        spec.loader.exec_module(app)
    return app
