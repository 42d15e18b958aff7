// Draws Vega-Lite charts with the page's own colours and fonts; loaded when the first chart is near.

import embed, { type Result, type VisualizationSpec } from "vega-embed";

const SETTLED = 500; // ms without a move after which what a chart says is read out

interface Mounted {
  element: HTMLElement;
  spec: object;
  alt: string;
  result: Result | undefined;
}

const mounted = new Set<Mounted>();

/** Draw a chart into an element, instead of what is in it; `alt` is what it says, for those who do not see it. */
export async function mount(element: HTMLElement, spec: object, alt: string): Promise<void> {
  for (const other of mounted) if (other.element === element) return;
  const chart: Mounted = { element, spec, alt, result: undefined };
  mounted.add(chart);
  await draw(chart);
}

async function draw(chart: Mounted): Promise<void> {
  const { element, alt } = chart;
  const stage = document.createElement("div");
  stage.className = "course-stage";
  const width = element.clientWidth;
  const spec = { ...(withTokens(chart.spec, element) as Record<string, unknown>) };
  if (typeof spec["width"] !== "number" && !("hconcat" in spec) && !("facet" in spec)) spec["width"] = "container";
  stage.style.width = "100%";
  // It is measured in the page, so it goes in before it is drawn, and takes the old one's place when it is there.
  stage.style.visibility = "hidden";
  stage.style.position = "absolute";
  stage.style.inlineSize = `${width}px`;
  element.append(stage);
  try {
    const result = await embed(stage, spec as unknown as VisualizationSpec, {
      actions: false,
      renderer: "svg",
      config: config(element) as never,
      tooltip: { theme: "custom" },
    });
    chart.result?.finalize();
    chart.result = result;
  } catch (error) {
    stage.remove();
    if (!element.firstElementChild) element.textContent = "This chart could not be drawn.";
    console.error(error);
    return;
  }
  stage.removeAttribute("style");
  element.replaceChildren(stage);
  const svg = stage.querySelector("svg");
  if (svg) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", alt || "Chart");
    for (const part of svg.children) part.setAttribute("aria-hidden", "true");
  }
  announce(stage);
}

/** Read out what a moved slider changes in a chart's words, for those who do not see it. */
function announce(stage: HTMLElement): void {
  if (!stage.querySelector("input, select")) return;
  const voice = document.createElement("p");
  voice.className = "visually-hidden";
  voice.setAttribute("role", "status");
  stage.append(voice);
  let said = words(stage);
  let timer: ReturnType<typeof setTimeout> | undefined;
  stage.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = words(stage);
      const changed = now.filter((text) => !said.includes(text));
      said = now;
      if (changed.length) voice.textContent = changed.join(". ");
    }, SETTLED);
  });
}

/** What a chart's title and text marks say; the labels of axes and legends are left out. */
function words(stage: HTMLElement): string[] {
  const texts = stage.querySelectorAll(".role-title text, .role-mark.mark-text text");
  return [...texts].map((text) => text.textContent?.trim() ?? "").filter((text) => text !== "");
}

/** Colours written as var(--c-1) become the token's value here and now. */
function withTokens(value: unknown, element: HTMLElement): unknown {
  if (typeof value === "string") {
    const name = /^var\((--[\w-]+)\)$/.exec(value)?.[1];
    return name ? token(element, name) || value : value;
  }
  if (Array.isArray(value)) return value.map((item) => withTokens(item, element));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTokens(item, element)]));
  }
  return value;
}

function token(element: HTMLElement, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

function config(element: HTMLElement): object {
  const colour = (name: string): string | undefined => token(element, name) || undefined;
  const ink = colour("--c-ink");
  const soft = colour("--c-soft");
  const line = colour("--c-line");
  const font = token(element, "--font-head") || token(element, "--font-text") || "sans-serif";
  const palette = [1, 2, 3, 4, 5, 6].map((i) => colour(`--c-${i}`)).filter((value) => value !== undefined);
  return {
    aria: false, // the whole is named; its hundreds of marks would each be read out
    background: "transparent",
    font,
    axis: {
      labelColor: soft,
      titleColor: soft,
      titleFontWeight: "normal",
      labelFontSize: 12,
      titleFontSize: 12,
      gridColor: line,
      domainColor: line,
      tickColor: line,
    },
    legend: { labelColor: ink, titleColor: soft, titleFontWeight: "normal", labelFontSize: 12, titleFontSize: 12 },
    title: { color: ink, subtitleColor: soft, anchor: "start", fontSize: 15, fontWeight: 600, subtitleFontSize: 12, offset: 12 },
    header: { labelColor: ink, titleColor: soft },
    text: { color: ink, fontSize: 12 },
    rule: { color: soft },
    mark: { color: palette[0] },
    range: palette.length ? { category: palette } : {},
    view: { stroke: null },
  };
}

function drawAgain(): void {
  for (const chart of mounted) {
    if (chart.element.isConnected) void draw(chart);
    else {
      chart.result?.finalize();
      mounted.delete(chart);
    }
  }
}

new MutationObserver(drawAgain).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAgain);
document.addEventListener("course:navigated", () => {
  for (const chart of mounted) {
    if (chart.element.isConnected) continue;
    chart.result?.finalize();
    mounted.delete(chart);
  }
});
