"""Carries plain data between processes that don't trust each other: JSON and raw buffers, never pickles.

    send(sock, {"op": "get", "name": "answer"})            message, optionally with buffers
    message, buffers = receive(sock)
    form = encode(value, buffers); value = decode(form, buffers)

What crosses: None, bool, int, float, str, bytes, date and time types, list, tuple, set, dict, numpy scalars and arrays
of plain kinds, pandas Index, Series and DataFrame; of a value of a class derived from one of Python's own, that value.
Anything else raises `OpaqueError` where it is encoded. Decoding
makes only these types, whatever the bytes are, and raises `MalformedError` for what is not in form.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import fractions
import json
import pathlib
import re
import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

MAX_HEADER = 8 << 20
MAX_MESSAGE = 64 << 20
_MAX_DEPTH = 60
_MAX_DIGITS = 4000
_MAX_BITS = 1 << 18
_KINDS = frozenset("biufcmM")
_LONG = 64
"""Items from which on a list of numbers travels as one buffer."""
_SEQUENCES: dict[str, Any] = {
    "list": list, "tuple": tuple, "set": set, "frozenset": frozenset, "deque": deque,
    "dict_keys": lambda items: dict.fromkeys(items).keys(),
    "dict_values": lambda items: dict(enumerate(items)).values(),
    "dict_items": lambda items: dict(items).items(),
}  # fmt: skip
_KEYED = (collections.Counter, collections.OrderedDict)
TYPES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (bool, bytes, complex, dict, float, frozenset, int, list, object, range, set, str, tuple, type(None))
}
"""Classes that everybody has, which cross as themselves."""
_FACTORIES: tuple[Any, ...] = (int, float, str, list, dict, set, tuple, bool)
_BASES: tuple[Any, ...] = (str, int, float, list, set, frozenset, dict)
_EXACT = re.compile(r"[+-]?(\d+(/\d+|\.\d*)?|\.\d+)(E[+-]?\d{1,4})?|[+-]?(NaN|Infinity)", re.I)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}|UTC[+-]\d\d:\d\d")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MASKED = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "boolean")


class OpaqueError(Exception):
    """The value is of a kind that does not cross; its text names the kind."""


class MalformedError(Exception):
    """What came over the wire is not a message in form."""


def send(sock: socket.socket, message: Any, buffers: Sequence[bytes] = (), trusted: bool = False) -> None:
    """Send one message. Raises MalformedError when it is larger than receivers accept; `trusted` ones take any size."""
    sock.sendall(pack(message, buffers, trusted))


def pack(message: Any, buffers: Sequence[bytes] = (), trusted: bool = False) -> bytes:
    """The bytes of one message. Raises MalformedError as `send` does."""
    text = json.dumps({"m": message, "b": [len(b) for b in buffers]}, ensure_ascii=False)
    header = text.encode("utf-8", "surrogatepass")
    if not trusted and (len(header) > MAX_HEADER or len(header) + sum(map(len, buffers)) > MAX_MESSAGE):
        raise MalformedError("the message is too large")
    return b"".join([struct.pack("<I", len(header)), header, *buffers])


def receive(sock: socket.socket, trusted: bool = False) -> tuple[Any, list[bytes]]:
    """Receive one message. Raises EOFError at the end, MalformedError for what is not in form or too large.

    `trusted`: from the grader's own side, where a message may be as large as what was handed in.
    """
    (size,) = struct.unpack("<I", _exactly(sock, 4))
    if size > MAX_HEADER and not trusted:
        raise MalformedError("the message's header is too large")
    try:
        header = json.loads(_exactly(sock, size))
        message, lengths = header["m"], header["b"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MalformedError("the message is not in form") from None
    if trusted:
        return message, [_exactly(sock, n) for n in lengths]
    if not isinstance(lengths, list) or len(lengths) > 10_000:
        raise MalformedError("the message's buffers are not in form")
    if not all(type(n) is int and 0 <= n <= MAX_MESSAGE for n in lengths) or sum(lengths) > MAX_MESSAGE:
        raise MalformedError("the message's buffers are too large")
    return message, [_exactly(sock, n) for n in lengths]


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        piece = sock.recv(min(1 << 20, count - len(data)))
        if not piece:
            raise EOFError
        data += piece
    return bytes(data)


# --- encoding ---


def encode(value: Any, buffers: list[bytes], depth: int = 0) -> dict[str, Any]:
    """Give the JSON form of a value; large parts go to `buffers`. Raises OpaqueError."""
    if depth > _MAX_DEPTH:
        raise OpaqueError("a value nested too deeply")
    kind = type(value)
    simple = _encode_scalar(value, kind, buffers)
    if simple is not None:
        return simple
    below = depth + 1
    if kind.__name__ in _SEQUENCES and kind.__module__ in ("builtins", "collections"):
        return _sequence(value, kind, buffers, below)
    if kind is dict or kind in _KEYED or kind is collections.defaultdict:
        form: dict[str, Any] = {
            "dict": [[encode(k, buffers, below), encode(x, buffers, below)] for k, x in value.items()]
        }
        if kind is collections.defaultdict and value.default_factory in _FACTORIES:
            return {**form, "by": value.default_factory.__name__}
        return form if kind is dict else {**form, "kind": kind.__name__}
    if kind is np.ndarray:
        if value.dtype.kind in _KINDS:
            return _array(value, buffers)
        if value.dtype.kind == "V":
            raise OpaqueError("an array of records")
        if value.dtype.kind in "US":
            texts = [encode(x, buffers, below) for x in value.ravel().tolist()]
            return {"objects": texts, "shape": list(value.shape), "as": value.dtype.kind}
        return {"objects": [encode(x, buffers, below) for x in value.ravel().tolist()], "shape": list(value.shape)}
    if isinstance(value, pd.RangeIndex):
        return {"range": [value.start, value.stop, value.step], "name": encode(value.name, buffers, below)}
    if isinstance(value, pd.MultiIndex):
        return {"levels": [encode(value.get_level_values(i), buffers, below) for i in range(value.nlevels)]}
    if isinstance(value, pd.Index):
        freq = value.freqstr if isinstance(value, pd.DatetimeIndex) else None
        return {"index": _column(value, buffers, below), "name": encode(value.name, buffers, below), "freq": freq}
    if isinstance(value, pd.Series):
        index = encode(value.index, buffers, below)
        return {"series": _column(value, buffers, below), "index": index, "name": encode(value.name, buffers, below)}
    if isinstance(value, pd.DataFrame):
        columns = [_column(value.iloc[:, i], buffers, below) for i in range(value.shape[1])]
        labels, index = encode(value.columns, buffers, below), encode(value.index, buffers, below)
        return {"frame": columns, "columns": labels, "index": index}
    fields = getattr(kind, "_fields", None)
    if isinstance(value, tuple) and isinstance(fields, tuple):
        values = [encode(x, buffers, below) for x in value]
        return {"named": [str(f) for f in fields], "name": kind.__name__, "v": values}
    for base in _BASES:
        # Of a class of its own only the value is worth something, not what the class says that it equals.
        if isinstance(value, base):
            plain = encode(base(value) if base is not str else str.__str__(value), buffers, below)
            return {**plain, "was": f"{kind.__module__}.{kind.__qualname__}"[:80]}
    raise OpaqueError(f"{kind.__module__}.{kind.__qualname__}"[:80])


def _sequence(value: Any, kind: type[Any], buffers: list[bytes], depth: int) -> dict[str, Any]:
    if len(value) >= _LONG:
        kinds = set(map(type, value))
        if kinds == {float}:
            return {"seq": kind.__name__, "of": _array(np.array(list(value), "<f8"), buffers)}
        if kinds == {int} and min(value) >= -(1 << 63) and max(value) < 1 << 63:
            return {"seq": kind.__name__, "of": _array(np.array(list(value), "<i8"), buffers)}
    return {"seq": kind.__name__, "v": [encode(x, buffers, depth) for x in value]}


def _encode_scalar(value: Any, kind: type[Any], buffers: list[bytes]) -> dict[str, Any] | None:
    if value is None or kind is bool:
        return {"plain": value}
    if kind is str:
        return {"plain": value.encode("utf-8", "replace").decode()}
    if kind is int:
        if value.bit_length() > _MAX_BITS:
            raise OpaqueError("a whole number of more than 78,000 digits")
        return {"int": hex(value)}
    if kind is float:
        return {"float": value.hex()}
    if kind is complex:
        return {"complex": [value.real.hex(), value.imag.hex()]}
    if kind in (bytes, bytearray):
        buffers.append(bytes(value))
        return {"bytes": len(buffers) - 1}
    if value is pd.NaT or value is pd.NA:
        return {"none": "NaT" if value is pd.NaT else "NA"}
    if value is Ellipsis:
        return {"none": "..."}
    if kind is pd.Timestamp:
        tz = str(value.tz) if value.tz is not None else None
        return {"timestamp": str(value.asm8.view("i8")), "unit": value.unit, "tz": tz}
    if kind is pd.Timedelta:
        return {"timedelta": str(value.asm8.view("i8")), "unit": value.unit}
    if kind is pd.Interval:
        return {"interval": [encode(value.left, buffers), encode(value.right, buffers)], "closed": value.closed}
    if kind is pd.Period:
        return {"period": str(value.ordinal), "freq": value.freqstr}
    if kind in (dt.date, dt.datetime, dt.time):
        return {"iso": kind.__name__, "v": value.isoformat()}
    if kind is dt.timedelta:
        return {"iso": "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if kind is decimal.Decimal or kind is fractions.Fraction:
        return {"exact": kind.__name__, "v": str(value)[:_MAX_DIGITS]}
    if kind is type and value in TYPES.values():
        return {"type": value.__name__}
    if kind in (pathlib.PosixPath, pathlib.PurePosixPath):
        return {"path": str(value)}
    if kind is range:
        return {"xrange": [str(value.start), str(value.stop), str(value.step)]}
    if isinstance(value, np.generic) and value.dtype.kind in _KINDS:
        buffers.append(value.tobytes())
        return {"scalar": value.dtype.str, "at": len(buffers) - 1}
    if isinstance(value, np.str_):
        return {"plain": str(value)}
    return None


def _array(value: Any, buffers: list[bytes]) -> dict[str, Any]:
    buffers.append(np.ascontiguousarray(value).tobytes())
    return {"array": value.dtype.str, "shape": list(value.shape), "at": len(buffers) - 1}


def _column(values: Any, buffers: list[bytes], depth: int) -> dict[str, Any]:
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind in _KINDS:
            return {"as": "numpy", "v": _array(np.asarray(values), buffers)}
        return {"as": "object", "v": [encode(x, buffers, depth + 1) for x in values.tolist()]}
    if isinstance(dtype, pd.StringDtype):
        codes, texts = pd.factorize(values)
        pieces = [str(t).encode("utf-8", "replace") for t in texts.tolist()]
        buffers.append(b"".join(pieces))
        at = len(buffers) - 1
        lengths = _array(np.array([len(p) for p in pieces], "<i8"), buffers)
        return {
            "as": "text", "at": at, "lengths": lengths, "codes": _array(codes.astype("<i4"), buffers),
            "nan": _is_nan(dtype),
        }  # fmt: skip
    if isinstance(dtype, pd.CategoricalDtype):
        codes = _array(np.asarray(values.cat.codes if isinstance(values, pd.Series) else values.codes), buffers)
        return {
            "as": "category",
            "codes": codes,
            "of": encode(dtype.categories, buffers, depth + 1),
            "ordered": bool(dtype.ordered),
        }
    if isinstance(dtype, pd.DatetimeTZDtype):
        plain = (
            values.dt.tz_convert("UTC").dt.tz_localize(None)
            if isinstance(values, pd.Series)
            else (pd.DatetimeIndex(values).tz_convert("UTC").tz_localize(None))
        )
        return {"as": "zone", "v": _array(np.asarray(plain), buffers), "tz": str(dtype.tz)}
    if isinstance(dtype, (pd.PeriodDtype, pd.IntervalDtype)):
        what = "period" if isinstance(dtype, pd.PeriodDtype) else "interval"
        return {"as": "extension", "kind": what, "v": [encode(x, buffers, depth + 1) for x in values.tolist()]}
    if str(dtype) in _MASKED:
        missing = np.asarray(values.isna(), bool)
        numbers = pd.array(values, dtype=dtype).to_numpy(dtype=dtype.numpy_dtype, na_value=dtype.numpy_dtype.type(0))
        data = _array(numbers, buffers)
        return {"as": "masked", "type": str(dtype), "v": data, "missing": _array(missing, buffers)}
    return {"as": "object", "v": [encode(x, buffers, depth + 1) for x in values.tolist()]}


def _is_nan(dtype: Any) -> bool:
    return dtype.na_value is not pd.NA


# --- decoding ---


def decode(form: Any, buffers: Sequence[bytes]) -> Any:
    """Build the value of a form. Raises MalformedError for anything that `encode` does not make."""
    try:
        return _decode(form, buffers, 0)
    except MalformedError:
        raise
    except (LookupError, ValueError, TypeError, ArithmeticError, AttributeError, RecursionError) as e:
        raise MalformedError(f"the value is not in form ({type(e).__name__})") from None


def _decode(form: Any, buffers: Sequence[bytes], depth: int) -> Any:
    if depth > _MAX_DEPTH + 2 or not isinstance(form, dict):
        raise MalformedError("the value is not in form")
    below = depth + 1
    if "plain" in form:
        if form["plain"] is None or type(form["plain"]) in (bool, str):
            return form["plain"]
        raise MalformedError("the value is not in form")
    if "seq" in form:
        # One by one: things made to take the same place in a set take minutes, in which no single call can be stopped.
        if "of" in form:
            return _SEQUENCES[form["seq"]](x for x in _decode_array(form["of"], buffers).tolist())
        return _SEQUENCES[form["seq"]](_decode(x, buffers, below) for x in form["v"])
    if "dict" in form:
        made = {_decode(k, buffers, below): _decode(x, buffers, below) for k, x in form["dict"]}
        if "by" in form:
            return collections.defaultdict({f.__name__: f for f in _FACTORIES}[form["by"]], made)
        return {k.__name__: k for k in _KEYED}.get(form["kind"], dict)(made) if "kind" in form else made
    if "named" in form:
        names = [str(name) for name in form["named"]]
        if len(names) > 60 or not all(map(_FIELD.fullmatch, [*names, str(form["name"])])):
            raise MalformedError("the named tuple is not in form")
        return collections.namedtuple(str(form["name"]), names)(*(_decode(x, buffers, below) for x in form["v"]))
    if "array" in form:
        return _decode_array(form, buffers)
    if "objects" in form:
        out = np.empty(len(form["objects"]), object)
        out[:] = [_decode(x, buffers, below) for x in form["objects"]]
        if form.get("as") in ("U", "S") and all(type(x) in (str, bytes) for x in out):
            longest = max(map(len, out), default=1)
            if longest * len(out) > MAX_MESSAGE:
                raise MalformedError("the array is too large")
            out = out.astype(f"{form['as']}{max(longest, 1)}")
        return out.reshape([int(n) for n in form["shape"]])
    if "range" in form:
        start, stop, step = (int(n) for n in form["range"])
        return pd.RangeIndex(start, stop, step, name=_decode(form["name"], buffers, below))
    if "levels" in form:
        return pd.MultiIndex.from_arrays([_decode(x, buffers, below) for x in form["levels"]])
    if "index" in form and "freq" in form:
        index = pd.Index(_decode_column(form["index"], buffers, below), name=_decode(form["name"], buffers, below))
        if isinstance(form["freq"], str) and isinstance(index, pd.DatetimeIndex):
            index = pd.DatetimeIndex(index, freq=form["freq"])
        return index
    if "series" in form:
        index = _decode(form["index"], buffers, below)
        return pd.Series(
            _decode_column(form["series"], buffers, below), index, name=_decode(form["name"], buffers, below)
        )
    if "frame" in form:
        index = _decode(form["index"], buffers, below)
        parts = {i: _decode_column(c, buffers, below) for i, c in enumerate(form["frame"])}
        frame = pd.DataFrame(parts, index)
        frame.columns = _decode(form["columns"], buffers, below)
        return frame
    return _decode_scalar(form, buffers)


def _decode_scalar(form: dict[str, Any], buffers: Sequence[bytes]) -> Any:
    (tag, *_) = form
    if tag == "int":
        if len(form["int"]) > _MAX_BITS // 4 + 4:
            raise MalformedError("the number is too long")
        return int(form["int"], 16)
    if tag == "float":
        return float.fromhex(form["float"])
    if tag == "complex":
        return complex(*(float.fromhex(x) for x in form["complex"]))
    if tag == "bytes":
        return buffers[form["bytes"]]
    if tag == "type":
        return TYPES[form["type"]]
    if tag == "path":
        return pathlib.Path(str(form["path"])[:_MAX_DIGITS])
    if tag == "none":
        return {"NaT": pd.NaT, "NA": pd.NA, "...": Ellipsis}[form["none"]]
    if tag == "timestamp":
        stamp = pd.Timestamp(np.datetime64(int(form["timestamp"]), _unit(form)))
        return stamp if form["tz"] is None else stamp.tz_localize("UTC").tz_convert(_zone(form["tz"]))
    if tag == "timedelta":
        return pd.Timedelta(np.timedelta64(int(form["timedelta"]), _unit(form)))
    if tag == "interval":
        left, right = (_decode(x, buffers, _MAX_DEPTH) for x in form["interval"])
        return pd.Interval(left, right, closed=form["closed"])
    if tag == "period":
        return pd.Period(ordinal=int(form["period"]), freq=str(form["freq"])[:20])
    if tag == "iso":
        if form["iso"] == "timedelta":
            return dt.timedelta(*(int(n) for n in form["v"]))
        kinds: dict[str, Any] = {"date": dt.date, "datetime": dt.datetime, "time": dt.time}
        return kinds[form["iso"]].fromisoformat(str(form["v"])[:40])
    if tag == "exact":
        text = str(form["v"])[:_MAX_DIGITS]
        # A number of a thousand million digits has a short name.
        if not _EXACT.fullmatch(text):
            raise MalformedError("the number is not in form")
        return decimal.Decimal(text) if form["exact"] == "Decimal" else fractions.Fraction(text)
    if tag == "xrange":
        return range(*(int(str(n)[:20]) for n in form["xrange"]))
    if tag == "scalar":
        return np.frombuffer(buffers[form["at"]], _dtype(form["scalar"]))[0]
    raise MalformedError("the value is of no known kind")


def _unit(form: dict[str, Any]) -> Any:
    if form["unit"] not in ("s", "ms", "us", "ns"):
        raise MalformedError("the time is of no known unit")
    return form["unit"]


def _zone(name: Any) -> str:
    """The name of a time zone; some that pandas takes are paths of files."""
    if not _ZONE.fullmatch(str(name)[:60]):
        raise MalformedError("the time zone is not in form")
    return str(name)


def _decode_array(form: dict[str, Any], buffers: Sequence[bytes]) -> Any:
    shape = [int(n) for n in form["shape"]]
    if len(shape) > 8 or any(n < 0 for n in shape):
        raise MalformedError("the array's shape is not in form")
    return np.frombuffer(buffers[form["at"]], _dtype(form["array"])).reshape(shape).copy()


def _dtype(text: Any) -> np.dtype[Any]:
    dtype = np.dtype(str(text)[:30])
    if dtype.kind not in _KINDS or dtype.names or dtype.subdtype:
        raise MalformedError("the array is of a kind that does not cross")
    return dtype


def _decode_column(form: dict[str, Any], buffers: Sequence[bytes], depth: int) -> Any:
    kind = form["as"]
    if kind == "numpy":
        return _decode_array(form["v"], buffers)
    if kind == "object":
        out = np.empty(len(form["v"]), object)
        out[:] = [_decode(x, buffers, depth + 1) for x in form["v"]]
        return out
    if kind == "text":
        return _decode_text(form, buffers)
    if kind == "zone":
        return pd.DatetimeIndex(_decode_array(form["v"], buffers)).tz_localize("UTC").tz_convert(_zone(form["tz"]))
    if kind == "extension":
        found = [_decode(x, buffers, depth + 1) for x in form["v"]]
        return pd.PeriodIndex(found) if form["kind"] == "period" else pd.IntervalIndex(found)
    if kind == "category":
        categories = _decode(form["of"], buffers, depth + 1)
        return pd.Categorical.from_codes(
            _decode_array(form["codes"], buffers), categories, ordered=bool(form["ordered"])
        )
    if kind == "masked" and form["type"] in _MASKED:
        data, missing = _decode_array(form["v"], buffers), _decode_array(form["missing"], buffers).astype(bool)
        made = pd.array(data, dtype=form["type"])
        made[missing] = pd.NA
        return made
    raise MalformedError("the column is of no known kind")


def _decode_text(form: dict[str, Any], buffers: Sequence[bytes]) -> Any:
    raw, lengths = buffers[form["at"]], _decode_array(form["lengths"], buffers).astype("int64")
    codes = _decode_array(form["codes"], buffers).astype("int64")
    if len(lengths) and (lengths.min() < 0 or int(lengths.sum()) != len(raw)):
        raise MalformedError("the column of text is not in form")
    if len(codes) and (codes.min() < -1 or codes.max() >= len(lengths)):
        raise MalformedError("the column of text is not in form")
    ends = np.cumsum(lengths).tolist()
    gap = np.nan if form["nan"] else pd.NA
    # What is missing has the code -1, which finds the last.
    texts = np.empty(len(ends) + 1, object)
    starts = [0, *ends[:-1]] if ends else []
    texts[:-1] = [raw[a:b].decode("utf-8") for a, b in zip(starts, ends, strict=True)]
    texts[-1] = gap
    return pd.array(texts[codes], dtype=pd.StringDtype(na_value=gap))
