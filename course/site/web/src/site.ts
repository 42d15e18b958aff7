// The frame of every page: light and dark, menu, search, and going from page to page without losing the page's Python.

import { inLines } from "./lines";
import { describe, findTables, type Described } from "./tables";

const root = new URL("../../", import.meta.url); // this script is <site>/assets/app/site.js

document.documentElement.classList.add("js");

// Going to another page changes the address but not the head, whose icon is found from here.
const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
icon?.setAttribute("href", icon.href);

// Light and dark

const scheme = () => document.documentElement.getAttribute("data-md-color-scheme");

function paint(name: string): void {
  document.documentElement.setAttribute("data-md-color-scheme", name);
  document.body.setAttribute("data-md-color-scheme", name);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  if (!stored()) paint(event.matches ? "slate" : "default");
});

function stored(): string | null {
  try {
    return localStorage.getItem("course.scheme");
  } catch {
    return null; // a browser that keeps nothing follows the system
  }
}

function switchScheme(): void {
  const next = scheme() === "slate" ? "default" : "slate";
  try {
    localStorage.setItem("course.scheme", next);
  } catch {
    /* as above */
  }
  paint(next);
}

// Going from page to page

const FOLLOW = 10_000; // ms within which a page's parts have come

/** Where a reader was on a page, and what was looked for among its tables. */
type State = { y: number; tables?: string } | null;

const isPage = (url: URL) =>
  url.origin === root.origin &&
  url.pathname.startsWith(root.pathname) &&
  /(\/|\.html)$/.test(url.pathname) &&
  !/^(assets|lite)\//.test(url.pathname.slice(root.pathname.length));

const samePage = (a: URL, b: URL) => a.pathname === b.pathname && a.search === b.search;

let shown = new URL(location.href);
let request: AbortController | null = null;

async function show(url: URL, y?: number, tables?: string): Promise<void> {
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(url, { signal: request.signal });
    if (!response.ok || !response.headers.get("content-type")?.includes("html")) throw new Error(response.statusText);
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const page = next.getElementById("page");
    if (!page) throw new Error("not a page of the course");
    document.title = next.title;
    for (const rel of ["prev", "next"]) {
      document.querySelector(`link[rel=${rel}]`)?.remove();
      const link = next.querySelector(`link[rel=${rel}]`);
      if (link) document.head.append(document.adoptNode(link));
    }
    document.getElementById("page")?.replaceWith(document.adoptNode(page));
    shown = new URL(url);
    lookFor(tables);
    settle(url, y);
    mount();
    document.dispatchEvent(new CustomEvent("course:navigated", { detail: { url: url.href } }));
  } catch (error) {
    if ((error as Error).name !== "AbortError") location.assign(url);
  }
}

function settle(url: URL, y?: number): void {
  const target = url.hash ? document.getElementById(decodeURIComponent(url.hash.slice(1))) : null;
  const heading = document.querySelector<HTMLElement>("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  if (y === undefined && target) target.scrollIntoView({ behavior: "instant" });
  else restore(y ?? 0);
}

let restoring = new AbortController();

/** Scroll to where the reader was; what is to stand there may take a while to come, so follow until it has. */
function restore(y: number): void {
  restoring.abort();
  scrollTo({ top: y, behavior: "instant" });
  if (scrollY >= y - 1) return;
  restoring = new AbortController();
  const { signal } = restoring;
  const growing = new ResizeObserver(() => {
    scrollTo({ top: y, behavior: "instant" });
    if (scrollY >= y - 1) restoring.abort();
  });
  growing.observe(document.body);
  signal.addEventListener("abort", () => growing.disconnect());
  for (const moved of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    addEventListener(moved, () => restoring.abort(), { signal, passive: true });
  }
  setTimeout(() => growing.disconnect(), FOLLOW);
}

function remember(): void {
  history.replaceState({ y: scrollY, tables: tableFilter()?.value } satisfies State, "");
}

function go(url: URL): void {
  remember();
  history.pushState(null, "", url);
  void show(url);
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.href);
  if (link.target || link.download || !isPage(url)) return;
  if (samePage(url, shown) && url.hash) return; // the browser knows how to scroll
  event.preventDefault();
  go(url);
});

addEventListener("popstate", (event) => {
  const url = new URL(location.href);
  const state = event.state as State;
  if (!samePage(url, shown)) void show(url, state?.y ?? (url.hash ? undefined : 0), state?.tables);
});

let scrolling = 0;
addEventListener("scroll", () => {
  clearTimeout(scrolling);
  scrolling = window.setTimeout(() => samePage(new URL(location.href), shown) && remember(), 150);
}, { passive: true });

// Search

type Found = { id: string; title: string; text: string; page: string };

const dialog = document.querySelector<HTMLDialogElement>("dialog.search");
const input = dialog?.querySelector("input");
const status = dialog?.querySelector("[role=status]");
const list = dialog?.querySelector("ol");
let engine: Promise<(query: string) => Found[]> | null = null;

function openSearch(): void {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  input?.select();
  engine ??= import("./search").then((module) => module.open(root));
}

async function find(): Promise<void> {
  if (!input || !list || !status) return;
  const query = input.value.trim();
  try {
    const results = query.length > 1 ? (await engine!)(query) : [];
    if (query !== input.value.trim()) return;
    list.replaceChildren(...results.map((found) => row(found, query)));
    status.textContent =
      query.length < 2 ? "Search readings, terms, concepts and tables."
      : results.length ? `${results.length === 20 ? "The 20 best places" : results.length === 1 ? "1 place" : `${results.length} places`}`
      : `Nothing found for “${query}”.`;
  } catch {
    engine = null;
    status.textContent = "The search index could not be loaded. Try again when you are online.";
  }
}

function row(found: Found, query: string): HTMLLIElement {
  const link = document.createElement("a");
  link.href = new URL(found.id, root).href;
  const title = document.createElement("b");
  title.textContent = found.page && found.page !== found.title ? `${found.page}: ${found.title}` : found.title;
  const text = document.createElement("span");
  text.append(...excerpt(found.text, query));
  link.append(title, text);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function excerpt(text: string, query: string): (string | HTMLElement)[] {
  const words = query.split(/\s+/).map((word) => word.replace(/[^\p{L}\p{N}]/gu, "")).filter(Boolean);
  const pattern = new RegExp(`(${words.join("|") || "(?!)"})`, "giu");
  const at = Math.max(0, text.search(pattern) - 60);
  const part = (at ? "…" : "") + text.slice(at, at + 180) + (text.length > at + 180 ? "…" : "");
  return part.split(pattern).map((piece, index) => {
    if (index % 2 === 0) return piece;
    const mark = document.createElement("mark");
    mark.textContent = piece;
    return mark;
  });
}

input?.addEventListener("input", () => void find());
dialog?.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target === dialog || target.closest("a") || target.closest("[data-close]")) dialog.close();
});
dialog?.querySelector("form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  list?.querySelector("a")?.click();
});
dialog?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") dialog.close(); // a search field would first empty itself
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const stops = [input!, ...(list?.querySelectorAll("a") ?? [])];
  const here = stops.indexOf(document.activeElement as HTMLInputElement);
  stops[Math.min(stops.length - 1, Math.max(0, here + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  event.preventDefault();
});

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

addEventListener("keydown", (event) => {
  const open = event.key === "/" && !typing(event.target) && !event.metaKey && !event.ctrlKey && !event.altKey;
  if (open) {
    event.preventDefault();
    openSearch();
  }
  if (event.key === "Escape") {
    const menu = document.querySelector<HTMLDetailsElement>(".menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  }
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-search]")) openSearch();
  if (target.closest("[data-scheme]")) switchScheme();
  const menu = document.querySelector<HTMLDetailsElement>(".menu[open]");
  if (menu && !menu.contains(target)) menu.open = false;
});

// Finding a table: every word has to be in its name, its description or its columns

const tableFilter = () => document.querySelector<HTMLInputElement>(".filter input");

let described: Described[] = [];

function filterTables(): void {
  const tables = [...document.querySelectorAll<HTMLElement>(".described")];
  if (described[0]?.table !== tables[0]) described = tables.map(describe);
  const found = findTables(tableFilter()?.value ?? "", described);
  for (const { table, rows } of described) {
    table.hidden = !found.tables.has(table);
    for (const { row } of rows) row.toggleAttribute("data-found", found.rows.has(row));
    const entry = document.querySelector(`.index .all a[href="#${table.querySelector("h2")?.id}"]`);
    entry?.closest("li")?.toggleAttribute("hidden", table.hidden);
  }
  document.querySelector(".joins")?.toggleAttribute("hidden", found.words.length > 0);
  const matching = found.tables.size;
  const status = document.getElementById("filtered");
  if (!status) return;
  const said = found.meant ? ` “${found.words.join(" ")}”` : "";
  status.textContent =
    !found.words.length ? `${tables.length} tables`
    : matching === 0 ? "No table matches."
    : `${matching} of ${tables.length} tables ${matching === 1 ? "matches" : "match"}${said}`;
}

/** Look for tables as before, when a reader comes back to the page. */
function lookFor(query?: string): void {
  const field = tableFilter();
  if (!field || !query) return;
  field.value = query;
  filterTables();
}

document.addEventListener("input", (event) => {
  if (event.target !== tableFilter()) return;
  filterTables();
  remember();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== tableFilter()) return;
  // the table that is called so, or else the first that says so
  const names = [...document.querySelectorAll<HTMLElement>(".described:not([hidden]) h2")];
  const called = (event.target as HTMLInputElement).value.trim().toLowerCase().replace(/[\s-]+/g, "_");
  const first = names.find(({ id }) => id === called) ?? names.find(({ id }) => called && id.startsWith(called)) ?? names[0];
  first?.setAttribute("tabindex", "-1");
  first?.focus();
});
// A link to a table that the filter hides shows all again.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href^='#']") : null;
  const field = tableFilter();
  if (!link || !field || !document.getElementById(link.hash.slice(1))?.closest("[hidden]")) return;
  field.value = "";
  filterTables();
});

// What a page has of its own: the contents beside it follow the reader

let contents: { heading: HTMLElement; link: HTMLAnchorElement }[] = [];

function mount(): void {
  const here = document.querySelector<HTMLElement>(".scale [aria-current]");
  const scale = here?.closest<HTMLElement>(".scale");
  if (here && scale) scale.scrollLeft = here.offsetLeft - scale.clientWidth / 2;
  contents = [...document.querySelectorAll<HTMLAnchorElement>(".toc a")].flatMap((link) => {
    const heading = document.getElementById(link.hash.slice(1));
    return heading ? [{ heading, link }] : [];
  });
  follow();
  for (const code of document.querySelectorAll("main .highlight pre code")) {
    code.innerHTML = inLines(code.innerHTML, code.closest(".language-text") !== null);
  }
}

function follow(): void {
  const passed = contents.filter(({ heading }) => heading.getBoundingClientRect().top < innerHeight / 4);
  for (const entry of contents) {
    if (entry === passed.at(-1)) entry.link.setAttribute("aria-current", "location");
    else entry.link.removeAttribute("aria-current");
  }
}

let frame = 0;
addEventListener("scroll", () => {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(follow);
}, { passive: true });

history.scrollRestoration = "manual";
lookFor((history.state as State)?.tables);
if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView({ behavior: "instant" });
else if ((history.state as State)?.y) restore((history.state as State)!.y);
mount();
