"""A folder that is written anew each time but touched only where its content changes."""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Callable
from pathlib import Path


class Folder:
    """Files that differ are written, files that nobody wrote this time are removed, all others stay as they are."""

    def __init__(self, root: Path):
        self.root = root
        self._written: set[Path] = set()

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file by its path under the folder."""
        path = self.root / name
        self._written.add(path)
        data = content.encode() if isinstance(content, str) else content
        if path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def copy(self, source: Path, name: str = "", skip: Callable[[str], bool] = lambda name: False) -> None:
        """Copy a file or a tree; `skip` says which paths under the folder are left out."""
        if source.is_dir():
            for child in sorted(source.iterdir()):
                self.copy(child, f"{name}/{child.name}" if name else child.name, skip)
            return
        if skip(name):
            return
        path = self.root / name
        self._written.add(path)
        if path.is_file() and filecmp.cmp(source, path, shallow=False):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)

    def close(self, keep: Callable[[str], bool] = lambda name: False) -> None:
        """Remove files that were not written, except those that `keep` names, and folders that are then empty."""
        for folder, _, files in os.walk(self.root, topdown=False):
            for file in files:
                path = Path(folder, file)
                if path not in self._written and not keep(path.relative_to(self.root).as_posix()):
                    path.unlink()
            if Path(folder) != self.root and not any(os.scandir(folder)):
                os.rmdir(folder)
