// <course-progress>: on the map and on module pages, marks what was passed.

import { LitElement, html, nothing, type TemplateResult } from "lit";

import { store } from "./store";
import { assets, fetchJson } from "./where";

type Contents = Record<string, { tasks: string[]; quiz: string[] }>;

type State = "none" | "started" | "passed";

const WORDS: Record<State, string> = { none: "", started: "started", passed: "passed" };

export class CourseProgress extends LitElement {
  static override properties = { module: { type: String } };
  declare module: string | undefined;

  #passed = 0;
  #total = 0;
  #left = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#left = new AbortController();
    const again = (): void => void this.#mark();
    for (const event of ["change", "elsewhere"]) store.addEventListener(event, again, { signal: this.#left.signal });
    again();
  }

  override disconnectedCallback(): void {
    this.#left.abort();
    super.disconnectedCallback();
  }

  async #mark(): Promise<void> {
    let contents: Contents;
    try {
      contents = await fetchJson<Contents>(new URL("exercises/index.json", assets));
    } catch {
      return; // without it there is nothing to mark, and the page says all else
    }
    const tasks = new Map((await store.all("tasks")).map((work) => [work.key, work]));
    const quiz = new Map((await store.all("quiz")).map((work) => [work.key, work]));
    this.#passed = 0;
    this.#total = 0;
    for (const [topic, { tasks: ids, quiz: items }] of Object.entries(contents)) {
      const [number] = topic.split(".");
      // The whole counts decisions; the steps that lead to the first one are counted on their own page.
      if (this.module ? number !== this.module : number === "0") continue;
      const works = [...ids.map((id) => tasks.get(`${topic}/${id}`)), ...items.map((id) => quiz.get(id))];
      const passed =
        works.length > 0 && works.every((work) => work && ("passed" in work ? work.passed !== null : work.right));
      const state: State = passed ? "passed" : works.some((work) => work) ? "started" : "none";
      this.#total += 1;
      this.#passed += passed ? 1 : 0;
      for (const element of document.querySelectorAll<HTMLElement>(`[data-topic="${CSS.escape(topic)}"]`)) {
        element.dataset["state"] = state;
        let word = element.querySelector(".course-state");
        if (!word) {
          word = document.createElement("span");
          word.className = "course-state";
          element.append(" ", word);
        }
        word.textContent = WORDS[state];
      }
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!this.#total) return nothing;
    return html`<p class="course-total">
      <progress max=${this.#total} value=${this.#passed} aria-label="Topics passed"></progress>
      ${this.#passed} of ${this.#total} topics passed
    </p>`;
  }
}
