"""The house rules of import: low ranks know nothing of high ones, AWS stays at the edge."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers/darkroom/darkroom"
DEPLOYED_OR_LOCAL = ("layers/darkroom", "functions", "local")

RANKS = {
    "__init__": 0, "jobs": 0, "buckets": 0, "errors": 0, "journal": 0, "verbosity": 0,
    "parameters": 1, "limits": 1, "ports": 1, "settings": 1,
    "jsontext": 1, "timing": 1,
    "names": 2, "picture": 2, "query": 2, "auth": 2, "typefaces": 2,
    "codecs": 3, "steps": 3,
    "operations": 4, "pipeline": 4,
    "batch": 5, "usecases": 5,
    "web": 6, "aws": 6,
    "__main__": 7,
}  # fmt: skip

ONLY_IN = {
    "boto3": ("layers/darkroom/darkroom/aws", "functions", "local", "tests", "benchmarks"),
    "botocore": ("layers/darkroom/darkroom/aws", "functions", "local", "tests", "benchmarks"),
    "aws_lambda_powertools": ("functions", "tests"),
    "PIL": (
        *(f"layers/darkroom/darkroom/{name}" for name in ("picture", "codecs", "operations")),
        *("layers/darkroom/darkroom/pipeline", "local", "tests", "benchmarks"),
    ),
}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_a_module_imports_lower_ranks_and_its_own_folder_only(path: Path) -> None:
    """Design: rank is import order."""
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    names = {name.split(".")[1] for name in imports(path) if name.startswith("darkroom.")}
    modules = {name for name in names if name in RANKS}
    assert all(RANKS[name] < RANKS[own] or name == own for name in modules), modules


@pytest.mark.parametrize(
    "path",
    sorted(path for top in DEPLOYED_OR_LOCAL for path in (ROOT / top).rglob("*.py")),
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_each_library_stays_where_it_belongs(path: Path) -> None:
    """AWS only at the edge, Pillow only where pixels are, one reader of the environment."""
    place = str(path.relative_to(ROOT))
    for name in {name.split(".")[0] for name in imports(path)} & ONLY_IN.keys():
        assert place.startswith(ONLY_IN[name]), f"{name} in {place}"
    assert "os.environ" not in path.read_text() or place.startswith(("functions", "local"))
