// Finding a table on the data page: what a table says of itself and of each column, and words that are meant.

import slips from "damerau-levenshtein";

type Row = { row: Element; text: string };
export type Described = { table: HTMLElement; text: string; rows: Row[] };

/** Small letters without accents; the same again without the marks that join words, so that post-mortem is postmortem. */
const folded = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const joined = (text: string) => text.replace(/[-_‐‑]/gu, "");
const both = (text: string) => `${folded(text)} ${joined(folded(text))}`;

/** A word of a query is in a text as it stands or with its parts joined. */
const has = (text: string, word: string) => text.includes(word) || text.includes(joined(word) || word);

export function describe(table: HTMLElement): Described {
  // a column's name and kind stand in one cell, without a space between them
  const said = (cell: Element) => (cell.matches("th") ? [...cell.children] : [cell]).map((part) => part.textContent).join(" ");
  const rows = [...table.querySelectorAll("tbody tr")].filter((row) => !row.closest("details"));
  const parts = [...table.children].filter((part) => part.matches("h2, p"));
  const texts = rows.map((row) => ({ row, text: both([...row.children].map(said).join(" ")) }));
  return { table, rows: texts, text: [both(parts.map((part) => part.textContent).join(" ")), ...texts.map(({ text }) => text)].join(" ") };
}

export type Found = { tables: Set<HTMLElement>; rows: Set<Element>; words: string[]; meant: boolean };

/** The tables that say every word, and the columns that do, or any of the words where none says all. A word that no
 * table says stands for the nearest that one does. */
export function findTables(query: string, described: Described[]): Found {
  const asked = folded(query).split(/\s+/).filter(Boolean);
  const matching = (words: string[]) => described.filter(({ text }) => words.every((word) => has(text, word)));
  let [words, hits] = [asked, matching(asked)];
  if (!hits.length) {
    const known = new Map<string, number>();
    for (const { text } of described) {
      for (const word of new Set(text.match(/\p{L}{4,}/gu))) known.set(word, (known.get(word) ?? 0) + 1);
    }
    words = asked.map((word) => (described.some(({ text }) => has(text, word)) ? word : nearest(word, known)));
    hits = matching(words);
  }
  const rows = new Set<Element>();
  for (const { rows: own } of words.length ? hits : []) {
    const all = own.filter(({ text }) => words.every((word) => has(text, word)));
    const any = own.filter(({ text }) => words.some((word) => has(text, word)));
    for (const { row } of all.length ? all : any) rows.add(row);
  }
  return { tables: new Set(hits.map(({ table }) => table)), rows, words, meant: words.some((word, i) => word !== asked[i]) };
}

/** The known word that differs by one slip, or by two in a long word; the more usual of two. The word itself if none. */
function nearest(word: string, known: Map<string, number>): string {
  const allowed = word.length < 5 ? 0 : word.length < 8 ? 1 : 2;
  let [best, fewest, usual] = [word, allowed + 1, 0];
  for (const [other, count] of known) {
    if (other[0] !== word[0] || Math.abs(other.length - word.length) > allowed) continue;
    const { steps } = slips(word, other);
    if (steps < fewest || (steps === fewest && steps <= allowed && count > usual)) [best, fewest, usual] = [other, steps, count];
  }
  return best;
}
