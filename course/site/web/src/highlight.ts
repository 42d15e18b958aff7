// Python's colours, the same in the editor and in given code: classes that the stylesheet colours from the tokens.

import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { parser } from "@lezer/python";
import { html, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";

import { inLines } from "./lines";

export const codeHighlighter = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], class: "course-tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "course-tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "course-tok-number" },
  { tag: [tags.comment, tags.lineComment], class: "course-tok-comment" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], class: "course-tok-name" },
]);

/** Python code as highlighted text. One piece of markup: a part of the template for each word would take long. */
export function highlighted(code: string): TemplateResult {
  let markup = "";
  highlightCode(
    code,
    parser.parse(code),
    codeHighlighter,
    (text, classes) => (markup += classes ? `<span class="${classes}">${escaped(text)}</span>` : breakable(escaped(text))),
    () => (markup += "\n"),
  );
  return html`${unsafeHTML(inLines(markup))}`;
}

/** Python code as it is, in lines. */
export function plain(code: string): TemplateResult {
  return html`${unsafeHTML(inLines(escaped(code)))}`;
}

/** Where a line may break besides its spaces: before a method and within brackets, not amid a word. */
function breakable(markup: string): string {
  return markup.replace(/(^|[\w)\]])(\.[a-z])/gi, "$1<wbr>$2").replace(/[([]/g, "$&<wbr>");
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
