// Learners' notebooks with what was written in the page put into their answer cells.

import { store } from "./store";
import { assets, fetchJson } from "./where";

export interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: unknown[];
  execution_count?: number | null;
  metadata: { nbgrader?: { grade_id?: string; solution?: boolean } };
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

export interface Listed {
  module: string | number;
  topic: string | null;
  path: string;
  title: string;
  /** Files of assets/data/ that the notebook loads, where nothing but this site has them. */
  data?: string[];
}

/** Answers by notebook path and grade id. */
export type Answers = Map<string, Map<string, string>>;

export function list(): Promise<Listed[]> {
  return fetchJson<Listed[]>(new URL("notebooks/index.json", assets));
}

export async function answers(): Promise<Answers> {
  const found: Answers = new Map();
  const add = (notebook: string, gradeId: string, source: string): void => {
    if (!found.has(notebook)) found.set(notebook, new Map());
    found.get(notebook)?.set(gradeId, source);
  };
  for (const { notebook, gradeId, code } of await store.all("tasks")) add(notebook, gradeId, code);
  for (const { notebook, gradeId, text } of await store.all("memos")) add(notebook, gradeId, text);
  return found;
}

/** The notebook at `path` below assets/notebooks/, with the answers in it. */
export async function filled(path: string, all: Answers): Promise<Notebook> {
  const notebook = await fetchJson<Notebook>(new URL(`notebooks/${path}`, assets));
  return fill(notebook, all.get(path) ?? new Map());
}

export function fill(notebook: Notebook, byGradeId: Map<string, string>): Notebook {
  const cells = notebook.cells.map((cell) => {
    const answer = byGradeId.get(cell.metadata.nbgrader?.grade_id ?? "");
    return answer === undefined || text(cell) === answer ? cell : { ...cell, source: answer };
  });
  return { ...notebook, cells };
}

export function text(cell: Cell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}
