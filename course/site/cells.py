"""Runs the cells of an exercise in the page, and turns what they give into plain data that the page can show.

Runs in the browser's Python; it needs the standard library, and pandas once a cell has imported it. Nothing here is of
the browser, so it works (and is tested) in any Python.
"""

from __future__ import annotations

import ast
import base64
import builtins
import copy
import difflib
import io
import json
import linecache
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from typing import Any

from course.errors import CourseError

MOST_TEXT = 20_000  # characters that one run may print
MOST_ROWS = 30
MOST_COLUMNS = 24
MOST_CELL = 200  # characters of one cell
MOST_OUTPUTS = 20

Output = dict[str, Any]


class Session:
    """The namespace of one exercise. Cells run in it one after the other, as in a notebook."""

    def __init__(self) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self._outputs: list[Output] = []
        self.namespace["display"] = self._display
        self.namespace["input"] = _no_input
        self._kept = _copies(self.namespace)

    def keep(self) -> None:
        """Remember the names and their values as they are now, for `back`."""
        self._kept = _copies(self.namespace)

    def back(self) -> None:
        """Make the names and their values what they were at the last `keep`.

        A cell is run again and again until it is right; what an earlier try deleted, renamed or filtered must not stay.
        """
        kept = _copies(self._kept)
        self.namespace.clear()
        self.namespace.update(kept)

    def run(self, code: str, name: str) -> dict[str, Any]:
        """Run one cell and return {"ok", "outputs", "error"}; `name` is what errors call the cell.

        An output is {"kind": "text" | "table" | "chart" | "image", ...}; see `show`. The error is None or as `explain`
        gives it.
        """
        self._outputs = []
        printed = Printed()
        error = None
        with redirect_stdout(printed), redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("default")
            try:
                value = self._evaluate(code, name)
                if value is not None:
                    self._display(value)
                self._outputs += figures()
            except BaseException as e:
                error = explain(e, code, name, self.namespace)
        text = printed.getvalue()
        if text:
            self._outputs.insert(0, {"kind": "text", "text": text, "printed": True})
        return {"ok": error is None, "outputs": self._outputs, "error": error}

    def check(
        self, answer: str, check: str, right: Mapping[str, Any], wrongs: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Judge the variable `answer` and return {"passed", "message", "wrong", "error"}.

        A known wrong answer is told its own message; `wrong` is then its id, else None. For any other the task's
        visible check runs before the value is compared: an AssertionError in it is its message for the learner, any
        other error is explained.
        """
        from course.answer import verdict

        outcome: dict[str, Any] = {"passed": False, "message": "", "wrong": None, "error": None}
        if answer not in self.namespace:
            outcome["message"] = (
                f"There is no variable `{answer}` yet. Give your answer that name and run the task again."
            )
            return outcome
        judged = verdict(self.namespace[answer], right, wrongs)
        if check.strip() and judged.wrong is None:
            with redirect_stdout(Printed()), redirect_stderr(Printed()):
                try:
                    self._evaluate(check, "check")
                except AssertionError as e:
                    outcome["message"] = str(e) or "A check of the answer's shape fails."
                    return outcome
                except BaseException as e:
                    outcome["error"] = explain(e, check, "check", self.namespace)
                    outcome["message"] = "The check could not look at your answer; its shape is not the one asked for."
                    return outcome
        outcome.update(passed=judged.passed, message=judged.message, wrong=judged.wrong)
        return outcome

    def _evaluate(self, code: str, name: str) -> Any:
        """Run the code; the value is that of its last line, if this is an expression without a semicolon after it."""
        filename = f"<{name}>"
        linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
        tree = ast.parse(code, filename)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr) and not re.search(r";\s*(#.*)?$", code):
            last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        exec(compile(tree, filename, "exec"), self.namespace)
        return eval(compile(last, filename, "eval"), self.namespace) if last else None

    def _display(self, *values: object) -> None:
        for value in values:
            if len(self._outputs) < MOST_OUTPUTS:
                self._outputs.append(show(value))


def _copies(names: Mapping[str, Any]) -> dict[str, Any]:
    """The names, with copies of what a cell can change in place: tables, arrays, collections, random generators."""
    pandas, numpy = sys.modules.get("pandas"), sys.modules.get("numpy")
    tables = (pandas.DataFrame, pandas.Series, pandas.Index) if pandas is not None else ()
    others = (numpy.ndarray, numpy.random.Generator) if numpy is not None else ()

    def copied(value: Any) -> Any:
        if isinstance(value, tables):
            return value.copy()
        if isinstance(value, (list, dict, set, *others)):
            with suppress(Exception):  # whatever an object of a learner's own class does when it is copied
                return copy.deepcopy(value)
        return value

    return {name: copied(value) for name, value in names.items()}


def _no_input(prompt: object = "") -> str:
    raise CourseError("`input()` can't ask for anything here. Write the value into the code instead.")


class Printed(io.StringIO):
    """Collects what is printed, up to a limit, so that a loop that prints does not fill the page."""

    def write(self, text: str) -> int:
        """Keep the text as far as there is room; what is beyond is dropped."""
        room = MOST_TEXT - self.tell()
        if room > 0:
            super().write(text[:room])
            if len(text) >= room:
                super().write("\n… The rest of the output is left out.")
        return len(text)


def show(value: object) -> Output:
    """Turn a value into an output.

    - DataFrame and Series: {"kind": "table", "columns", "index_names", "index", "rows", "numeric", "total",
      "total_columns"}
    - what has a Vega-Lite form: {"kind": "chart", "spec", "alt"}
    - a figure with a PNG form: {"kind": "image", "png", "alt"}
    - anything else: {"kind": "text", "text"}
    """
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, (pandas.DataFrame, pandas.Series)):
        return _table(value)
    plot = sys.modules.get("course.plot")
    if plot is not None and isinstance(value, plot.Chart):
        return {"kind": "chart", "spec": value.spec, "alt": value.alt}
    bundle = _bundle(value)
    for mime, content in bundle.items():
        if re.fullmatch(r"application/vnd\.vegalite\.v\d+(\.\d+)*\+json", mime):
            alt = bundle.get("text/plain", "")
            return {"kind": "chart", "spec": content, "alt": alt if isinstance(alt, str) else ""}
    if hasattr(value, "savefig"):
        return _image(value)
    if isinstance(value, str) and "\n" in value:
        return {"kind": "text", "text": value[:MOST_TEXT]}
    return {"kind": "text", "text": _repr(value)}


def figures() -> list[Output]:
    """Return matplotlib's open figures as images, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    shown = [_image(pyplot.figure(number)) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return shown


def explain(error: BaseException, code: str, name: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Explain an error: {"type", "message", "line", "source", "sentence", "trace"}.

    `line` (from 1) and `source` are the line of the learner's cell in which it happened, or None; `sentence` says what
    the error means in plain words; `trace` is Python's own account of it.
    """
    filename = f"<{name}>"
    line = None
    if isinstance(error, SyntaxError) and error.filename == filename:
        line = error.lineno
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == filename:
                line = frame.lineno
    lines = code.splitlines()
    trace = traceback.format_exception(type(error), error, _from_cell(error, filename))
    return {
        "type": type(error).__name__,
        "message": _message(error),
        "line": line,
        "source": lines[line - 1].strip() if line and line <= len(lines) else None,
        "sentence": _sentence(error, namespace),
        "trace": "".join(trace)[-MOST_TEXT:],
    }


def dumps(data: object) -> str:
    """Write data as JSON that a browser can read (no NaN)."""
    return json.dumps(data, default=str, allow_nan=False)


# --- outputs ---


def _bundle(value: object) -> Mapping[str, Any]:
    method = getattr(value, "_repr_mimebundle_", None)
    if method is None or isinstance(value, type):
        return {}
    bundle = method()
    if isinstance(bundle, tuple):
        bundle = bundle[0]
    return bundle if isinstance(bundle, Mapping) else {}


def _image(figure: Any) -> Output:
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=120, bbox_inches="tight")
    titles = [axes.get_title() for axes in figure.get_axes()] if hasattr(figure, "get_axes") else []
    return {
        "kind": "image",
        "png": base64.b64encode(png.getvalue()).decode(),
        "alt": "; ".join(t for t in titles if t) or "A chart without a title",
    }


def _table(value: Any) -> Output:
    total = len(value)
    if value.ndim == 1:
        value = value.to_frame(value.name if value.name is not None else "value")
    total_columns = value.shape[1]
    part = value.iloc[:MOST_ROWS, :MOST_COLUMNS]
    plain_index = type(value.index).__name__ == "RangeIndex"
    index = [i if isinstance(i, tuple) else (i,) for i in part.index]
    columns = []
    for position in range(part.shape[1]):
        columns.append(_formatter(part.iloc[:, position]))
    return {
        "kind": "table",
        "columns": [_label(c) for c in part.columns],
        "index_names": [] if plain_index else ["" if n is None else _text(n) for n in value.index.names],
        "index": [] if plain_index else [[_text(v) for v in i] for i in index],
        "rows": [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in range(len(part))],
        "numeric": [_is_number(part.iloc[:, p]) for p in range(part.shape[1])],
        "total": total,
        "total_columns": total_columns,
    }


def _label(name: object) -> str:
    return " / ".join(_text(n) for n in name) if isinstance(name, tuple) else _text(name)


def _is_number(column: Any) -> bool:
    return column.dtype.kind in "iuf"


def _formatter(column: Any) -> list[str]:
    """Numbers of one column share their decimals, as many as its sizes call for; large ones get thin separators."""
    if column.dtype.kind == "f":
        present = column.dropna().abs()
        present = present[present != float("inf")]
        whole = bool((present == present.round()).all())
        largest = float(present.max()) if len(present) else 0.0
        decimals = 0 if whole else 1 if largest >= 1000 else 2 if largest >= 10 else 4
        return ["" if v != v else f"{v:,.{decimals}f}" for v in column.tolist()]
    if column.dtype.kind in "iu":
        return [f"{v:,}" for v in column.tolist()]
    return [_text(v) for v in column.tolist()]


def _text(value: object) -> str:
    pandas = sys.modules.get("pandas")
    if value is None:
        return ""
    if pandas is not None:
        if isinstance(value, pandas.Timestamp):
            return value.date().isoformat() if value == value.normalize() else str(value)
        if value is pandas.NA or value is pandas.NaT:
            return ""
    if isinstance(value, float):
        return "" if value != value else f"{value:,.4f}".rstrip("0").rstrip(".")
    text = str(value)
    return text if len(text) <= MOST_CELL else text[:MOST_CELL] + "…"


def _repr(value: object) -> str:
    if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
        value = value.item()  # type: ignore[attr-defined]  # np.float64(0.5) is 0.5 to a reader
    text = repr(value)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "\n… The rest is left out."


# --- errors ---


def _from_cell(error: BaseException, filename: str) -> Any:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != filename:
        trace = trace.tb_next
    return trace


def _message(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return text if len(text) <= 1000 else text[:1000] + "…"


def _sentence(error: BaseException, namespace: Mapping[str, Any]) -> str:
    if isinstance(error, CourseError):
        return str(error)
    for kind, describe in _SENTENCES:
        if isinstance(error, kind):
            sentence = describe(error, namespace)
            if sentence:
                return sentence
    return "Python stopped at this line."


def _key_error(error: BaseException, namespace: Mapping[str, Any]) -> str:
    key = error.args[0] if error.args else None
    columns = _columns(namespace)
    if isinstance(key, tuple) and set(key) <= set(columns):
        return "Several columns are taken with a list, in two pairs of square brackets: " + _pair(key) + "."
    if not isinstance(key, str):
        return f"There is no entry {key!r}."
    if key in columns:
        return _elsewhere(key, columns)
    missing = re.match(r"[\"']?(\[.*\] not in index|None of .*)", key)
    if missing:
        return f"At least one of these columns does not exist: {key}."
    return f"There is no column or entry named {key!r}.{_nearest(key, columns)}"


def _pair(key: tuple[object, ...]) -> str:
    return "[[" + ", ".join(repr(k) for k in key) + "]]"


def _elsewhere(key: str, columns: list[str]) -> str:
    """The column exists, but not where it was asked for: grouping or joining moved it."""
    both = f"{key}_x" in columns and f"{key}_y" in columns
    why = (
        f"The join found it in both tables and made {key + '_x'!r} and {key + '_y'!r} of it."
        if both
        else "After groupby it is the index, and `.reset_index()` makes it a column again."
    )
    return f"There is no column named {key!r} here, though there is one in another table. {why}"


def _name_error(error: BaseException, namespace: Mapping[str, Any]) -> str:
    name = getattr(error, "name", None) or ""
    hint = _nearest(name, [n for n in namespace if not n.startswith("_")] + dir(builtins))
    return f"Nothing is called {name!r} here yet.{hint}" + ("" if hint else " Is it spelt as where it was made?")


def _attribute_error(error: BaseException, _: Mapping[str, Any]) -> str:
    if ".dt accessor" in str(error):
        return "`.dt` opens dates, and this column holds none."
    name, owner = getattr(error, "name", None), getattr(error, "obj", None)
    if not name or owner is None:
        return ""
    return f"A {type(owner).__name__} has nothing called {name!r}.{_nearest(name, dir(owner))}"


def _syntax_error(error: BaseException, _: Mapping[str, Any]) -> str:
    if isinstance(error, IndentationError):
        return "The spaces at the start of this line do not fit the lines around it."
    if re.search("invalid character '[“”„‟‘’‚‛«»]'", str(error)):
        return "Python reads straight quotation marks only, \" or ', and this line has curly ones."
    if "instead of '='" in str(error):
        return "One `=` makes a name; a comparison is written with two: `==`."
    return "Python can't read this line. Look for a missing bracket, quote, comma or colon, here or just above."


def _type_error(error: BaseException, _: Mapping[str, Any]) -> str:
    said = str(error)
    if "'rand_'" in said or "'ror_'" in said or re.search(r"for [&|]: ", said):
        return "When comparisons are joined by & or |, each needs brackets of its own: (a > 3) & (b < 5)."
    if re.match(r"'(DataFrame|Series|DataFrameGroupBy|SeriesGroupBy)' object is not callable", said):
        return 'Round brackets carry out; a column is taken with square ones: table["column"].'
    if said.endswith("object is not callable"):
        return (
            "Round brackets call a function, and what stands before these is none. Was its name given to something "
            "else, or is an operator or comma missing?"
        )
    if "does not support operation" in said or said.startswith("agg function failed"):
        return "This calculation needs numbers, and at least one of the columns holds text. Name the column first."
    return ""


def _value_error(error: BaseException, _: Mapping[str, Any]) -> str:
    said = str(error)
    if "truth value of a" in said:
        return (
            "A whole column stands where one yes or no is wanted. Join comparisons by & or |, each in its own brackets."
        )
    if said.startswith("Length of values"):
        return "What should become a column has not as many entries as the table has rows."
    if said.startswith("You are trying to merge on"):
        return "The key is text in one table and a number in the other; `.astype(str)` makes text of it."
    return ""


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _columns(namespace: Mapping[str, Any]) -> list[str]:
    pandas = sys.modules.get("pandas")
    if pandas is None:
        return []
    frames = [v for v in namespace.values() if isinstance(v, pandas.DataFrame)]
    return sorted({c for frame in frames for c in frame.columns if isinstance(c, str)})


def _said(sentence: str) -> Callable[[BaseException, Mapping[str, Any]], str]:
    return lambda error, namespace: sentence


_SENTENCES: tuple[tuple[type[BaseException], Callable[[BaseException, Mapping[str, Any]], str]], ...] = (
    (SyntaxError, _syntax_error),
    (NotImplementedError, _said("The placeholder is still there. Replace it with your own code.")),
    (
        ModuleNotFoundError,
        lambda e, _: f"The page has no module {getattr(e, 'name', None) or ''!r}. pandas and numpy are there.",
    ),
    (NameError, _name_error),
    (KeyError, _key_error),
    (IndexError, _said("It asks for a position that does not exist: the list or table is shorter than that.")),
    (AttributeError, _attribute_error),
    (ZeroDivisionError, _said("Something is divided by zero.")),
    (FileNotFoundError, _said('There is no such file here. `load("…")` reads the case company\'s tables.')),
    (AssertionError, _said("A statement that should hold does not.")),
    (TypeError, _type_error),
    (TypeError, _said("This puts together things of kinds that do not fit, such as text and a number.")),
    (ValueError, _value_error),
    (ValueError, _said("The kind of value is right, but not this value.")),
    (RecursionError, _said("A function calls itself without end.")),
    (MemoryError, _said("This needs more memory than the page has.")),
    (OverflowError, _said("A number or a collection becomes larger here than Python can hold.")),
    (KeyboardInterrupt, _said("It was stopped.")),
    (SystemExit, _said("The code asked Python to end. Leave `exit()` out.")),
)
