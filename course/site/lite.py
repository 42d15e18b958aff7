"""Builds JupyterLite, the full notebook in the browser, on the same Pyodide as the page."""

from __future__ import annotations

from pathlib import Path


def build(assets: Path, python: Path, sources: dict[str, bytes], cache: Path) -> Path:
    raise NotImplementedError
