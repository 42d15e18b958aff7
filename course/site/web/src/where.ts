// Where things are. The site is hosted under any path, so every address is derived from this script's own.

declare const __PYTHON__: string;
declare const __COURSE__: string;

/** The bundle's folder; this module may have been put into one of its chunks. */
export const app = new URL(/\/app\/chunks\/[^/]*$/.test(import.meta.url) ? "../" : "./", import.meta.url);

/** The site's `assets/` folder; the bundle lies in `assets/app/`. */
export const assets = new URL("../", app);

/** The site's root. */
export const site = new URL("../", assets);

/** Pyodide and the page's image. */
export const pythonFolder = new URL(`py/${__PYTHON__}/`, assets);

/** The part of the course's own Python that runs in the page. */
export const courseFile = new URL(`py/${__COURSE__}`, assets);

/** The tables that exercises load. */
export const dataFolder = new URL("data/", assets);

/** Resolve the address of one of the site's assets, however the page that names it spells the way there. */
export function asset(src: string): URL {
  const at = src.lastIndexOf("assets/");
  return at < 0 ? new URL(src, document.baseURI) : new URL(src.slice(at + "assets/".length), assets);
}

/** Fetch JSON; the error says which file and why, for the learner. */
export async function fetchJson<T>(url: URL): Promise<T> {
  return (await (await fetched(url)).json()) as T;
}

/** Fetch a file as it is; errors as for JSON. */
export async function fetchBytes(url: URL): Promise<Uint8Array> {
  return new Uint8Array(await (await fetched(url)).arrayBuffer());
}

async function fetched(url: URL): Promise<Response> {
  const name = url.pathname.slice(site.pathname.length);
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new Error(`${name} could not be loaded. Is the network there? Reload the page to try again.`);
  }
  if (!response.ok) throw new Error(`${name} could not be loaded: the server answered ${response.status}.`);
  return response;
}

/** True if the learner's browser asks to save data. */
export function savesData(): boolean {
  const connection = (navigator as Navigator & { connection?: { saveData?: boolean } }).connection;
  return connection?.saveData === true;
}
