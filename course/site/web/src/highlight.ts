// Python's colours, the same in the editor and in given code: classes that the stylesheet colours from the tokens.

import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { parser } from "@lezer/python";
import { html, type TemplateResult } from "lit";

export const codeHighlighter = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], class: "course-tok-keyword" },
  { tag: [tags.string, tags.special(tags.string)], class: "course-tok-string" },
  { tag: [tags.number, tags.bool, tags.null], class: "course-tok-number" },
  { tag: [tags.comment, tags.lineComment], class: "course-tok-comment" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.className], class: "course-tok-name" },
]);

/** Python code as highlighted text. */
export function highlighted(code: string): TemplateResult {
  const parts: (TemplateResult | string)[] = [];
  highlightCode(
    code,
    parser.parse(code),
    codeHighlighter,
    (text, classes) => parts.push(classes ? html`<span class=${classes}>${text}</span>` : text),
    () => parts.push("\n"),
  );
  return html`${parts}`;
}
