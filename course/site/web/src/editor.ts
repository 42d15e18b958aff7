// The code editor: CodeMirror with Python. Tab indents; Escape and then Tab leaves the editor.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec, type Range } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";

import { codeHighlighter } from "./highlight";
import { keyRow, typeKey } from "./keys";

export interface EditorOptions {
  parent: HTMLElement;
  code: string;
  label: string;
  describedBy: string;
  onChange(): void;
  onRun(): void;
  onBlur(): void;
}

export class Editor {
  readonly #view: EditorView;

  constructor(options: EditorOptions) {
    const run = (): boolean => {
      options.onRun();
      return true;
    };
    this.#view = new EditorView({
      parent: options.parent,
      state: EditorState.create({
        doc: options.code,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          indentOnInput(),
          indentUnit.of("    "),
          bracketMatching(),
          closeBrackets(),
          python(),
          syntaxHighlighting(codeHighlighter),
          EditorView.lineWrapping,
          hanging,
          straight,
          keyRow,
          Prec.high(keymap.of([{ key: "Mod-Enter", run }])),
          keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.contentAttributes.of({
            "aria-label": options.label,
            "aria-describedby": options.describedBy,
            autocapitalize: "off",
            spellcheck: "false",
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) options.onChange();
            if (update.focusChanged && !update.view.hasFocus) options.onBlur();
          }),
          theme,
        ],
      }),
    });
  }

  get code(): string {
    return this.#view.state.doc.toString();
  }

  /** Replace the code, as one step that Undo takes back. */
  set code(code: string) {
    if (code === this.code) return;
    this.#view.dispatch({ changes: { from: 0, to: this.#view.state.doc.length, insert: code } });
  }

  focus(): void {
    this.#view.focus();
  }

  /** Put the cursor on a line (from 1) and show it. */
  goTo(line: number): void {
    const { doc } = this.#view.state;
    const { from } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.#view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }
}

const CURLY: Record<string, string> = { "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'" };

/** A phone's keyboard makes typed quotation marks curly, which Python can't read. */
const straight = EditorView.inputHandler.of((view, from, to, text) => {
  const key = CURLY[text];
  if (key === undefined) return false;
  const { main } = view.state.selection;
  if (from === main.from && to === main.to) typeKey(view, key);
  else view.dispatch({ changes: { from, to, insert: key }, selection: { anchor: from + 1 }, userEvent: "input.type" });
  return true;
});

/** What a long line breaks into is indented under it, so that it is not taken for a line of its own. */
const hanging = EditorView.decorations.compute(["doc"], ({ doc }) => {
  const lines: Range<Decoration>[] = [];
  for (let number = 1; number <= doc.lines; number += 1) {
    const { from, text } = doc.line(number);
    const indent = /^ */.exec(text)?.[0].length ?? 0;
    lines.push(Decoration.line({ attributes: { style: `--in:${indent}` } }).range(from));
  }
  return Decoration.set(lines);
});

const theme = EditorView.theme({
  "&": { color: "var(--c-ink)", backgroundColor: "var(--c-code-bg)", fontSize: "var(--code)" },
  "&.cm-focused": { outline: "2px solid var(--c-focus)", outlineOffset: "1px" },
  ".cm-content": { fontFamily: "var(--font-mono)", caretColor: "var(--c-ink)", padding: "0.6em 0", minHeight: "7em" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55" },
  ".cm-line": {
    paddingInlineStart: "calc(6px + (var(--in) + 2) * 1ch)",
    textIndent: "calc((var(--in) + 2) * -1ch)",
  },
  ".cm-gutters": { color: "var(--c-soft)", backgroundColor: "transparent", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--c-accent) 6%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--c-ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--c-accent) 22%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--c-line)" },
});
