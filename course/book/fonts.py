"""The page's own fonts for Typst, which reads TrueType and OpenType files but not the web's WOFF."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from course.errors import BuildError
from course.site.folder import Folder
from course.site.node import packages

_FAMILIES = {
    "source-serif-4": (400, 600, 700),
    "ibm-plex-sans-condensed": (400, 600, 700),
    "ibm-plex-mono": (400, 600),
}


def write_fonts(folder: Path) -> Path:
    """Write the fonts of the page's npm packages to a folder as TrueType and return it. Raises BuildError."""
    target = Folder(folder)
    for family, weights in _FAMILIES.items():
        files = packages() / "@fontsource" / family / "files"
        for weight in weights:
            for style in ("normal", "italic"):
                # Latin alone: with several files of one name and weight, Typst may take the one without these letters.
                path = files / f"{family}-latin-{weight}-{style}.woff"
                if not path.is_file():
                    raise BuildError(
                        f"{path}: expected a font of the page's npm packages, found none. Run `make build`."
                    )
                target.write(f"{path.stem}.ttf", unpacked(path))
    target.close()
    return folder


def unpacked(path: Path) -> bytes:
    """The TrueType or OpenType font in a WOFF 1.0 file. Raises BuildError when it is something else."""
    data = path.read_bytes()
    if data[:4] != b"wOFF":
        raise BuildError(f"{path}: expected a font in WOFF 1.0, found a file that begins with {data[:4]!r}.")
    flavour, count = data[4:8], int.from_bytes(data[12:14], "big")
    power = count.bit_length() - 1
    header = flavour + struct.pack(">HHHH", count, 16 << power, power, 16 * count - (16 << power))
    begins = len(header) + 16 * count
    directory, body = b"", b""
    for index in range(count):
        tag, offset, packed, length, checksum = struct.unpack_from(">4sIIII", data, 44 + 20 * index)
        table = data[offset : offset + packed]
        if packed < length:
            table = zlib.decompress(table)
        directory += struct.pack(">4sIII", tag, checksum, begins + len(body), length)
        body += table + b"\0" * (-len(table) % 4)
    return header + directory + body
