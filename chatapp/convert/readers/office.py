"""LibreOffice, when it is installed: one start, one profile, one document, no macros."""

import shutil
import subprocess
from pathlib import Path
from typing import BinaryIO

from chatapp.convert.errors import ConversionError

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""  # noqa: E501
# Named, so that a file is never taken for something else than its extension says.
_READ_AS = {
    "doc": "MS Word 97",
    "rtf": "Rich Text Format",
    "ppt": "MS PowerPoint 97",
    "xls": "MS Excel 97",
}
_WRITE_AS = {
    "docx": "MS Word 2007 XML",
    "pptx": "Impress MS PowerPoint 2007 XML",
    "xlsx": "Calc MS Excel 2007 XML",
}


def is_installed() -> bool:
    return shutil.which("soffice") is not None


def convert(source: BinaryIO, extension: str, target: str) -> Path:
    """The document in another format, as a file in the current directory."""
    original = Path.cwd() / f"document.{extension}"
    with original.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    result = original.with_name("converted") / f"document.{target}"
    subprocess.run(
        [
            "soffice", "--headless", "--norestore", "--nologo", "--nolockcheck",
            f"-env:UserInstallation={_profile().as_uri()}",
            f"--infilter={_READ_AS[extension]}",
            "--convert-to", f"{target}:{_WRITE_AS[target]}", "--outdir", str(result.parent),
            str(original),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={"HOME": str(Path.cwd()), "TMPDIR": str(Path.cwd()), "PATH": "/usr/bin:/bin"},
        check=False,
    )  # fmt: skip
    if not result.exists():
        raise ConversionError("damaged", "LibreOffice could not open this document.")
    return result


def _profile() -> Path:
    """A fresh profile, so that runs do not meet and nothing is remembered."""
    profile = Path.cwd() / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS)
    return profile
