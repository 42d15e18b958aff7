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
const ASIDE = `course ${site.pathname} `;

class Store extends EventTarget {
  /** Why nothing can be kept, in a sentence for the learner; null as long as it works. */
  trouble: string | null = null;
  #opened: Promise<IDBPDatabase<Schema> | null> | undefined;
  #database: IDBPDatabase<Schema> | undefined;
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

  /**
   * Keep a record while the page is being left, when a database's answers can't be waited for: it is put aside at once,
   * and the next page that opens the store takes it up.
   */
  putAside<K extends Kind>(kind: K, value: Unsaved<Kinds[K]>, seen: number): void {
    const record = { ...value, revision: seen + 1, saved: new Date().toISOString() };
    try {
      localStorage.setItem(`${ASIDE}${kind} ${value.key}`, JSON.stringify(record));
    } catch {
      // Storage is refused or full, and the page is gone: the store's own trouble has said so before.
    }
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
    this.#opened ??= this.#connect();
    return this.#opened;
  }

  async #connect(): Promise<IDBPDatabase<Schema> | null> {
    try {
      this.#database = await openDB<Schema>(`course ${site.pathname}`, VERSION, {
        upgrade(database, from) {
          if (from < 1) {
            database.createObjectStore("tasks", { keyPath: "key" });
            database.createObjectStore("memos", { keyPath: "key" });
            database.createObjectStore("quiz", { keyPath: "key" });
          }
        },
        // A page of a newer course waits for this one to let go.
        blocking: () => this.#close(),
        terminated: () => this.#close(),
      });
      await this.#takeUp(this.#database);
      return this.#database;
    } catch (error) {
      this.#fail(error);
      return null;
    }
  }

  /** Write what was put aside, unless a later record has been written since. */
  async #takeUp(database: IDBPDatabase<Schema>): Promise<void> {
    for (const name of Object.keys(localStorage).filter((key) => key.startsWith(ASIDE))) {
      const kind = name.slice(ASIDE.length).split(" ", 1)[0] as Kind;
      const text = localStorage.getItem(name);
      const record = JSON.parse(text ?? "null") as Kept | null;
      if (record) {
        const change = database.transaction(kind as never, "readwrite");
        const stored = (await change.store.get(record.key)) as Kept | undefined;
        if (!stored || stored.revision < record.revision) await change.store.put(record as never);
        await change.done;
      }
      // Only now: this page may be left before the database has it.
      if (localStorage.getItem(name) === text) localStorage.removeItem(name);
    }
  }

  #close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#opened = undefined;
  }
}

export const store = new Store();
