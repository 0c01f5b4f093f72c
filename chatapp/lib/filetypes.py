"""The kinds of file we take, with the names people use for them. Looks at no file itself."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

Kind = Literal[
    "pdf", "word", "slides", "sheet", "text", "code", "markdown", "csv", "json", "html", "image",
    "archive", "other",
]  # fmt: skip
Family = Literal["pdf", "png", "jpeg", "gif", "webp", "ole", "zip", "rtf", "gzip", "text"]

OCTET_STREAM = "application/octet-stream"


@dataclass(frozen=True)
class FileType:
    """`part` is a name inside the archive by which a ZIP-based format is known."""

    mime: str
    kind: Kind
    label: str
    extensions: tuple[str, ...]
    family: Family
    part: str = ""
    macros: bool = False


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_MS = "application/vnd.ms-"

ACCEPTED: tuple[FileType, ...] = (
    FileType("application/pdf", "pdf", "PDF", ("pdf",), "pdf"),
    FileType(
        f"{_OOXML}wordprocessingml.document", "word", "Word document", ("docx",), "zip", "word/"
    ),
    FileType(
        f"{_MS}word.document.macroEnabled.12", "word", "Word document with macros", ("docm",),
        "zip", "word/", macros=True,
    ),
    FileType("application/msword", "word", "Word document (97–2003)", ("doc",), "ole"),
    FileType(f"{_ODF}text", "word", "OpenDocument text", ("odt",), "zip", "content.xml"),
    FileType("application/rtf", "word", "Rich text", ("rtf",), "rtf"),
    FileType("application/epub+zip", "word", "E-book", ("epub",), "zip", "META-INF/container.xml"),
    FileType(
        f"{_OOXML}presentationml.presentation", "slides", "PowerPoint slides", ("pptx",), "zip",
        "ppt/",
    ),
    FileType(
        f"{_MS}powerpoint.presentation.macroEnabled.12", "slides", "PowerPoint slides with macros",
        ("pptm",), "zip", "ppt/", macros=True,
    ),
    FileType(f"{_MS}powerpoint", "slides", "PowerPoint slides (97–2003)", ("ppt",), "ole"),
    FileType(f"{_OOXML}spreadsheetml.sheet", "sheet", "Excel workbook", ("xlsx",), "zip", "xl/"),
    FileType(
        f"{_MS}excel.sheet.macroEnabled.12", "sheet", "Excel workbook with macros", ("xlsm",),
        "zip", "xl/", macros=True,
    ),
    FileType(f"{_MS}excel", "sheet", "Excel workbook (97–2003)", ("xls",), "ole"),
    FileType("text/csv", "csv", "CSV table", ("csv",), "text"),
    FileType("text/tab-separated-values", "csv", "Tab-separated table", ("tsv",), "text"),
    FileType("text/plain", "text", "Text", ("txt", "log", "text"), "text"),
    FileType("text/markdown", "markdown", "Markdown", ("md", "markdown"), "text"),
    FileType("text/html", "html", "Web page", ("html", "htm", "xhtml"), "text"),
    FileType("application/json", "json", "JSON", ("json", "jsonl", "ndjson"), "text"),
    FileType("application/xml", "code", "XML", ("xml",), "text"),
    FileType("application/yaml", "code", "YAML", ("yaml", "yml"), "text"),
    FileType("application/toml", "code", "TOML", ("toml",), "text"),
    FileType("image/svg+xml", "code", "SVG drawing", ("svg",), "text"),
    FileType("image/png", "image", "PNG image", ("png",), "png"),
    FileType("image/jpeg", "image", "JPEG image", ("jpg", "jpeg"), "jpeg"),
    FileType("image/gif", "image", "GIF image", ("gif",), "gif"),
    FileType("image/webp", "image", "WebP image", ("webp",), "webp"),
    FileType("application/zip", "archive", "ZIP archive", ("zip",), "zip"),
    FileType("application/gzip", "archive", "gzip archive", ("gz", "tgz"), "gzip"),
    *(
        FileType(f"text/x-{name}", "code", label, extensions, "text")
        for name, label, extensions in (
            ("python", "Python", ("py", "pyi")),
            ("javascript", "JavaScript", ("js", "mjs", "cjs", "jsx")),
            ("typescript", "TypeScript", ("ts", "tsx")),
            ("java", "Java", ("java",)),
            ("kotlin", "Kotlin", ("kt", "kts")),
            ("c", "C", ("c", "h")),
            ("c++", "C++", ("cpp", "cc", "cxx", "hpp", "hh")),
            ("csharp", "C#", ("cs",)),
            ("go", "Go", ("go",)),
            ("rust", "Rust", ("rs",)),
            ("ruby", "Ruby", ("rb",)),
            ("php", "PHP", ("php",)),
            ("swift", "Swift", ("swift",)),
            ("scala", "Scala", ("scala",)),
            ("lua", "Lua", ("lua",)),
            ("perl", "Perl", ("pl", "pm")),
            ("r", "R", ("r",)),
            ("sql", "SQL", ("sql",)),
            ("css", "CSS", ("css", "scss", "less")),
            ("sh", "Shell script", ("sh", "bash", "zsh")),
            ("ini", "Settings", ("ini", "cfg", "conf", "properties", "env")),
            ("diff", "Patch", ("diff", "patch")),
            ("tex", "TeX", ("tex",)),
            ("rst", "reStructuredText", ("rst",)),
            ("velocity", "Velocity template", ("vm",)),
        )
    ),
)  # fmt: skip

_BY_MIME = {entry.mime.lower(): entry for entry in ACCEPTED}
_BY_EXTENSION = {extension: entry for entry in ACCEPTED for extension in entry.extensions}


def type_of(mime: str) -> FileType | None:
    return _BY_MIME.get(mime.partition(";")[0].strip().lower())


def kind_of(mime: str) -> Kind:
    entry = type_of(mime)
    return entry.kind if entry else "other"


def type_named(filename: str) -> FileType | None:
    """The type whose extension this name has."""
    return _BY_EXTENSION.get(extension_of(filename))


def extension_of(filename: str) -> str:
    return PurePath(filename.replace("\\", "/")).suffix.lower().removeprefix(".")
