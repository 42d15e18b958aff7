// Compiles the sources in zip archives to bytecode with Pyodide itself, so that the bytecode is of the page's own Python.
// Usage: node compile.mjs PYODIDE_FOLDER JOB.json   job: {archives: [{from, to, base}], measure?: {packages, script, to}}
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

process.on("uncaughtException", (error) => {
  // Without this, Node prints the minified line that threw, and nothing of the error.
  console.error(String(error?.message ?? error));
  process.exit(1);
});

const [folder, jobFile] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, "utf8"));
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: resolve(folder) });

python.runPython(`
import io, pathlib, py_compile, zipfile

def compile_archive(data, base):
    """Return the archive with each .py replaced by its .pyc, whose code says it comes from base/<name>."""
    out = io.BytesIO()
    source, compiled = pathlib.Path("/tmp/source.py"), "/tmp/source.pyc"
    with zipfile.ZipFile(io.BytesIO(data.to_py())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist()):
            if name.endswith("/"):
                continue
            content = old.read(name)
            if name.endswith(".py"):
                source.write_bytes(content)
                try:
                    py_compile.compile(
                        str(source), compiled, dfile=f"{base}/{name}", doraise=True,
                        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
                    )
                except py_compile.PyCompileError:
                    pass  # a template or a file of an older Python, which nothing imports
                else:
                    name, content = name + "c", pathlib.Path(compiled).read_bytes()
            new.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    return out.getvalue()
`);
const compileArchive = python.globals.get("compile_archive");
for (const { from, to, base } of job.archives) {
  const result = compileArchive(new Uint8Array(readFileSync(from)), base);
  writeFileSync(to, result.toJs());
  result.destroy();
}

// What the page needs at once: the modules that a typical task imports.
if (job.measure) {
  const site = "/lib/python3.12/site-packages";
  for (const wheel of job.measure.packages) {
    python.FS.writeFile("/tmp/wheel.zip", new Uint8Array(readFileSync(wheel)));
    python.runPython(`import zipfile; zipfile.ZipFile("/tmp/wheel.zip").extractall("${site}")`);
  }
  python.runPython("import importlib; importlib.invalidate_caches()");
  python.runPython(readFileSync(job.measure.script, "utf8"));
  const files = python.runPython(`
import json, sys
json.dumps(sorted({m.__file__ for m in list(sys.modules.values()) if isinstance(getattr(m, "__file__", None), str)}))
`);
  writeFileSync(job.measure.to, files);
}
