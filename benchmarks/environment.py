"""The environment of measured processes: the module path, and the deployed malloc settings.

Peers run with the same malloc settings, from which they benefit as well.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]

ALLOCATOR: Mapping[str, str] = dict(
    re.findall(r'^ +(MALLOC_\w+): "(\d+)"$', (ROOT / "template.yaml").read_text(), re.MULTILINE)
)
"""The variables for glibc's malloc in template.yaml (docs/decisions/098)."""


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment with `variables`, malloc's and the module path added.

    Bytecode is stored and reused, as in the deployed layers.
    """
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/darkroom")])
    bytecode = {"PYTHONDONTWRITEBYTECODE": ""}
    return {**os.environ, **ALLOCATOR, **bytecode, "PYTHONPATH": path, **variables}
