// <course-memo src="…/assets/exercises/01-memo.json">: the memo that closes a module, saved while it is written.

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import type { Memo } from "./model";
import { Conflict, store, type MemoWork, type Unsaved } from "./store";
import { asset, fetchJson } from "./where";
import { count } from "./words";

const SAVE_AFTER = 400; // ms without a key pressed

export class CourseMemo extends LitElement {
  static override properties = { src: { type: String } };
  declare src: string;

  #memo: Memo | undefined;
  #text = "";
  /** The text that is known to be written. */
  #kept = "";
  #revision = 0;
  #theirs: MemoWork | null = null;
  #trouble: string | null = null;
  #said = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = new AbortController();

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#left = new AbortController();
    const { signal } = this.#left;
    addEventListener("pagehide", () => this.#putAside(), { signal });
    document.addEventListener("visibilitychange", () => this.#saveNow(), { signal });
    store.addEventListener("trouble", () => this.requestUpdate(), { signal });
    store.addEventListener("elsewhere", (event) => void this.#elsewhere((event as CustomEvent).detail), { signal });
  }

  override disconnectedCallback(): void {
    this.#saveNow();
    this.#left.abort();
    super.disconnectedCallback();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("src") && this.src) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const memo = await fetchJson<Memo>(asset(this.src));
      this.#take(await store.get("memos", memo.notebook));
      this.#memo = memo;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    this.requestUpdate();
  }

  #take(work: MemoWork | undefined): void {
    if (!work) return;
    this.#text = work.text;
    this.#kept = work.text;
    this.#revision = work.revision;
  }

  async #elsewhere({ kind, key }: { kind: string; key: string }): Promise<void> {
    if (kind !== "memos" || key !== this.#memo?.notebook || this.#timer !== undefined) return;
    this.#take(await store.get("memos", key));
    this.requestUpdate();
  }

  #write(event: Event): void {
    this.#text = (event.target as HTMLTextAreaElement).value;
    this.#said = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), SAVE_AFTER);
    this.requestUpdate();
  }

  #saveNow(): void {
    if (this.#timer !== undefined) void this.#save();
  }

  /** The page is being left: what is not known to be written yet is put aside. */
  #putAside(): void {
    if (!this.#memo || this.#theirs || this.#text === this.#kept) return;
    store.putAside("memos", this.#record(this.#memo), this.#revision);
    this.#revision += 1;
  }

  #record(memo: Memo): Unsaved<MemoWork> {
    return { key: memo.notebook, notebook: memo.notebook, gradeId: memo.grade_id, text: this.#text };
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const memo = this.#memo;
    if (!memo || this.#theirs) return;
    const record = this.#record(memo);
    try {
      const seen = this.#revision;
      this.#revision += 1;
      this.#kept = (await store.put("memos", record, seen)).text;
      this.#said = "Saved in this browser.";
    } catch (error) {
      if (error instanceof Conflict) {
        const theirs = error.theirs as MemoWork;
        this.#revision = theirs.revision;
        if (theirs.text !== this.#text) this.#theirs = theirs;
      }
    }
    this.requestUpdate();
  }

  #settle(mine: boolean): void {
    const theirs = this.#theirs;
    this.#theirs = null;
    if (!mine && theirs) this.#take(theirs);
    void this.#save();
  }

  protected override render(): TemplateResult {
    if (this.#trouble) return html`<p class="course-message" role="alert">${this.#trouble}</p>`;
    const memo = this.#memo;
    if (!memo) return html`<p class="course-message">The memo task is being loaded …</p>`;
    const id = `course-memo-${memo.notebook.replace(/\W+/g, "-")}`;
    const words = this.#text.trim() ? this.#text.trim().split(/\s+/).length : 0;
    return html`
      ${store.trouble ? html`<p class="course-message" role="alert">${store.trouble}</p>` : nothing}
      <section class="course-task">
        <p class="course-label">Memo, ${count(memo.points, "point")}, marked by a person</p>
        <div class="course-prose">${unsafeHTML(memo.html)}</div>
        <label class="course-label" for=${id}>Your memo</label>
        <textarea id=${id} rows="16" aria-describedby="${id}-words" .value=${this.#text} @input=${this.#write}></textarea>
        <p class="course-keys" id="${id}-words">${count(words, "word")} of about ${memo.words}. ${this.#said}</p>
        ${this.#theirs
          ? html`<div class="course-message" role="alert">
              <p>The memo was changed in another tab, and here as well. Which version is to stay?</p>
              <button type="button" class="course-button" @click=${() => this.#settle(true)}>This one</button>
              <button type="button" class="course-button" @click=${() => this.#settle(false)}>The other tab's</button>
            </div>`
          : nothing}
        <details class="course-rubric fold">
          <summary>How it is marked</summary>
          ${memo.rubric.map(
            (criterion) =>
              html`<p class="course-label">${criterion.name}</p>
                <dl>
                  ${criterion.levels
                    .map((text, points) => html`<dt>${points}</dt><dd>${text}</dd>`)
                    .reverse()}
                </dl>`,
          )}
        </details>
      </section>
    `;
  }
}
