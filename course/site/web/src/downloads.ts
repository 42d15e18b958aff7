// <course-downloads>: all notebooks with the learner's answers in them, as one zip.

import { LitElement, html, nothing, type TemplateResult } from "lit";

import { answers, filled, list } from "./notebook";
import { dataFolder, fetchBytes } from "./where";
import { count } from "./words";

const NAME = "my-notebooks.zip";

export class CourseDownloads extends LitElement {
  #busy = false;
  #said: string | null = null;
  #failed = false;

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  protected override render(): TemplateResult {
    return html`<div class="course-downloads">
      <button type="button" class="course-button primary" ?disabled=${this.#busy} @click=${() => void this.#download()}>
        Download my notebooks
      </button>
      <p class=${this.#failed ? "course-message" : nothing} role="status">${this.#said ?? nothing}</p>
    </div>`;
  }

  async #download(): Promise<void> {
    this.#busy = true;
    this.#say("Your notebooks are being put together …", false);
    try {
      const [listed, all, { zipSync, strToU8 }] = await Promise.all([list(), answers(), import("fflate")]);
      const files: Record<string, Uint8Array> = {};
      let answered = 0;
      for (const { path, data = [] } of listed) {
        for (const name of data) {
          const beside = `${path.slice(0, path.lastIndexOf("/"))}/data/${name}`;
          files[beside] ??= await fetchBytes(new URL(name, dataFolder));
        }
        const notebook = await filled(path, all);
        answered += all.has(path) ? 1 : 0;
        files[path] = strToU8(`${JSON.stringify(notebook, null, 1)}\n`);
      }
      save(zipSync(files) as Uint8Array<ArrayBuffer>);
      this.#say(`${NAME}: ${count(listed.length, "notebook")}, ${answered} with work of yours.`, false);
    } catch (error) {
      this.#say(`Your notebooks could not be put together: ${error instanceof Error ? error.message : String(error)}`, true);
    }
    this.#busy = false;
    this.requestUpdate();
  }

  #say(text: string, failed: boolean): void {
    this.#said = text;
    this.#failed = failed;
    this.requestUpdate();
  }
}

function save(content: Uint8Array<ArrayBuffer>): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/zip" }));
  link.download = NAME;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
