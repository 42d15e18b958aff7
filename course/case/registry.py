"""The register of tables: each is declared once, in its own place; its inputs are the parameters of its function."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from course.case.columns import Column

Build = Callable[..., Any]


@dataclass(frozen=True)
class Node:
    """Something that is made once an edition: a published table, or a latent part of the world that tables share."""

    name: str
    build: Build
    inputs: tuple[str, ...]
    columns: tuple[Column, ...]
    about: str
    topics: tuple[str, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the columns."""
        return frozenset(column.name for column in self.columns)

    @property
    def published(self) -> bool:
        """Whether learners get it."""
        return bool(self.columns)


NODES: dict[str, Node] = {}


def _register(build: Build, columns: tuple[Column, ...], topics: tuple[str, ...]) -> Build:
    name = build.__name__
    if name in NODES:
        raise ValueError(f"the table {name} is declared twice")
    inputs = tuple(inspect.signature(build).parameters)[1:]
    NODES[name] = Node(name, build, inputs, columns, inspect.cleandoc(build.__doc__ or ""), topics)
    return build


def table(*columns: Column, topics: str = "") -> Callable[[Build], Build]:
    """Publish the function as the table of its name.

    The function takes a ``Draw`` and, by their names, the tables and latent parts it depends on, and returns a mapping
    from column name to array. Its docstring says what one row is.
    """
    return lambda build: _register(build, columns, tuple(topics.split()))


def latent(build: Build) -> Build:
    """Register a part of the world that tables share and nobody is shown."""
    return _register(build, (), ())


@cache
def nodes() -> dict[str, Node]:
    """Return all declared nodes by name, having imported every module of ``course.case.tables``."""
    package = importlib.import_module("course.case.tables")
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda found: found.name):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return NODES


@cache
def published() -> dict[str, Node]:
    """Return the nodes that learners get, by name."""
    return {name: node for name, node in nodes().items() if node.published}


def columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a published table."""
    return nodes()[name].columns
