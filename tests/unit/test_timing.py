"""The stopwatch gives every moment to one stage only."""

from time import sleep

from darkroom.timing import Stopwatch


def test_a_stage_within_another_counts_for_itself_alone() -> None:
    """Frames that are decoded while an animation is written are time of decoding."""
    stopwatch = Stopwatch()
    with stopwatch.stage("encode"):
        for _ in range(2):
            with stopwatch.stage("decode"), stopwatch.stage("read"):
                sleep(0.01)
    assert stopwatch.seconds["read"] >= 0.02
    assert stopwatch.seconds["decode"] + stopwatch.seconds["encode"] < 0.01
    assert sum(stopwatch.seconds.values()) <= stopwatch.total


def test_stages_of_one_name_add_up() -> None:
    """They are written in the order of their first appearance, the total last."""
    stopwatch = Stopwatch()
    for name in ("store", "pixels", "store"):
        with stopwatch.stage(name):
            sleep(0.002)
    assert stopwatch.seconds["store"] > stopwatch.seconds["pixels"]
    names = [entry.partition(";dur=")[0] for entry in stopwatch.server_timing().split(", ")]
    assert names == ["store", "pixels", "total"]
