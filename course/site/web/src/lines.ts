// Code whose long lines break, so that it can be read on a phone: what does not fit goes on under its own line, indented.

const HANG = 2; // characters by which it is indented

/**
 * Markup of code with each line in a part of its own; the stylesheet indents what such a line breaks into. With
 * `columns` the lines are a formula's, and what they break into stands under their second column.
 */
export function inLines(markup: string, columns = false): string {
  const lines = markup.split("\n");
  return lines
    .map((line, i) => {
      const text = line.replace(/<[^>]*>/g, "").replace(/&\w+;/g, "&");
      const second = columns ? /^.*?\S {2,}(= )?(?=\S)/.exec(text)?.[0].length : undefined;
      const indent = second !== undefined && second < text.length ? second - HANG : (/^ */.exec(text)?.[0].length ?? 0);
      return `<span class="code-line" style="--in:${indent}">${line}${i < lines.length - 1 ? "\n" : ""}</span>`;
    })
    .join("");
}
