// Runs Python in a worker of its own, so that the page stays quick and an endless loop can be ended.

import { expose } from "comlink";

import { courseFile, dataFolder } from "../where";
import { boot, type Python } from "./boot";
import type { CellCode, CellResult, CheckRequest, CheckResult, PythonWorker, RunRequest, RunResult } from "./protocol";

const HOME = "/home/pyodide";

interface Session {
  keep(): void;
  back(): void;
  run(code: string, name: string): string;
  check(answer: string, check: string, right: string, wrongs: string): string;
}

interface OpenExercise {
  session: Session;
  /** What was run, one after the other, to come to the names as they were kept. */
  done: CellCode[];
  /** What has run after that, if its names are still there as it left them. */
  last: CellCode | null;
}

const started = start();
started.catch(() => undefined); // told to whoever calls ready()
const exercises = new Map<string, OpenExercise>();
const tables = new Map<string, Promise<Uint8Array | null>>();
let packageFile: Promise<Uint8Array | null> | undefined;

async function start(): Promise<Python> {
  const python = await boot(courseFile);
  python.FS.mkdirTree(`${HOME}/data`);
  python.runPython(`
import importlib, json, os
importlib.invalidate_caches()
os.environ["MPLBACKEND"] = "AGG"
os.chdir("${HOME}")
import pandas
from course.site.cells import Session, dumps

class PageSession(Session):
    def run(self, code, name):
        return dumps(super().run(code, name))
    def check(self, answer, check, right, wrongs):
        return dumps(super().check(answer, check, json.loads(right), json.loads(wrongs)))
`);
  return python;
}

function open(python: Python, exercise: string): OpenExercise {
  let opened = exercises.get(exercise);
  if (!opened) {
    opened = { session: python.runPython("PageSession()") as Session, done: [], last: null };
    exercises.set(exercise, opened);
  }
  return opened;
}

async function bytes(url: URL): Promise<Uint8Array | null> {
  const response = await fetch(url);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** Put the tables that an exercise names where `load` finds them. */
function provide(names: string[]): () => Promise<void> {
  packageFile ??= bytes(new URL("datapackage.json", dataFolder));
  const fresh = [...new Set(names)].filter((name) => !tables.has(name));
  for (const name of fresh) tables.set(name, bytes(new URL(`${name}.csv`, dataFolder)));
  return async () => {
    const { FS } = await started;
    const described = await packageFile;
    if (described) FS.writeFile(`${HOME}/data/datapackage.json`, described);
    for (const name of fresh) {
      const content = await tables.get(name);
      if (content) FS.writeFile(`${HOME}/data/${name}.csv`, content);
      else tables.delete(name);
    }
  };
}

/** The tables that code loads, besides those that the exercise names: learners look around. */
function named(cells: CellCode[]): string[] {
  const calls = cells.flatMap(({ code }) => [...code.matchAll(/\bload\(([^()]*)\)/g)]);
  return calls.flatMap((call) => [...(call[1] ?? "").matchAll(/["'](\w+)["']/g)].map((name) => name[1] ?? ""));
}

function same(one: CellCode, other: CellCode | undefined): boolean {
  return one.id === other?.id && one.code === other.code;
}

async function runCell(python: Python, opened: OpenExercise, { id, code }: CellCode): Promise<CellResult> {
  await python.loadPackagesFor(code);
  const result = JSON.parse(opened.session.run(code, id)) as Omit<CellResult, "id">;
  return { id, ...result };
}

const api: PythonWorker = {
  async ready() {
    await started;
  },

  async run({ exercise, tables: names, before, cell }: RunRequest): Promise<RunResult> {
    const write = provide([...names, ...named([...before, cell])]);
    const python = await started;
    await write();
    let opened = open(python, exercise);
    if (!opened.done.every((done, i) => same(done, before[i]))) {
      exercises.delete(exercise);
      opened = open(python, exercise);
    }
    const { session, done, last } = opened;
    const results: CellResult[] = [];
    opened.last = null;
    if (!last || before.length !== done.length + 1 || !same(last, before.at(-1))) {
      session.back();
      for (const earlier of before.slice(done.length)) {
        const result = await runCell(python, opened, earlier);
        results.push(result);
        if (!result.ok) return { before: results, result: null };
        session.keep();
        done.push(earlier);
      }
    }
    const result = await runCell(python, opened, cell);
    if (result.ok) opened.last = cell;
    return { before: results, result };
  },

  async check({ exercise, answer, check, right, wrongs }: CheckRequest): Promise<CheckResult> {
    const opened = open(await started, exercise);
    const outcome = opened.session.check(answer, check, JSON.stringify(right), JSON.stringify(wrongs));
    return JSON.parse(outcome) as CheckResult;
  },
};

expose(api);
