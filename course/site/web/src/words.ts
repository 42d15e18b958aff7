// Small pieces of text.

import { html, type TemplateResult } from "lit";

/** Text in which `code` stands between backticks. */
export function withCode(text: string): TemplateResult {
  const parts = text.split("`");
  return html`${parts.map((part, i) => (i % 2 ? html`<code>${part}</code>` : part))}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;
}
