// On a touch screen, a row of the keys that Python needs and on-screen keyboards hide: shown while an editor is written in.

import { insertBracket } from "@codemirror/autocomplete";
import { indentMore } from "@codemirror/commands";
import type { Extension } from "@codemirror/state";
import { EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";

const KEYS: readonly [key: string, name: string][] = [
  ["[", "Opening square bracket"],
  ["]", "Closing square bracket"],
  ["(", "Opening bracket"],
  [")", "Closing bracket"],
  ['"', "Quotation mark"],
  ["_", "Underscore"],
  ["=", "Equals sign"],
];
const AIR = 8; // px between the row and the line that is written in

const touch = matchMedia("(pointer: coarse)");

class KeyRow {
  readonly row = document.createElement("div");
  readonly #left = new AbortController();
  #shown = false;

  constructor(readonly view: EditorView) {
    this.row.className = "course-keyrow";
    this.row.setAttribute("role", "toolbar");
    this.row.setAttribute("aria-label", "Keys for code");
    this.row.append(
      this.#button("Tab", "Tab, indent", () => indentMore(view)),
      ...KEYS.map(([key, name]) => this.#button(key, name, () => typeKey(view, key))),
    );
    // Pressing a key must not take the focus from the editor: the keyboard would go.
    this.row.addEventListener("mousedown", (event) => event.preventDefault());
    const { signal } = this.#left;
    visualViewport?.addEventListener("resize", () => this.#place(true), { signal });
    visualViewport?.addEventListener("scroll", () => this.#place(false), { signal });
    if (view.hasFocus) this.#show();
  }

  update({ focusChanged, view }: ViewUpdate): void {
    if (!focusChanged) return;
    if (view.hasFocus) this.#show();
    else this.#hide();
  }

  destroy(): void {
    this.#hide();
    this.#left.abort();
  }

  /** How much of the window's foot the row covers, in px. */
  get height(): number {
    return this.#shown ? this.row.offsetHeight + AIR : 0;
  }

  #show(): void {
    if (!touch.matches) return;
    this.#shown = true;
    this.view.dom.after(this.row);
    this.#place(false);
  }

  #hide(): void {
    this.#shown = false;
    this.row.remove();
  }

  /** Put the row at the foot of what is seen of the page, above the on-screen keyboard. */
  #place(resized: boolean): void {
    if (!this.#shown || !visualViewport) return;
    const { offsetLeft, offsetTop, width, height } = visualViewport;
    this.row.style.inlineSize = `${width}px`;
    this.row.style.transform = `translate(${offsetLeft}px, ${offsetTop + height - this.row.offsetHeight}px)`;
    if (!resized) return;
    const { head } = this.view.state.selection.main;
    this.view.dispatch({ effects: EditorView.scrollIntoView(head) }); // the keyboard has come up and may cover it
  }

  #button(key: string, name: string, press: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1; // with a real keyboard none of these is needed
    button.textContent = key;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => {
      press();
      this.view.focus();
    });
    return button;
  }
}

/** Write a key as if it were typed: an opening bracket brings its closing one, which the closing key then steps over. */
export function typeKey(view: EditorView, key: string): void {
  const typed = insertBracket(view.state, key) ?? {
    ...view.state.replaceSelection(key),
    userEvent: "input.type",
    scrollIntoView: true,
  };
  view.dispatch(typed);
}

const plugin = ViewPlugin.fromClass(KeyRow);

export const keyRow: Extension = [
  plugin,
  EditorView.scrollMargins.of((view) => ({ bottom: view.plugin(plugin)?.height ?? 0 })),
];
