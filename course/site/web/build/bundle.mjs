// Bundles the page's script, worker and styles. Usage: node bundle.mjs OUT_FOLDER PYTHON_FOLDER_NAME COURSE_FILE_NAME
import { build } from "esbuild";

const [outdir, python, course] = process.argv.slice(2);
await build({
  absWorkingDir: new URL("..", import.meta.url).pathname,
  entryPoints: [
    { in: "src/main.ts", out: "course" },
    { in: "src/python/worker.ts", out: "python" },
    { in: "src/site.ts", out: "site" },
    { in: "src/pages.css", out: "site" },
  ],
  outdir,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  target: "es2022",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]",
  loader: { ".woff2": "file", ".woff": "empty" },
  legalComments: "linked",
  define: {
    __PYTHON__: JSON.stringify(python),
    __COURSE__: JSON.stringify(course),
    "process.env.NODE_ENV": '"production"',
  },
  logLevel: "error",
});
