"""What every process under measurement is given: our modules, and the deployed allocator.

Peers are measured with the same allocator, which does them good as well.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]

ALLOCATOR: Mapping[str, str] = dict(
    re.findall(r"^ +(MALLOC_\w+): (\d+)$", (ROOT / "template.yaml").read_text(), re.MULTILINE)
)
"""Variables of glibc's malloc in template.yaml (docs/decisions/098)."""


def environment(**variables: str) -> dict[str, str]:
    """Give this process's environment with these, the allocator's and the path in it."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers/darkroom")])
    return {**os.environ, **ALLOCATOR, "PYTHONPATH": path, **variables}
