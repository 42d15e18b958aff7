"""What a cell showed, as a notebook may hold it: cleaned of all that is not in form, at a bounded size.

outputs = clean(reply["outputs"])      what the learner's process says that it showed
outputs = essence(outputs)             where that is too much
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from grading.learner import MAX_OUTPUT, MAX_OUTPUTS, SHOWN

LONGEST = 5000
"""Letters of a text that is shown to people."""
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def error(name: str, text: str, lines: Sequence[str] = ()) -> dict[str, Any]:
    """An error as a notebook's output."""
    shown = [str(line)[:LONGEST] for line in lines] or [f"{name}: {text}"[:LONGEST]]
    return {"output_type": "error", "ename": name[:200], "evalue": text[:LONGEST], "traceback": shown}


def clean(outputs: Sequence[Any]) -> list[dict[str, Any]]:
    """Keep of what the learner's process says it showed only what a notebook may hold, at a bounded size."""
    made: list[dict[str, Any]] = []
    left = MAX_OUTPUT
    for output in list(outputs)[:MAX_OUTPUTS]:
        if not isinstance(output, Mapping):
            continue
        kind = output.get("output_type")
        if kind == "stream":
            text = plain(output.get("text"))[:left]
            left -= len(text)
            made.append(
                {
                    "output_type": "stream",
                    "name": "stderr" if output.get("name") == "stderr" else "stdout",
                    "text": text,
                }
            )
        elif kind == "error":
            lines = output.get("traceback")
            lines = [plain(line) for line in lines[:50]] if isinstance(lines, list) else []
            made.append(error(plain(output.get("ename")), plain(output.get("evalue")), lines))
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), Mapping):
            data = {}
            for key, value in list(output["data"].items())[:10]:
                if key not in SHOWN:
                    continue
                # Lone surrogates, which no file can hold, may be anywhere in it.
                nested = key.endswith("+json") and isinstance(value, dict)
                text = plain(json.dumps(value, ensure_ascii=False) if nested else value)
                if len(text) <= left and (key != "image/png" or _BASE64.fullmatch(text)):
                    data[key] = json.loads(text) if nested else text
                    left -= len(text)
            extra = {"execution_count": None} if kind == "execute_result" else {}
            made.append({"output_type": kind, "data": data, "metadata": {}, **extra})
    return made


def essence(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What decides about a grade: errors, and what a test gives as its last value."""
    kept: list[dict[str, Any]] = [{"output_type": "stream", "name": "stdout", "text": "(too much to show)\n"}]
    for output in outputs:
        if output["output_type"] == "error":
            kept.append(error(output["ename"], output["evalue"][:1000]))
        elif output["output_type"] == "execute_result":
            kept.append({**output, "data": {"text/plain": str(output["data"].get("text/plain", ""))[:1000]}})
    return kept


def plain(value: Any) -> str:
    """A text that a file can hold: lone surrogates, which JSON allows, are replaced."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else str(value)[:LONGEST]


def name_and_text(value: Any) -> tuple[str, str]:
    """An error's name and text as the learner's process sent them."""
    if isinstance(value, list) and len(value) >= 2:
        return plain(value[0])[:200], plain(value[1])[:2000]
    return "Error", "it gave no reason"
