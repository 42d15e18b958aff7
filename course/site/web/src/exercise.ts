// <course-exercise src="…/assets/exercises/1.4.json">: a topic's tasks, done in the page.

import { LitElement, html, nothing, render, type PropertyValues, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";
import { repeat } from "lit/directives/repeat.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import type { Editor } from "./editor";
import { highlighted, plain } from "./highlight";
import type { Exercise, GivenCell, TaskCell } from "./model";
import { openInLite } from "./lite";
import { outputs, problem } from "./output";
import { CannotStart, Stopped, python } from "./python/client";
import type { CellCode, CellResult, Output, PythonError } from "./python/protocol";
import { Conflict, store, type TaskWork, type Unsaved } from "./store";
import { asset, fetchJson, savesData, site } from "./where";
import { count, withCode } from "./words";

const SAVE_AFTER = 400; // ms without a key pressed
const LONG = 20_000; // ms after which a run is called long
const NEAR = "800px"; // how far below the window an editor is made and given code coloured, so that it is seen so
const HONEST_TRIES = 2; // checks after which the solution opens without asking

type Feedback =
  | { kind: "passed" }
  | { kind: "wrong"; html: string }
  | { kind: "different"; text: string }
  | { kind: "note"; text: string };

class Task {
  editor: Editor | undefined;
  /** Where the editor goes, and until then its code to read. */
  host: HTMLElement | undefined;
  work: TaskWork | undefined;
  revision = 0;
  ran = false;
  tries = 0;
  hints = 0;
  passed: string | null = null;
  /** The code that the last run in this page ran. */
  ranCode: string | null = null;
  running: "run" | "check" | null = null;
  long = false;
  outputs: Output[] = [];
  after: Output[] = [];
  error: PythonError | null = null;
  feedback: Feedback | null = null;
  before: string | null = null; // the code before Reset
  solution: "hidden" | "asking" | "shown" = "hidden";
  theirs: TaskWork | null = null;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** What the editor held when it was taken out of the page. */
  draft: string | null = null;

  constructor(
    readonly cell: TaskCell,
    readonly mount: (element: Element | undefined) => void,
  ) {}

  get code(): string {
    return this.editor?.code ?? this.draft ?? this.work?.code ?? this.cell.stub;
  }
}

export class CourseExercise extends LitElement {
  static override properties = { src: { type: String } };
  declare src: string;

  #exercise: Exercise | undefined;
  #trouble: string | null = null;
  #tasks = new Map<string, Task>();
  #given = new Map<string, CellResult>();
  #coloured = new Set<string>();
  #left = new AbortController();
  #near: IntersectionObserver | undefined;

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren(); // what stands there without JavaScript
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#left = new AbortController();
    const { signal } = this.#left;
    const wake = (): void => void python.start();
    this.addEventListener("focusin", wake, { once: true, signal });
    this.addEventListener("pointerdown", wake, { once: true, signal });
    python.addEventListener("change", () => this.requestUpdate(), { signal });
    store.addEventListener("trouble", () => this.requestUpdate(), { signal });
    store.addEventListener("elsewhere", (event) => void this.#elsewhere((event as CustomEvent).detail), { signal });
    addEventListener("pagehide", () => this.#putAside(), { signal });
    document.addEventListener("visibilitychange", () => this.#saveAll(), { signal });
    this.#near = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          const task = [...this.#tasks.values()].find(({ host }) => host === target);
          if (task) void this.#edit(task);
          else this.#colour(target as HTMLElement);
        }
      },
      { rootMargin: NEAR },
    );
    for (const { host, editor } of this.#tasks.values()) if (host && !editor) this.#near.observe(host);
    for (const code of this.querySelectorAll("[data-given]")) this.#near.observe(code);
    if (!savesData()) idle(() => this.isConnected && wake());
  }

  override disconnectedCallback(): void {
    this.#saveAll();
    this.#left.abort();
    this.#near?.disconnect();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("src") && this.src) void this.#load();
  }

  async #load(): Promise<void> {
    this.setAttribute("aria-busy", "true");
    try {
      const exercise = await fetchJson<Exercise>(asset(this.src));
      const tasks = exercise.cells.filter((cell) => cell.kind === "task").map((cell) => {
        const task: Task = new Task(cell, (element) => this.#mount(task, element));
        return task;
      });
      for (const task of tasks) this.#take(task, await store.get("tasks", key(exercise, task)));
      this.#tasks = new Map(tasks.map((task) => [task.cell.id, task]));
      this.#exercise = exercise;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    this.removeAttribute("aria-busy");
    this.requestUpdate();
  }

  #take(task: Task, work: TaskWork | undefined): void {
    if (!work) return;
    task.work = work;
    task.revision = work.revision;
    task.ran = work.ran;
    task.tries = work.tries;
    task.hints = Math.min(work.hints, task.cell.hints.length);
    task.passed = work.passed;
    if (task.editor) task.editor.code = work.code;
    else this.#sketch(task);
  }

  // --- keeping ---

  #record(exercise: Exercise, task: Task): Unsaved<TaskWork> {
    const { cell, code, ran, tries, hints, passed } = task;
    const identity = { key: key(exercise, task), topic: exercise.topic, task: cell.id };
    return { ...identity, notebook: exercise.notebook, gradeId: cell.grade_id, code, ran, tries, hints, passed };
  }

  async #save(task: Task): Promise<void> {
    clearTimeout(task.timer);
    task.timer = undefined;
    const exercise = this.#exercise;
    if (!exercise || task.theirs) return;
    const record = this.#record(exercise, task);
    try {
      // Counted before the write, so that another one need not wait for it.
      const seen = task.revision;
      task.revision += 1;
      task.work = await store.put("tasks", record, seen);
    } catch (error) {
      if (error instanceof Conflict) {
        task.revision = error.theirs.revision;
        if ((error.theirs as TaskWork).code === record.code) this.#take(task, error.theirs as TaskWork);
        else task.theirs = error.theirs as TaskWork;
      }
    }
    this.requestUpdate();
  }

  #later(task: Task): void {
    clearTimeout(task.timer);
    task.timer = setTimeout(() => void this.#save(task), SAVE_AFTER);
  }

  #saveAll(): void {
    for (const task of this.#tasks.values()) if (task.timer !== undefined) void this.#save(task);
  }

  /** The page is being left: what is not known to be written yet is put aside. */
  #putAside(): void {
    const exercise = this.#exercise;
    if (!exercise) return;
    for (const task of this.#tasks.values()) {
      if (task.theirs || task.code === (task.work?.code ?? task.cell.stub)) continue;
      store.putAside("tasks", this.#record(exercise, task), task.revision);
      task.revision += 1;
    }
  }

  /** Another tab wrote: follow it, unless something here has not been saved yet. */
  async #elsewhere({ kind, key: changed }: { kind: string; key: string }): Promise<void> {
    const exercise = this.#exercise;
    if (!exercise || kind !== "tasks") return;
    for (const task of this.#tasks.values()) {
      if (key(exercise, task) !== changed || task.timer !== undefined) continue;
      this.#take(task, await store.get("tasks", changed));
      clearTimeout(task.timer);
      task.timer = undefined;
      this.requestUpdate();
    }
  }

  #settle(task: Task, mine: boolean): void {
    const { theirs } = task;
    task.theirs = null;
    if (!mine && theirs) this.#take(task, theirs);
    void this.#save(task);
  }

  // --- running ---

  #before(task: Task): CellCode[] {
    const cells: CellCode[] = [];
    for (const cell of this.#exercise?.cells ?? []) {
      if (cell === task.cell) break;
      if (cell.kind === "text") continue;
      if (cell.kind === "given") cells.push({ id: cell.id, code: cell.code });
      const earlier = this.#tasks.get(cell.id);
      if (earlier?.ran) cells.push({ id: cell.id, code: earlier.code });
    }
    return cells;
  }

  async #run(task: Task, check: boolean): Promise<void> {
    const exercise = this.#exercise;
    if (!exercise || [...this.#tasks.values()].some((t) => t.running)) return;
    const { cell, code } = task;
    task.running = check ? "check" : "run";
    task.feedback = null;
    task.error = null;
    task.after = [];
    this.requestUpdate();
    const timer = setTimeout(() => {
      task.long = true;
      this.requestUpdate();
    }, LONG);
    try {
      const { topic, tables } = exercise;
      const before = this.#before(task);
      const ran = await python.run({ exercise: topic, tables, before, cell: { id: cell.id, code } });
      for (const result of ran.before) this.#given.set(result.id, result);
      const failed = ran.before.find((result) => !result.ok);
      if (failed) {
        const earlier = this.#tasks.get(failed.id);
        task.error = failed.error;
        task.feedback = {
          kind: "note",
          text: earlier
            ? "The task before this one fails when it is run again. Put it right first."
            : "The given code before this task does not run. It may need the answer of the task before.",
        };
        return;
      }
      task.outputs = ran.result?.outputs ?? [];
      task.error = ran.result?.error ?? null;
      if (task.error && unanswered(task.error, cell.id)) {
        task.ran = false;
        task.error = null;
        task.feedback = {
          kind: "different",
          text: `The cell uses \`${cell.id}\`, the answer of this task, and nothing in it makes that yet. Write a line that begins with \`${cell.id} =\`, above where it is used.`,
        };
        return;
      }
      task.ran = ran.result?.ok ?? false;
      if (!check && task.ran && !task.outputs.length) {
        task.feedback = {
          kind: "note",
          text:
            code === cell.stub
              ? "The cell is as it came: it ran, and there is nothing to show. Write your answer in it; Check compares it."
              : "It ran, and there is nothing to show. A name alone on the last line shows its value; Check compares it.",
        };
      }
      if (check && !task.error) await this.#check(task, before);
    } catch (error) {
      if (error instanceof Stopped) {
        this.#given.clear();
        task.outputs = [];
        task.feedback = {
          kind: "note",
          text: "Stopped. Your code is kept, and Python has been started afresh. Does a loop in it never end?",
        };
      } else {
        task.feedback = { kind: "note", text: error instanceof Error ? error.message : String(error) };
        if (!(error instanceof CannotStart)) console.error(error);
      }
    } finally {
      clearTimeout(timer);
      task.long = false;
      task.running = null;
      await this.#save(task);
    }
  }

  async #check(task: Task, before: CellCode[]): Promise<void> {
    const { topic, tables } = this.#exercise as Exercise;
    const { cell } = task;
    const wrongs = Object.fromEntries(cell.wrong.map((w) => [w.id, { fingerprint: w.fingerprint, message: "" }]));
    const outcome = await python.check({ exercise: topic, answer: cell.id, check: cell.check, right: cell.right, wrongs });
    task.tries += 1;
    task.error = outcome.error;
    const known = cell.wrong.find((wrong) => wrong.id === outcome.wrong);
    if (outcome.passed) {
      task.feedback = { kind: "passed" };
      task.passed ??= new Date().toISOString();
      this.dispatchEvent(new CustomEvent("course:passed", { bubbles: true, detail: { topic, task: cell.id } }));
      if (cell.after) {
        const shown = { id: `${cell.id}-after`, code: cell.after };
        const all = [...before, { id: cell.id, code: task.code }];
        const result = await python.run({ exercise: topic, tables, before: all, cell: shown });
        task.after = result.result?.outputs ?? [];
      }
    } else if (known) {
      task.feedback = { kind: "wrong", html: known.html };
    } else {
      task.feedback = { kind: "different", text: outcome.message };
    }
  }

  async #reset(task: Task): Promise<void> {
    task.before = task.code;
    const editor = await this.#edit(task);
    if (editor) editor.code = task.cell.stub;
    task.outputs = [];
    task.after = [];
    task.error = null;
    task.feedback = null;
    void this.#save(task);
  }

  async #undo(task: Task): Promise<void> {
    const editor = await this.#edit(task);
    if (editor && task.before !== null) editor.code = task.before;
    task.before = null;
    editor?.focus();
    void this.#save(task);
  }

  // --- showing ---

  protected override render(): TemplateResult | typeof nothing {
    if (this.#trouble) return html`<p class="course-message" role="alert">${this.#trouble}</p>`;
    const exercise = this.#exercise;
    if (!exercise) return html`<p class="course-message">The task is being loaded …</p>`;
    return html`
      ${store.trouble ? html`<p class="course-message" role="alert">${store.trouble}</p>` : nothing}
      ${repeat(
        exercise.cells,
        (cell, i) => ("id" in cell ? cell.id : `text ${i}`),
        (cell) => {
          if (cell.kind === "text") return html`<div class="course-prose">${unsafeHTML(cell.html)}</div>`;
          if (cell.kind === "given") return this.#givenCell(cell);
          const task = this.#tasks.get(cell.id);
          return task ? this.#taskCell(task) : nothing;
        },
      )}
      <p class="course-foot">
        <span class="course-status" role="status">${this.#status()}</span>
        <a
          href=${new URL(`lite/notebooks/index.html?path=${encodeURIComponent(exercise.notebook)}`, site).href}
          target="_blank"
          @click=${(event: Event) => void this.#open(event)}
          >Open as full notebook</a
        >
      </p>
    `;
  }

  #status(): string {
    switch (python.status) {
      case "starting":
        return "Python is starting …";
      case "ready":
        return "Python is ready.";
      case "failed":
        return "Python could not start.";
      case "off":
        return "Python starts with the first run. It runs on this device; nothing you write leaves it.";
    }
  }

  #await = (code: Element | undefined): void => {
    if (code) this.#near?.observe(code);
  };

  #colour(code: HTMLElement): void {
    this.#near?.unobserve(code);
    this.#coloured.add(code.dataset["given"] ?? "");
    this.requestUpdate();
  }

  #givenCell(cell: GivenCell): TemplateResult {
    const result = this.#given.get(cell.id);
    return html`<div class="course-given">
      <p class="course-label">Given</p>
      <pre role="group" aria-label="Given code" data-given=${cell.id} ${ref(this.#await)}><code>${
        this.#coloured.has(cell.id) ? highlighted(cell.code) : plain(cell.code)
      }</code></pre>
      ${result ? html`<div class="course-output">${outputs(result.outputs)}</div>` : nothing}
    </div>`;
  }

  #taskCell(task: Task): TemplateResult {
    const { cell } = task;
    const id = this.#id(task);
    const busy = [...this.#tasks.values()].some((t) => t.running);
    const more = cell.hints.length - task.hints;
    return html`<section class="course-task" aria-labelledby="${id}-title" data-task=${cell.id}>
      <p class="course-label" id="${id}-title">
        Task <code>${cell.id}</code>, ${count(cell.points, "point")}
        ${task.passed ? html`<span class="course-passed">Passed</span>` : nothing}
      </p>
      <div class="course-prose">${unsafeHTML(cell.html)}</div>
      <div class="course-editor" ${ref(task.mount)}></div>
      <p class="course-keys" id="${id}-keys">
        <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd> runs. <kbd>Tab</kbd> indents; <kbd>Esc</kbd>, then
        <kbd>Tab</kbd>, leaves the editor.
      </p>
      ${task.theirs
        ? html`<div class="course-message" role="alert">
            <p>This task was changed in another tab, and here as well. Which version is to stay?</p>
            <button type="button" class="course-button" @click=${() => this.#settle(task, true)}>This one</button>
            <button type="button" class="course-button" @click=${() => this.#settle(task, false)}>The other tab's</button>
          </div>`
        : nothing}
      <div class="course-actions">
        <button type="button" class="course-button" ?disabled=${busy} @click=${() => void this.#run(task, false)}>Run</button>
        <button type="button" class="course-button primary" ?disabled=${busy} @click=${() => void this.#run(task, true)}>
          Check
        </button>
        <button type="button" class="course-button" ?disabled=${!task.running} @click=${() => python.stop()}>Stop</button>
        <button
          type="button"
          class="course-button"
          ?disabled=${busy || task.code === cell.stub}
          @click=${() => void this.#reset(task)}
        >
          Reset
        </button>
        ${task.before !== null
          ? html`<button type="button" class="course-button" @click=${() => void this.#undo(task)}>Undo reset</button>`
          : nothing}
        ${more > 0
          ? html`<button type="button" class="course-button" @click=${() => this.#hint(task)}>
              ${task.hints ? "Next hint" : "Hint"} (${more} left)
            </button>`
          : nothing}
        ${cell.solution !== null && task.solution === "hidden"
          ? html`<button type="button" class="course-button" @click=${() => this.#solution(task)}>Solution</button>`
          : nothing}
      </div>
      ${task.hints
        ? html`<ol class="course-hints" aria-label="Hints">
            ${cell.hints.slice(0, task.hints).map((hint) => html`<li>${unsafeHTML(hint)}</li>`)}
          </ol>`
        : nothing}
      ${this.#solutionPart(task)}
      <div class="course-output" aria-live="polite" aria-busy=${task.running ? "true" : "false"}>
        ${task.running ? html`<p class="course-running">${this.#running(task)}</p>` : nothing} ${outputs(task.outputs)}
        ${task.error ? problem(task.error, (line) => void this.#goTo(task, line)) : nothing} ${this.#feedback(task)}
        ${outputs(task.after)}
      </div>
    </section>`;
  }

  #running(task: Task): string {
    if (python.status === "starting") return "Python is starting; your code runs as soon as it is there …";
    if (task.long) return "Still running after 20 seconds. Stop ends it; your code is kept.";
    return task.running === "check" ? "Checking …" : "Running …";
  }

  #feedback(task: Task): TemplateResult | typeof nothing {
    const { feedback } = task;
    switch (feedback?.kind) {
      case undefined:
        return nothing;
      case "passed":
        return html`<div class="course-feedback good"><p><strong>Passed.</strong> Your answer is right.</p></div>`;
      case "wrong":
        return html`<div class="course-feedback bad"><p><strong>Not yet.</strong></p>${unsafeHTML(feedback.html)}</div>`;
      case "different":
        return html`<div class="course-feedback bad"><p><strong>Not yet.</strong> ${withCode(feedback.text)}</p></div>`;
      case "note":
        return html`<div class="course-feedback"><p>${feedback.text}</p></div>`;
    }
  }

  #solutionPart(task: Task): TemplateResult | typeof nothing {
    if (task.solution === "asking") {
      return html`<div class="course-message" role="group" aria-label="Show the solution?">
        <p>You have not checked an answer of your own yet. People who try first remember more. Show it all the same?</p>
        <button type="button" class="course-button" @click=${() => this.#show(task, "shown")}>Show the solution</button>
        <button type="button" class="course-button" @click=${() => this.#show(task, "hidden")}>Not yet</button>
      </div>`;
    }
    if (task.solution === "shown" && task.cell.solution !== null) {
      return html`<div class="course-solution">
        <p class="course-label">A solution</p>
        <pre role="group" aria-label="Solution"><code>${highlighted(task.cell.solution)}</code></pre>
      </div>`;
    }
    return nothing;
  }

  #id(task: Task): string {
    return `course-${this.#exercise?.topic.replace(".", "-")}-${task.cell.id}`;
  }

  #show(task: Task, state: Task["solution"]): void {
    task.solution = state;
    this.requestUpdate();
  }

  #solution(task: Task): void {
    this.#show(task, task.passed || task.tries >= HONEST_TRIES ? "shown" : "asking");
  }

  #hint(task: Task): void {
    task.hints += 1;
    void this.#save(task);
    this.requestUpdate();
  }

  #mount(task: Task, element: Element | undefined): void {
    if (!(element instanceof HTMLElement)) {
      task.draft = task.code;
      task.editor?.destroy();
      task.editor = task.host = undefined;
      return;
    }
    if (task.host === element) return;
    task.host = element;
    this.#sketch(task);
    this.#near?.observe(element);
  }

  /** Show the code of an editor that is not made yet: making one takes time that the reader's first seconds need. */
  #sketch(task: Task): void {
    if (!task.host) return;
    const template = html`<pre
      tabindex="0"
      role="textbox"
      aria-multiline="true"
      aria-readonly="true"
      aria-label=${label(task)}
      @focus=${() => void this.#edit(task)}
    ><code>${plain(task.code)}</code></pre>`;
    render(template, task.host);
  }

  /** Give the task's editor; make it first where only its code is shown. */
  async #edit(task: Task): Promise<Editor | undefined> {
    const { host } = task;
    if (task.editor || !host) return task.editor;
    const { Editor } = await import("./editor");
    if (task.editor || task.host !== host) return task.editor;
    this.#near?.unobserve(host);
    const { code } = task;
    const focused = host.contains(document.activeElement);
    render(nothing, host);
    task.editor = new Editor({
      parent: host,
      code,
      label: label(task),
      describedBy: `${this.#id(task)}-keys`,
      onChange: () => {
        this.#later(task);
        this.requestUpdate();
      },
      onRun: () => void this.#run(task, false),
      onBlur: () => task.timer !== undefined && void this.#save(task),
    });
    if (focused) task.editor.focus();
    return task.editor;
  }

  async #goTo(task: Task, line: number): Promise<void> {
    (await this.#edit(task))?.goTo(line);
  }

  async #open(event: Event): Promise<void> {
    event.preventDefault();
    const { href } = event.currentTarget as HTMLAnchorElement;
    // Opened at once, as the browser allows it only in the click itself; it is sent to the notebook when that is ready.
    const tab = window.open("about:blank", "_blank");
    await Promise.all([...this.#tasks.values()].map((task) => (task.timer === undefined ? null : this.#save(task))));
    try {
      if (this.#exercise) await openInLite(this.#exercise.notebook);
    } catch (error) {
      console.warn("The notebook opens without what was written in the page:", error);
    }
    if (tab) tab.location.replace(href);
    else location.assign(href);
  }
}

/** Whether the error only says that the answer has not been written yet, as in a cell that is as it came. */
function unanswered({ type, message }: PythonError, answer: string): boolean {
  return type === "NameError" && message === `name '${answer}' is not defined`;
}

function label(task: Task): string {
  return `Your code for the task ${task.cell.id}`;
}

function key(exercise: Exercise, task: Task): string {
  return `${exercise.topic}/${task.cell.id}`;
}

function idle(action: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(action, { timeout: 4000 });
  else setTimeout(action, 1500);
}
