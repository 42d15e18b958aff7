// Hands a notebook over to JupyterLite 0.6, which keeps files in this browser's storage as written here.

import localforage from "localforage";

import { answers, fill, filled, text, type Notebook } from "./notebook";
import { site } from "./where";

/** The name that JupyterLite gives to its storage. */
const STORAGE = `JupyterLite Storage - ${site.pathname}lite/`;

interface StoredFile {
  name: string;
  path: string;
  type: "notebook" | "directory";
  format: "json";
  mimetype: string;
  content: Notebook | null;
  created: string;
  last_modified: string;
  size: number;
  writable: boolean;
}

/**
 * Put the page's answers into JupyterLite's copy of the notebook. A copy that the learner has changed keeps its other
 * cells; if it has other code in an answer's cell, it is kept beside the new one.
 */
export async function openInLite(path: string): Promise<void> {
  const files = localforage.createInstance({ name: STORAGE, storeName: "files" });
  const all = await answers();
  const mine = all.get(path) ?? new Map<string, string>();
  const fresh = await filled(path, all);
  const stored = await files.getItem<StoredFile>(path);
  let content = fresh;
  if (stored?.content) {
    const pristine = await filled(path, new Map());
    if (differs(stored.content, pristine, mine)) {
      const kept = path.replace(/\.ipynb$/, ` (kept ${new Date().toISOString().slice(0, 16).replace(":", ".")}).ipynb`);
      await files.setItem(kept, describe(kept, stored.content, stored.created));
    }
    content = fill(stored.content, mine);
  }
  if (!mine.size && !stored) return; // JupyterLite has the untouched one
  await files.setItem(path, describe(path, content, stored?.created));
}

/** Whether an answer's cell holds something that is neither the page's nor untouched. */
function differs(stored: Notebook, pristine: Notebook, mine: Map<string, string>): boolean {
  const untouched = new Map(pristine.cells.map((cell) => [cell.metadata.nbgrader?.grade_id, text(cell)]));
  return stored.cells.some((cell) => {
    const id = cell.metadata.nbgrader?.grade_id;
    const answer = id === undefined ? undefined : mine.get(id);
    return answer !== undefined && text(cell) !== answer && text(cell) !== untouched.get(id);
  });
}

function describe(path: string, content: Notebook, created = new Date().toISOString()): StoredFile {
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    type: "notebook",
    format: "json",
    mimetype: "application/json",
    content,
    created,
    last_modified: new Date().toISOString(),
    size: JSON.stringify(content).length,
    writable: true,
  };
}
