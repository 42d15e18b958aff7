"""Finds links that lead nowhere in a built site, to files as well as to places within pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r'\s(?:href|src|data-spec)="([^"]*)"')
_ID = re.compile(r'\s(?:id|name)="([^"]*)"')
_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=).*?</script>", re.S)


def broken_links(site: Path) -> list[str]:
    """One message for each link of the site's own pages that leads nowhere or out of the site's folder.

    Links to other hosts are not followed. Pages under assets/ and lite/ are other people's and are left out.
    """
    pages = [p for p in site.rglob("*.html") if p.relative_to(site).parts[0] not in ("assets", "lite")]

    @cache
    def text(path: Path) -> str:
        return _SCRIPT.sub("", path.read_text("utf-8"))

    @cache
    def places(path: Path) -> frozenset[str]:
        return frozenset(html.unescape(id) for id in _ID.findall(text(path)))

    root = site.resolve()
    problems = []
    for page in sorted(pages):
        if page.name == "404.html":
            continue  # it is shown at any depth and finds its way by itself
        for link in dict.fromkeys(_LINK.findall(text(page))):
            problem = _problem(html.unescape(link), page.resolve(), root, places)
            if problem:
                problems.append(f"{page.relative_to(site).as_posix()}: {link} {problem}")
    return problems


def _problem(link: str, page: Path, root: Path, places: Callable[[Path], frozenset[str]]) -> str:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    if parts.path.startswith("/"):
        return "is absolute, so it breaks when the site is hosted under a path"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if root != target and root not in target.parents:
        return "leads out of the site"
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "leads to no file"
    fragment = unquote(parts.fragment)
    if fragment and target.suffix == ".html" and fragment not in places(target):
        return "leads to no place on that page"
    return ""
