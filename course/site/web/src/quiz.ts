// <course-quiz src="…/assets/quiz/1.4.json">: single choice, multiple choice and numbers; every option explains itself.

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import type { Option, Quiz, QuizItem } from "./model";
import { Conflict, store, type QuizWork, type Unsaved } from "./store";
import { asset, fetchJson } from "./where";

class Answer {
  given: string[] = [];
  revision = 0;
  tries = 0;
  /** Whether the answer that is shown was right; null before it is checked, and once it is changed again. */
  right: boolean | null = null;
  note: string | null = null;
  /** The answer that was checked last, until it is known to be written. */
  unsaved: Unsaved<QuizWork> | null = null;

  constructor(readonly item: QuizItem) {}
}

export class CourseQuiz extends LitElement {
  static override properties = { src: { type: String } };
  declare src: string;

  #quiz: Quiz | undefined;
  #answers: Answer[] = [];
  #trouble: string | null = null;
  #left = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#left = new AbortController();
    addEventListener("pagehide", () => this.#putAside(), { signal: this.#left.signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#left.abort();
  }

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("src") && this.src) void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const quiz = await fetchJson<Quiz>(asset(this.src));
      this.#answers = await Promise.all(
        quiz.items.map(async (item) => {
          const answer = new Answer(item);
          take(answer, await store.get("quiz", item.id));
          return answer;
        }),
      );
      this.#quiz = quiz;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    if (this.#trouble) return html`<p class="course-message" role="alert">${this.#trouble}</p>`;
    if (!this.#quiz) return html`<p class="course-message">The questions are being loaded …</p>`;
    const done = this.#answers.filter((answer) => answer.right).length;
    return html`
      ${store.trouble ? html`<p class="course-message" role="alert">${store.trouble}</p>` : nothing}
      <ol class="course-items">
        ${repeat(
          this.#answers,
          (answer) => answer.item.id,
          (answer) => html`<li>${this.#form(answer)}</li>`,
        )}
      </ol>
      <p class="course-foot" role="status">${done} of ${this.#answers.length} right.</p>
    `;
  }

  #form(answer: Answer): TemplateResult {
    const { item } = answer;
    const id = `course-${item.id.replace(".", "-")}`;
    return html`<form class="course-item" data-item=${item.id} @submit=${(event: Event) => this.#submit(event, answer)}>
      <div class="course-prose" id="${id}-stem">${unsafeHTML(item.stem)}</div>
      ${item.type === "numeric" ? this.#number(answer, id) : this.#options(answer, id)}
      <div class="course-actions">
        <button type="submit" class="course-button primary">Check</button>
        ${answer.note ? html`<span class="course-note">${answer.note}</span>` : nothing}
      </div>
      <div class="course-output" aria-live="polite">${this.#feedback(answer)}</div>
    </form>`;
  }

  #options(answer: Answer, id: string): TemplateResult {
    const { item } = answer;
    if (item.type === "numeric") return html``;
    const single = item.type === "single";
    return html`<fieldset class="course-options" aria-labelledby="${id}-stem">
      <legend>${single ? "Choose one." : "Choose all that hold."}</legend>
      ${item.options.map(
        (option) =>
          html`<label class="course-option">
            <input
              type=${single ? "radio" : "checkbox"}
              name=${id}
              value=${option.id}
              .checked=${answer.given.includes(option.id)}
              @change=${(event: Event) => this.#choose(event, answer, option, single)}
            />
            <span>${unsafeHTML(option.html)}</span>
          </label>`,
      )}
    </fieldset>`;
  }

  #number(answer: Answer, id: string): TemplateResult {
    const { item } = answer;
    const unit = item.type === "numeric" ? item.unit : undefined;
    return html`<p class="course-number">
      <label for="${id}-number">Your answer${unit ? ` in ${unit}` : ""}</label>
      <input
        id="${id}-number"
        inputmode="decimal"
        autocomplete="off"
        aria-describedby="${id}-stem"
        .value=${answer.given[0] ?? ""}
        @input=${(event: Event) => {
          answer.given = [(event.target as HTMLInputElement).value];
          this.#changed(answer);
        }}
      />
    </p>`;
  }

  #choose(event: Event, answer: Answer, option: Option, single: boolean): void {
    const { checked } = event.target as HTMLInputElement;
    const others = single ? [] : answer.given.filter((id) => id !== option.id);
    answer.given = checked ? [...others, option.id].sort() : others;
    this.#changed(answer);
  }

  #changed(answer: Answer): void {
    answer.right = null;
    answer.note = null;
    this.requestUpdate();
  }

  #submit(event: Event, answer: Answer): void {
    event.preventDefault();
    const { item, given } = answer;
    if (!given.length || !given[0]?.trim()) {
      answer.note = item.type === "numeric" ? "Type a number first." : "Choose an option first.";
    } else if (item.type === "numeric") {
      const value = parse(given[0]);
      if (value === null) answer.note = "This is not a number. Write it like 12.5 or 1,250.";
      else answer.right = near(value, item.value, item.tolerance);
    } else {
      answer.right = item.options.every((option) => option.right === given.includes(option.id));
    }
    if (answer.right !== null) {
      answer.tries += 1;
      void this.#save(answer);
    }
    this.requestUpdate();
  }

  async #save(answer: Answer, again = true): Promise<void> {
    const { item, given, right, tries } = answer;
    const record = { key: item.id, topic: this.#quiz?.topic ?? "", given, right: right === true, tries };
    answer.unsaved = record;
    try {
      // Counted before the write, so that another one need not wait for it.
      const seen = answer.revision;
      answer.revision += 1;
      await store.put("quiz", record, seen);
      if (answer.unsaved === record) answer.unsaved = null;
    } catch (error) {
      if (error instanceof Conflict && again) {
        // The other tab's tries count too; the answer given last stays.
        answer.revision = error.theirs.revision;
        answer.tries = (error.theirs as QuizWork).tries + 1;
        await this.#save(answer, false);
      }
    }
    this.requestUpdate();
  }

  /** The page is being left: what is not known to be written yet is put aside. */
  #putAside(): void {
    for (const answer of this.#answers) {
      if (!answer.unsaved) continue;
      store.putAside("quiz", answer.unsaved, answer.revision);
      answer.revision += 1;
    }
  }

  #feedback(answer: Answer): TemplateResult | typeof nothing {
    const { item, given, right } = answer;
    if (right === null) return nothing;
    const verdict = html`<p><strong>${right ? "Right." : "Not yet."}</strong></p>`;
    if (item.type === "numeric") {
      const value = parse(given[0] ?? "");
      const known = item.feedback.known?.find((k) => value !== null && near(value, k.value, k.tolerance));
      const said = right ? item.feedback.right : (known?.html ?? item.feedback.wrong);
      return html`<div class="course-feedback ${right ? "good" : "bad"}">${verdict}${unsafeHTML(said)}</div>`;
    }
    // What was chosen explains itself; of what was left out, only that something is missing.
    const chosen = item.options.filter((option) => given.includes(option.id));
    const missing = item.options.some((option) => option.right && !given.includes(option.id));
    return html`<div class="course-feedback ${right ? "good" : "bad"}">
      ${verdict}
      ${chosen.map(
        (option) =>
          html`<div class="course-explained">
            ${chosen.length > 1
              ? html`<p class="course-chosen">${option.right ? "Rightly chosen" : "Wrongly chosen"}: ${unsafeHTML(option.html)}</p>`
              : nothing}
            ${unsafeHTML(option.feedback)}
          </div>`,
      )}
      ${item.type === "multiple" && missing && chosen.every((option) => option.right)
        ? html`<p>So far right, but not all that hold.</p>`
        : nothing}
    </div>`;
  }
}

function take(answer: Answer, work: QuizWork | undefined): void {
  if (!work) return;
  answer.given = work.given;
  answer.revision = work.revision;
  answer.tries = work.tries;
  answer.right = work.right;
}

/** Read a number as people write it: 1,250.5 or 12.5 % or €3. Null if it is none. */
export function parse(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f%€$£]/g, "").replace(/\u2212/g, "-");
  if (!/^[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$/.test(plain) || !/\d/.test(plain)) return null;
  return Number(plain.replaceAll(",", ""));
}

function near(value: number, wanted: number, tolerance: number): boolean {
  return Math.abs(value - wanted) <= tolerance + 1e-9 * Math.max(1, Math.abs(wanted));
}
