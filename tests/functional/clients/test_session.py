"""The session of the tutorials as a command."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("session.py")

EXPECTED = """\
upload                                                      session/example.jpg
image/resize,m_fixed,w_100,h_100                            JPEG 100×100
image/crop,w_100,h_100,x_100,y_100,r_1                      JPEG 100×100
image/rotate,90                                             JPEG 267×400
image/sharpen,100                                           JPEG 400×267
image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ             JPEG 400×267
image/format,png                                            PNG 400×267
image/resize,m_fixed,w_100,h_100/rotate,90/format,webp      WEBP 100×100
style/session-small                                         JPEG 200×134
signed URL                                                  JPEG 100×100
image/resize,m_fixed,w_100,h_100|sys/saveas                 OK session/saved-1: JPEG 100×100
image/crop,w_100,h_100,x_100,y_100,r_1|sys/saveas           OK session/saved-2: JPEG 100×100
image/rotate,90|sys/saveas                                  OK session/saved-3: JPEG 267×400
image/sharpen,100|sys/saveas                                OK session/saved-4: JPEG 400×267
image/watermark,text_SGVsbG8g5Zu-54mH5pyN5YqhIQ|sys/saveas  OK session/saved-5: JPEG 400×267
image/format,png|sys/saveas                                 OK session/saved-6: PNG 400×267
delete                                                      gone
"""


def run(endpoint: str, *options: str) -> str:
    """Run the script and return its output."""
    finished = subprocess.run(
        [sys.executable, str(SCRIPT), endpoint, *options],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_the_session_of_the_tutorials(endpoint: str, example: bytes, tmp_path: Path) -> None:
    """Each step prints the documented format and size."""
    picture = tmp_path / "example.jpg"
    picture.write_bytes(example)
    assert run(endpoint, "--picture", str(picture)) == EXPECTED


def test_the_session_needs_the_endpoint_only(endpoint: str) -> None:
    """Without a picture the script draws one, and it can run twice."""
    assert run(endpoint) == EXPECTED
    assert run(endpoint) == EXPECTED
