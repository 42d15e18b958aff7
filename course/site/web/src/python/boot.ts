// Starts Pyodide from the page's image: bytecode instead of source, and libraries compiled while Python boots.
// It reaches into Pyodide 0.27.7's module object for the libraries; the version is pinned for that reason.

import { gunzipSync } from "fflate";

import { pythonFolder } from "../where";

const SITE_PACKAGES = "/lib/python3.12/site-packages/";
const PREINSTALLED = ["numpy", "pandas", "python-dateutil", "pytz", "six"];

interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array, options?: { canOwn?: boolean }): void;
}

interface Library {
  refcount: number;
  global: boolean;
  exports: unknown;
}

interface EmscriptenModule {
  newDSO(name: string, handle: unknown, symbols: string): Library;
  loadWebAssemblyModule(
    module: WebAssembly.Module,
    flags: { loadAsync: boolean; nodelete: boolean; allowUndefined: boolean },
    name: string,
    scope: object,
  ): unknown;
}

interface Pyodide {
  FS: FileSystem;
  _module: EmscriptenModule;
  loadedPackages: Record<string, string>;
  registerJsModule(name: string, module: object): void;
  loadPackage(names: string[]): Promise<unknown>;
  loadPackagesFromImports(code: string): Promise<unknown>;
  runPython(code: string): unknown;
}

export interface Python {
  FS: FileSystem;
  runPython(code: string): unknown;
  /** Fetch what the code imports beyond the image (matplotlib, say). */
  loadPackagesFor(code: string): Promise<void>;
}

type File = [path: string, content: Uint8Array];

/** Start Python with the image and with the files of one more packed file. */
export async function boot(more: URL): Promise<Python> {
  if (typeof WebAssembly === "undefined") throw new Error("WebAssembly is switched off in this browser");
  const stdlib = stream(part("stdlib.bin")).then((data) => URL.createObjectURL(new Blob([data])));
  const image = stream(part("image.bin")).then(unpack);
  const libraries = image.then((files) =>
    Promise.all(
      files
        .filter(([path]) => path.endsWith(".so"))
        .map(async ([path, content]) => [path, await WebAssembly.compile(content as BufferSource)] as const),
    ),
  );
  const extra = stream(more).then(unpack);
  const restNames = get(part("rest.json")).then((response) => response.json() as Promise<string[]>);
  for (const promise of [stdlib, image, libraries, extra, restNames]) promise.catch(() => undefined); // awaited below

  const restore = compileEarly();
  const [{ loadPyodide }] = (await Promise.all([
    import(part("pyodide.mjs").href),
    import(part("pyodide.asm.js").href),
  ])) as [{ loadPyodide(options: object): Promise<Pyodide> }, unknown];
  const pyodide = await loadPyodide({ indexURL: pythonFolder.href, stdLibURL: await stdlib }).finally(restore);

  const { FS } = pyodide;
  const write = writer(FS);
  for (const [path, content] of [...(await image), ...(await extra)]) if (!path.endsWith(".so")) write(path, content);
  for (const [path, module] of await libraries) {
    // The file must be there for the import system to find; its content has been compiled already.
    write(path, new Uint8Array(0));
    const library = pyodide._module.newDSO(SITE_PACKAGES + path, undefined, "loading");
    library.refcount = Infinity;
    library.global = false;
    const flags = { loadAsync: false, nodelete: true, allowUndefined: true };
    library.exports = pyodide._module.loadWebAssemblyModule(module, flags, SITE_PACKAGES + path, {});
  }
  for (const name of PREINSTALLED) pyodide.loadedPackages[name] = "default channel";

  pyodide.registerJsModule("_course_rest", {
    names: (await restNames).join(" "), // one string crosses over to Python sooner than a list
    install: () => {
      for (const [path, content] of unpack(readNow(part("rest.bin")))) write(path, content);
    },
  });
  pyodide.runPython(FINDER);
  return {
    FS,
    runPython: (code) => pyodide.runPython(code),
    async loadPackagesFor(code) {
      if (/\.(plot|hist|boxplot)\s*[.(]/.test(code)) await pyodide.loadPackage(["matplotlib"]);
      await pyodide.loadPackagesFromImports(code);
      if (pyodide.loadedPackages["matplotlib"]) pyodide.runPython(QUIET);
    },
  };
}

// At its first import matplotlib tells of its font cache, which is no news for a learner.
const QUIET = `import logging; logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)`;

// The last resort of an import: a module of the rest makes the rest be fetched, there and then. It is laid into
// site-packages, so a package whose first part is in the library's archive gets its second part from there.
const FINDER = `
import importlib, sys

class _Rest:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        import _course_rest
        if name not in cls.names:
            return None
        if not cls.installed:
            cls.installed = True
            _course_rest.install()
            importlib.invalidate_caches()
        if path is not None:
            path = [*path, *(p.replace("/lib/python312.zip/", "${SITE_PACKAGES}") for p in path)]
        return importlib.machinery.PathFinder.find_spec(name, path, target)

import _course_rest
_Rest.names = frozenset(_course_rest.names.split())
_Rest.installed = False
sys.meta_path.append(_Rest)
importlib.invalidate_caches()
`;

function part(name: string): URL {
  return new URL(name, pythonFolder);
}

async function get(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} could not be loaded: the server answered ${response.status}`);
  return response;
}

/** Fetch a gzip stream; it is unpacked while it arrives. */
async function stream(url: URL): Promise<ArrayBuffer> {
  const { body } = await get(url);
  if (!body) throw new Error(`${url.pathname} is empty`);
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** The same, without returning to the event loop, as an import needs it. */
function readNow(url: URL): ArrayBuffer {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${url.pathname} could not be loaded`);
  return gunzipSync(new Uint8Array(request.response as ArrayBuffer)).buffer as ArrayBuffer;
}

function unpack(data: ArrayBuffer): File[] {
  const length = new DataView(data).getUint32(0, true);
  const index = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length))) as [string, number, number][];
  return index.map(([path, offset, size]) => [path, new Uint8Array(data, 4 + length + offset, size)]);
}

function writer(FS: FileSystem): (path: string, content: Uint8Array) => void {
  const made = new Set<string>();
  return (path, content) => {
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (!made.has(folder)) {
      made.add(folder);
      FS.mkdirTree(SITE_PACKAGES + folder);
    }
    FS.writeFile(SITE_PACKAGES + path, content, { canOwn: true });
  };
}

/** Fetch and compile Python's own WebAssembly at once, instead of when Pyodide's script has been read. */
function compileEarly(): () => void {
  const wasm = part("pyodide.asm.wasm").href;
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  const compiled = WebAssembly.compileStreaming(fetch(wasm)).catch(async () =>
    // Some servers do not call it application/wasm.
    WebAssembly.compile(await (await get(part("pyodide.asm.wasm"))).arrayBuffer()),
  );
  compiled.catch(() => undefined);
  self.fetch = (input, init) => (String(input) === wasm ? Promise.resolve(new Response()) : fetch(input, init));
  WebAssembly.instantiateStreaming = async (_, imports) => {
    const module = await compiled;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  return () => {
    self.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  };
}
