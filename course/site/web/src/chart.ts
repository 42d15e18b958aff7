// Draws Vega-Lite charts with the page's own colours and fonts; loaded when the first chart is near.

import embed, { type Result, type VisualizationSpec } from "vega-embed";

const SETTLED = 500; // ms without a move after which what a chart says is read out
const WIDEST = 576; // px; of a chart that comes with a width of its own
const AROUND = 140; // px; what axes and a legend may take beside a chart
const PHONE = 480; // px; below it a legend has no room at the side
const TITLE = 15; // px

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
  const spec = { ...(withTokens(chart.spec, element) as Record<string, unknown>) };
  const width = fitted(spec, element);
  // It is measured in the page, so it goes in before it is drawn, and takes the old one's place when it is there.
  stage.style.visibility = "hidden";
  stage.style.position = "absolute";
  stage.style.inlineSize = `${width}px`;
  element.append(stage);
  try {
    const result = await embed(stage, spec as unknown as VisualizationSpec, {
      actions: false,
      renderer: "svg",
      config: config(element, width) as never,
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

/** Make a chart as wide as its place, so that its text keeps its size on a phone; return that width in px. */
function fitted(spec: Record<string, unknown>, element: HTMLElement): number {
  const { clientWidth } = element;
  const own = spec["width"];
  if (["hconcat", "vconcat", "concat", "facet"].some((key) => key in spec)) return clientWidth;
  if (typeof own !== "number") {
    spec["width"] = "container";
    return clientWidth;
  }
  const width = Math.min(clientWidth, WIDEST);
  if (own > width - AROUND) {
    spec["width"] = "container";
    spec["autosize"] ??= { type: "fit-x", contains: "padding" };
  }
  if (typeof spec["title"] === "string") spec["title"] = lines(spec["title"], width - TITLE, element);
  return width;
}

/** A title's words in lines of at most `width` px. */
function lines(title: string, width: number, element: HTMLElement): string[] {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return [title];
  context.font = `600 ${TITLE}px ${font(element)}`;
  const broken: string[] = [];
  for (const word of title.split(" ")) {
    const longer = broken.length ? `${broken.at(-1)} ${word}` : word;
    if (broken.length && context.measureText(longer).width <= width) broken[broken.length - 1] = longer;
    else broken.push(word);
  }
  return broken;
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

function font(element: HTMLElement): string {
  return token(element, "--font-head") || token(element, "--font-text") || "sans-serif";
}

function config(element: HTMLElement, width: number): object {
  const colour = (name: string): string | undefined => token(element, name) || undefined;
  const ink = colour("--c-ink");
  const soft = colour("--c-soft");
  const line = colour("--c-line");
  const palette = [1, 2, 3, 4, 5, 6].map((i) => colour(`--c-${i}`)).filter((value) => value !== undefined);
  return {
    aria: false, // the whole is named; its hundreds of marks would each be read out
    background: "transparent",
    font: font(element),
    axis: {
      labelColor: soft,
      titleColor: soft,
      titleFontWeight: "normal",
      labelFontSize: 12,
      labelLimit: 220, // px
      titleFontSize: 12,
      gridColor: line,
      domainColor: line,
      tickColor: line,
    },
    axisQuantitative: { labelSeparation: 8 },
    legend: {
      labelColor: ink,
      titleColor: soft,
      titleFontWeight: "normal",
      labelFontSize: 12,
      titleFontSize: 12,
      ...(width < PHONE ? { orient: "top", columns: 2 } : {}),
    },
    title: {
      color: ink,
      subtitleColor: soft,
      anchor: "start",
      frame: "bounds",
      fontSize: TITLE,
      fontWeight: 600,
      subtitleFontSize: 12,
      offset: 12,
    },
    header: { labelColor: ink, titleColor: soft },
    text: { color: ink, fontSize: 12 },
    rule: { color: soft },
    scale: { bandPaddingInner: 0.25 },
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
