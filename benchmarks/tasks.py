"""The measured tasks, each as a process of Darkroom and as an order of its peers."""

from dataclasses import dataclass

from darkroom.process.parameters import encode_base64

PHOTO = "photo-2725x2225.jpg"
PAPER = "paper-2048x1536-rgba.png"
LOOP = "animated-loop-3.gif"

TEXT = "Hello 图片服务!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task; `process` is for Darkroom and `peer` for its peers."""

    name: str
    source: str
    process: str
    peer: dict[str, object]
    """Operation and its values, for the workers of sharp and pyvips."""
    max_ratio: float | None = None
    """Goal of the ratio to sharp's median."""
    max_ratio_to_task: tuple[str, float] | None = None
    """Another task, and the goal of the ratio to its time."""
    scales: bool = False
    """Whether the result is the whole source made smaller, whose SSIM is measured (C-51)."""

    @property
    def order(self) -> dict[str, object]:
        """The order for a worker, without the source."""
        return {"process": self.process, **self.peer}

    @property
    def lossless(self) -> dict[str, object]:
        """The order with a PNG result, so that the SSIM is that of the scaling alone."""
        process = self.process.split("/quality")[0].split("/format")[0]
        return {**self.peer, "process": f"{process}/format,png", "format": "png"}


def _scaled(
    name: str,
    source: str,
    size: tuple[int, int],
    word: str,
    *,
    max_ratio: float | None = None,
    max_ratio_to_task: tuple[str, float] | None = None,
) -> Task:
    """Return a task that scales to a width; JPEG and WebP with quality 80."""
    quality = "/quality,Q_80" if word in ("jpg", "webp") else ""
    target = "" if source.endswith(word) else f"/format,{word}"
    return Task(
        name=name,
        source=source,
        process=f"image/resize,w_{size[0]}{quality}{target}",
        peer={"do": "resize", "width": size[0], "height": size[1], "format": word, "quality": 80},
        max_ratio=max_ratio,
        max_ratio_to_task=max_ratio_to_task,
        scales=True,
    )


TASKS = (
    _scaled("photo to 100 wide JPEG", PHOTO, (100, 82), "jpg", max_ratio=0.85),
    _scaled("photo to 400 wide JPEG", PHOTO, (400, 327), "jpg", max_ratio=0.75),
    _scaled("photo to 720 wide JPEG", PHOTO, (720, 588), "jpg", max_ratio=0.7),
    _scaled("photo to 1000 wide JPEG", PHOTO, (1000, 817), "jpg", max_ratio=0.6),
    _scaled("photo to 1500 wide JPEG", PHOTO, (1500, 1225), "jpg", max_ratio=0.6),
    _scaled("photo to 720 wide WebP", PHOTO, (720, 588), "webp", max_ratio=0.6),
    _scaled("photo to 720 wide PNG", PHOTO, (720, 588), "png", max_ratio=0.7),
    _scaled("paper to 720 wide PNG", PAPER, (720, 540), "png", max_ratio=0.6),
    _scaled("photo to 200 wide WebP", PHOTO, (200, 163), "webp"),
    _scaled(
        "photo to 200 wide AVIF",
        PHOTO,
        (200, 163),
        "avif",
        max_ratio_to_task=("photo to 200 wide WebP", 1.5),
    ),
    Task(
        name="animation to half size",
        source=LOOP,
        process="image/resize,w_185",
        peer={"do": "animate", "width": 185, "height": 143, "format": "gif"},
        max_ratio=0.54,
    ),
    Task(
        name="text on 720 wide JPEG",
        source=PHOTO,
        process=f"image/resize,w_720/watermark,text_{encode_base64(TEXT)},color_FFFFFF/quality,Q_80",
        # The same face, size and position, and 4:4:4 chroma, as Darkroom writes it.
        peer={
            "do": "letter",
            "width": 720,
            "height": 588,
            "text": TEXT,
            "font": "WenQuanYi Zen Hei 40",
            "fontfile": "layers/fonts/fonts/wqy-zenhei.ttf",
            "colour": "#FFFFFF",
            "left": 437,
            "top": 533,
            "format": "jpg",
            "quality": 80,
            "chroma": "4:4:4",
        },
        max_ratio=0.6,
    ),
    Task(
        name="photo blurred",
        source=PHOTO,
        process="image/blur,r_10,s_5/quality,Q_80",
        peer={"do": "blur", "deviation": 5, "format": "jpg", "quality": 80},
        max_ratio=0.65,
    ),
    Task(
        name="paper with round corners",
        source=PAPER,
        process="image/rounded-corners,r_100",
        peer={"do": "round", "width": 2048, "height": 1536, "radius": 100, "format": "png"},
        max_ratio=0.6,
    ),
    Task(
        name="photo info",
        source=PHOTO,
        process="image/info",
        peer={"do": "info"},
        max_ratio=1.2,
    ),
)
