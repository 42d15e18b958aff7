// Shows what a cell gave: printed text, tables, charts, images, errors.

import { html, nothing, type TemplateResult } from "lit";
import { ref } from "lit/directives/ref.js";

import type { Output, PythonError, TableOutput } from "./python/protocol";
import { count, withCode } from "./words";

export function outputs(list: Output[]): TemplateResult {
  return html`${list.map(output)}`;
}

function output(item: Output): TemplateResult {
  switch (item.kind) {
    case "text":
      return html`<pre class="course-text" tabindex="0" role="group" aria-label="Printed output">${item.text}</pre>`;
    case "table":
      return table(item);
    case "image":
      return html`<img class="course-image" src="data:image/png;base64,${item.png}" alt=${item.alt} />`;
    case "chart":
      return html`<div class="course-drawn" ${ref(drawer(item))}></div>`;
  }
}

type Chart = Extract<Output, { kind: "chart" }>;
type Drawer = (element: Element | undefined) => void;

// One function for each chart, since a new one at each rendering would draw it anew.
const drawers = new WeakMap<Chart, Drawer>();

function drawer(chart: Chart): Drawer {
  let draw = drawers.get(chart);
  if (!draw) {
    draw = (element) => {
      if (!(element instanceof HTMLElement)) return;
      void import("./chart").then(({ mount }) => mount(element, chart.spec, chart.alt));
    };
    drawers.set(chart, draw);
  }
  return draw;
}

function table(item: TableOutput): TemplateResult {
  const size = `${count(item.total, "row")}, ${count(item.total_columns, "column")}`;
  const part = item.rows.length < item.total || item.columns.length < item.total_columns;
  const shown = part ? `The first ${count(item.rows.length, "row")} of ${size}` : size;
  return html`<div class="course-table" tabindex="0" role="group" aria-label="Table: ${shown}">
    <table>
      <thead>
        <tr>
          ${item.index_names.map((name) => (name ? html`<th scope="col">${name}</th>` : html`<td></td>`))}
          ${item.columns.map((name, i) => html`<th scope="col" class=${item.numeric[i] ? "course-figure" : nothing}>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${item.rows.map(
          (row, r) =>
            html`<tr>
              ${(item.index[r] ?? []).map((label) => html`<th scope="row">${label}</th>`)}
              ${row.map((value, i) => html`<td class=${item.numeric[i] ? "course-figure" : nothing}>${value}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="course-size">${shown}</p>
  </div>`;
}

/** An error: the learner's line first, then what it means, then Python's own words. */
export function problem(error: PythonError, goTo?: (line: number) => void): TemplateResult {
  return html`<div class="course-error">
    ${error.line === null
      ? nothing
      : html`<p class="course-where">
          ${goTo
            ? html`<button type="button" class="course-link" @click=${() => goTo(error.line ?? 1)}>Line ${error.line}</button>`
            : html`Line ${error.line}`}${error.source ? html`: <code>${error.source}</code>` : nothing}
        </p>`}
    <p>${withCode(error.sentence)}</p>
    <p class="course-raw"><code>${error.type}${error.message ? `: ${error.message}` : ""}</code></p>
    <details class="fold">
      <summary>Python's account of it</summary>
      <pre tabindex="0" role="group" aria-label="Python's account of the error">${error.trace}</pre>
    </details>
  </div>`;
}
