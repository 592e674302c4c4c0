"""A task done by Darkroom and its peers in turn, and the goals that the figures are held to."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.peers import Measured, PeerProcess
from benchmarks.pictures import picture
from benchmarks.quality import scaling_ssim
from benchmarks.tasks import Task

OWN, REFERENCE, RIVAL = "darkroom", "darkroom, Pillow alone", "sharp"
"""The measured contender, the one that quality is compared with, and the one that time is."""

MIN_SSIM = 0.992
MAX_SSIM_LOSS = 0.001
MAX_GROWTH = 1.03
"""Bytes of a result, relative to the reference's."""

HEADING = (
    f"{'':26}{'wall ms':>9}{'least':>8}{'ratio':>7}{'CPU ms':>9}{'ratio':>7}{'bytes':>9}{'SSIM':>8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A figure and its bound."""

    name: str
    value: float
    bound: float
    at_least: bool = False
    """Whether the bound is a lower one."""

    @property
    def is_met(self) -> bool:
        """Whether the figure is within its bound."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        """Return the figure, its bound, and how far it is from it."""
        bound = "at least" if self.at_least else "at most"
        verdict = "met" if self.is_met else "MISSED"
        margin = abs(self.value - self.bound) / self.bound
        return f"{self.name} {self.value:.4g}, {bound} {self.bound:.4g}: {verdict} by {margin:.1%}"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The runs of one task by every contender."""

    task: Task
    runs: Mapping[str, Sequence[Measured]]
    similarity: Mapping[str, float]
    """SSIM of each contender's lossless result to exact area averaging; empty without scaling."""

    @cached_property
    def wall(self) -> Mapping[str, float]:
        """Median of the elapsed milliseconds."""
        return {
            name: statistics.median(run.milliseconds for run in of)
            for name, of in self.runs.items()
        }

    @cached_property
    def cpu(self) -> Mapping[str, float]:
        """Median of the processor's milliseconds, of all threads."""
        return {
            name: statistics.median(run.cpu_milliseconds for run in of)
            for name, of in self.runs.items()
        }

    def goals(self) -> Iterator[Goal]:
        """Yield the goals of time, fidelity and size."""
        if self.task.max_ratio is not None:
            ratio = self.wall[OWN] / self.wall[RIVAL]
            yield Goal(name=f"time to {RIVAL}'s", value=ratio, bound=self.task.max_ratio)
        if self.similarity:
            lowest = max(MIN_SSIM, self.similarity[REFERENCE] - MAX_SSIM_LOSS)
            yield Goal(name="SSIM", value=self.similarity[OWN], bound=lowest, at_least=True)
        if "format" in self.task.peer:
            growth = self.runs[OWN][0].bytes / self.runs[REFERENCE][0].bytes
            yield Goal(name="bytes to those by Pillow", value=growth, bound=MAX_GROWTH)

    def lines(self) -> Iterator[str]:
        """Yield the row of each contender."""
        yield f"\n{self.task.name}"
        yield HEADING
        for name, of in self.runs.items():
            least = min(run.milliseconds for run in of)
            wall, cpu = self.wall[name], self.cpu[name]
            similarity = f"{self.similarity[name]:8.4f}" if self.similarity else ""
            yield (
                f"  {name:24}{wall:9.2f}{least:8.2f}{wall / self.wall[RIVAL]:7.2f}"
                f"{cpu:9.2f}{cpu / self.cpu[RIVAL]:7.2f}{of[0].bytes:9}{similarity}"
            )


def compare(task: Task, contenders: Sequence[PeerProcess], runs: int, folder: Path) -> Comparison:
    """Run a task in turn by all contenders, which have done it once before that."""
    source = picture(task.source, folder)
    order = {"source": str(source), **task.order}
    similarity = {}
    for contender in contenders:
        contender.run(order)
        if task.scales:
            result = folder / "lossless.png"
            contender.run({"source": str(source), **task.lossless, "result": str(result)})
            similarity[contender.name] = scaling_ssim(source.read_bytes(), result.read_bytes())
    spent: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for _ in range(runs):
        for contender in contenders:
            spent[contender.name].append(contender.run(order))
    return Comparison(task=task, runs=spent, similarity=similarity)
