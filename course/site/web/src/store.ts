// What the learner wrote and passed, kept in this browser's IndexedDB, apart for each site path.
//
// A record carries the number of times it was written. A page writes with the number that it last saw; if another tab
// has written since, nothing is overwritten and the page is told.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

import { site } from "./where";

export interface Kept {
  key: string;
  revision: number;
  saved: string;
}

export interface TaskWork extends Kept {
  topic: string;
  task: string;
  notebook: string;
  gradeId: string;
  code: string;
  /** Whether this code was run: then it is run again before later tasks. */
  ran: boolean;
  tries: number;
  hints: number;
  passed: string | null;
}

export interface MemoWork extends Kept {
  notebook: string;
  gradeId: string;
  text: string;
}

export interface QuizWork extends Kept {
  topic: string;
  /** Option ids, or the number as it was typed. */
  given: string[];
  right: boolean;
  tries: number;
}

interface Kinds {
  tasks: TaskWork;
  memos: MemoWork;
  quiz: QuizWork;
}

export type Kind = keyof Kinds;

interface Schema extends DBSchema {
  tasks: { key: string; value: TaskWork };
  memos: { key: string; value: MemoWork };
  quiz: { key: string; value: QuizWork };
}

export type Unsaved<T extends Kept> = Omit<T, "revision" | "saved">;

/** Another tab wrote this record meanwhile; `theirs` is what it wrote. */
export class Conflict<T extends Kept> extends Error {
  constructor(readonly theirs: T) {
    super("changed in another tab");
  }
}

const VERSION = 1;

class Store extends EventTarget {
  /** Why nothing can be kept, in a sentence for the learner; null as long as it works. */
  trouble: string | null = null;
  #opened: Promise<IDBPDatabase<Schema> | null> | undefined;
  #memory = new Map<string, Kept>();
  #channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`course ${site.pathname}`);

  constructor() {
    super();
    this.#channel?.addEventListener("message", (event: MessageEvent<{ kind: Kind; key: string }>) => {
      this.dispatchEvent(new CustomEvent("elsewhere", { detail: event.data }));
    });
  }

  async get<K extends Kind>(kind: K, key: string): Promise<Kinds[K] | undefined> {
    const database = await this.#open();
    if (!database) return this.#memory.get(`${kind} ${key}`) as Kinds[K] | undefined;
    return (await database.get(kind as never, key)) as Kinds[K] | undefined;
  }

  async all<K extends Kind>(kind: K): Promise<Kinds[K][]> {
    const database = await this.#open();
    if (database) return (await database.getAll(kind as never)) as Kinds[K][];
    return [...this.#memory].filter(([name]) => name.startsWith(`${kind} `)).map(([, value]) => value as Kinds[K]);
  }

  /**
   * Keep a record. `seen` is the revision that the caller last saw (0: none).
   * Rejects with Conflict when there is a later one.
   */
  async put<K extends Kind>(kind: K, value: Unsaved<Kinds[K]>, seen: number): Promise<Kinds[K]> {
    const record = { ...value, revision: seen + 1, saved: new Date().toISOString() } as Kinds[K];
    const database = await this.#open();
    if (!database) {
      this.#memory.set(`${kind} ${record.key}`, record);
      this.#tell(kind, record.key);
      return record;
    }
    try {
      const change = database.transaction(kind as never, "readwrite");
      const stored = (await change.store.get(record.key)) as Kinds[K] | undefined;
      if (stored && stored.revision > seen) {
        await change.done;
        throw new Conflict(stored);
      }
      await change.store.put(record as never);
      await change.done;
    } catch (error) {
      if (error instanceof Conflict) throw error;
      this.#fail(error);
      throw error;
    }
    this.#tell(kind, record.key);
    return record;
  }

  #tell(kind: Kind, key: string): void {
    this.#channel?.postMessage({ kind, key });
    this.dispatchEvent(new CustomEvent("change", { detail: { kind, key } }));
  }

  #fail(error: unknown): void {
    const full = error instanceof DOMException && error.name === "QuotaExceededError";
    this.trouble = full
      ? "Your work can't be saved: this browser's storage is full. Free some space, and download your notebooks first."
      : "Your work can't be saved in this browser: it refuses storage, perhaps because of a private window or a setting. " +
        "You can go on, but download your notebooks before you close the page.";
    this.dispatchEvent(new Event("trouble"));
  }

  #open(): Promise<IDBPDatabase<Schema> | null> {
    this.#opened ??= openDB<Schema>(`course ${site.pathname}`, VERSION, {
      upgrade(database, from) {
        if (from < 1) {
          database.createObjectStore("tasks", { keyPath: "key" });
          database.createObjectStore("memos", { keyPath: "key" });
          database.createObjectStore("quiz", { keyPath: "key" });
        }
      },
      blocking: (_from, _to, event) => (event.target as IDBDatabase).close(),
      terminated: () => (this.#opened = undefined),
    }).catch((error: unknown) => {
      this.#fail(error);
      return null;
    });
    return this.#opened;
  }
}

export const store = new Store();
