"""Reads the course's source files into typed models and says, with file and line, what is wrong in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase
from ruamel.yaml.error import YAMLError

from course.errors import ContentError


class Source(BaseModel):
    """A part of a source file. Unknown settings are refused, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Model = TypeVar("Model", bound=BaseModel)


def read_text(path: Path) -> str:
    """Read a source file as UTF-8. Raises ContentError when it is missing or not UTF-8."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise ContentError(f"{path}: this file is missing.") from None
    except OSError as e:
        raise ContentError(f"{path}: expected a file to read, found none ({e.strerror}).") from None
    except UnicodeDecodeError as e:
        raise ContentError(
            f"{path}: expected text in UTF-8, found byte {e.start} that is not. Save it as UTF-8."
        ) from None


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read a YAML file into a model. Raises ContentError naming file, line, what was expected and what was found."""
    return parse_yaml(read_text(path), path, model)


def parse_yaml(text: str, path: Path, model: type[Model], first_line: int = 1) -> Model:
    """Read YAML text that stands in `path` from `first_line` on into a model. Raises ContentError."""
    try:
        data = YAML(typ="rt").load(text)
    except YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        at = f":{mark.line + first_line}" if mark else ""
        raise ContentError(f"{path}{at}: this is not valid YAML: {getattr(e, 'problem', None) or e}.") from None
    if not isinstance(data, dict):
        raise ContentError(f"{path}: expected settings such as `title: …`, found {_shown(data)}.")
    try:
        return model.model_validate(_plain(data))
    except ValidationError as e:
        lines = []
        for error in e.errors():
            where = ".".join(str(part) for part in error["loc"])
            line = _line(data, error["loc"]) + first_line
            lines.append(f"{path}:{line}: {_explain(where, error)}")
        raise ContentError("\n".join(lines)) from None


def _explain(where: str, error: Any) -> str:
    if error["type"] == "missing":
        return f"`{where}` is missing."
    if error["type"] == "extra_forbidden":
        return f"`{where}` is not a known setting. Check its spelling, or remove it."
    found = "" if isinstance(error["input"], dict) else f", found {_shown(error['input'])}"
    message = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"`{where}`: {message}{found}."


def _shown(value: object) -> str:
    text = repr(_plain(value))
    return text if len(text) <= 60 else text[:57] + "…"


def _plain(value: object) -> Any:
    if isinstance(value, dict):
        return {_plain(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return value
    return float(value) if isinstance(value, float) else int(value) if isinstance(value, int) else value


def _line(data: Any, loc: tuple[int | str, ...]) -> int:
    line = 0
    for part in loc:
        if not isinstance(data, CommentedBase):
            break
        try:
            line = data.lc.item(part)[0] if isinstance(part, int) else data.lc.key(part)[0]
            data = data[part]  # type: ignore[index]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
