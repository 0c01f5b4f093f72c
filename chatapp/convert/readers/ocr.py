"""Text from pictures, by tesseract or rapidocr, whichever is here."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, ImageStat

_NOT_LANGUAGES = ("osd", "equ")
# Letters of fewer pixels than this are guessed at; small pictures are scaled up.
_WIDE_ENOUGH = 1600


def is_available() -> bool:
    return shutil.which("tesseract") is not None or find_spec("rapidocr") is not None


def read_picture(picture: Image.Image) -> str:
    prepared = _prepared(picture)
    if shutil.which("tesseract"):
        return _tesseract(prepared)
    return _rapidocr(prepared)


def _prepared(picture: Image.Image) -> Image.Image:
    """Dark on light, grey, and large enough."""
    grey = ImageOps.exif_transpose(picture).convert("L")
    if ImageStat.Stat(grey).median[0] < 100:
        grey = ImageOps.invert(grey)
    if grey.width < _WIDE_ENOUGH:
        factor = 2 if grey.width * 2 <= 2 * _WIDE_ENOUGH else 1
        grey = grey.resize((grey.width * factor, grey.height * factor), Image.Resampling.LANCZOS)
    return grey


def _tesseract(picture: Image.Image) -> str:
    path = Path.cwd() / "picture.png"
    picture.save(path)
    run = subprocess.run(
        ["tesseract", str(path), "stdout", "-l", _languages()],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"OMP_THREAD_LIMIT": "1", "PATH": os.defpath}, check=False,
    )  # fmt: skip
    return run.stdout.decode("utf-8", "replace").strip()


def _languages() -> str:
    """All that are installed: which one a picture is in, nobody says."""
    run = subprocess.run(
        ["tesseract", "--list-langs"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath}, check=False,
    )  # fmt: skip
    names = run.stdout.decode("utf-8", "replace").splitlines()[1:]
    return "+".join(name for name in names if name and name not in _NOT_LANGUAGES) or "eng"


def _rapidocr(picture: Image.Image) -> str:
    import numpy as np
    from rapidocr import RapidOCR

    result: Any = RapidOCR()(np.asarray(picture.convert("RGB")))
    return "\n".join(result.txts or ())
