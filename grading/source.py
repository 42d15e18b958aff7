"""The source of a cell as Python's syntax tree, and what it binds."""

from __future__ import annotations

import ast
import symtable

from IPython.core.inputtransformer2 import TransformerManager


def parse(source: str) -> ast.Module:
    """Parse a cell, magics and all. Raises SyntaxError, ValueError or RecursionError."""
    return ast.parse(_plain(source), "<test>")


def _plain(source: str) -> str:
    return str(TransformerManager().transform_cell(source))  # type: ignore[no-untyped-call]


def bound(tree: ast.Module) -> set[str]:
    """The names that a cell gives a value at its top level, imports aside."""
    names: set[str] = set()
    nodes: list[ast.AST] = list(tree.body)
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            nodes += ast.iter_child_nodes(node)
    return names


def borrowed(source: str) -> set[str]:
    """The names that a cell's functions take from outside themselves. Raises as `parse`."""
    scopes = symtable.symtable(_plain(source), "<test>", "exec").get_children()
    for scope in scopes:
        scopes += scope.get_children()
    return {symbol.get_name() for scope in scopes for symbol in scope.get_symbols() if symbol.is_global()}
