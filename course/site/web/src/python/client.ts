// The page's side of Python: starts the worker once for all exercises, ends it on Stop, and says what went wrong.

import { releaseProxy, wrap, type Remote } from "comlink";

import { app } from "../where";
import type { CheckRequest, CheckResult, PythonWorker, RunRequest, RunResult } from "./protocol";

export type Status = "off" | "starting" | "ready" | "failed";

/** The learner pressed Stop. */
export class Stopped extends Error {}

/** Python can't run in this browser or could not be loaded; the message is for the learner. */
export class CannotStart extends Error {}

class Client extends EventTarget {
  status: Status = "off";
  #worker: Worker | undefined;
  #remote: Remote<PythonWorker> | undefined;
  #ended: Promise<never> | undefined;
  #end: (reason: Error) => void = () => undefined;
  #ready: Promise<void> | undefined;

  /** Start Python if it has not been; resolves when it is there. */
  start(): Promise<void> {
    this.#ready ??= this.#launch();
    this.#ready.catch(() => undefined);
    return this.#ready;
  }

  async run(request: RunRequest): Promise<RunResult> {
    return this.#ask((remote) => remote.run(request));
  }

  async check(request: CheckRequest): Promise<CheckResult> {
    return this.#ask((remote) => remote.check(request));
  }

  /** End whatever runs, and start afresh. */
  stop(): void {
    this.#drop(new Stopped("stopped"));
    void this.start();
  }

  async #ask<T>(call: (remote: Remote<PythonWorker>) => Promise<T>): Promise<T> {
    // The request goes out at once: the worker fetches tables while Python boots.
    void this.start();
    if (!this.#remote || !this.#ended) await this.#ready;
    const remote = this.#remote;
    const ended = this.#ended;
    if (!remote || !ended) throw new CannotStart(explain("it was ended"));
    const ready = this.start();
    const answer = call(remote);
    answer.catch(() => undefined);
    await Promise.race([ready, ended]);
    return Promise.race([answer, ended]);
  }

  async #launch(): Promise<void> {
    this.#become("starting");
    this.#ended = new Promise<never>((_, reject) => (this.#end = reject));
    this.#ended.catch(() => undefined);
    try {
      if (typeof WebAssembly === "undefined") throw new Error("WebAssembly is switched off in this browser");
      const worker = new Worker(new URL("python.js", app), { type: "module", name: "Python" });
      this.#worker = worker;
      const broken = new Promise<never>((_, reject) => {
        worker.addEventListener("error", (event) =>
          reject(new Error(event.message || "the browser did not let its worker start")),
        );
      });
      broken.catch((error: Error) => this.#end(error));
      this.#remote = wrap<PythonWorker>(worker);
      await Promise.race([this.#remote.ready(), broken, this.#ended]);
      this.#become("ready");
    } catch (error) {
      if (error instanceof Stopped) throw error;
      const failure = new CannotStart(explain(error instanceof Error ? error.message : String(error)));
      this.#drop(failure);
      this.#become("failed");
      throw failure;
    }
  }

  #drop(reason: Error): void {
    this.#remote?.[releaseProxy]();
    this.#worker?.terminate();
    this.#remote = undefined;
    this.#worker = undefined;
    this.#ready = undefined;
    this.#end(reason);
    this.#become("off");
  }

  #become(status: Status): void {
    this.status = status;
    this.dispatchEvent(new Event("change"));
  }
}

function explain(reason: string): string {
  return (
    `Python could not start in this page: ${reason}. What you wrote is kept. Reload the page to try again. If that does ` +
    "not help, the browser may be too old or may block WebAssembly or workers: try a current Firefox, Chrome, Edge or " +
    "Safari, or download your notebooks and work in Jupyter."
  );
}

export const python = new Client();
