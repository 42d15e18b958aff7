// Full-text search over the index that the site generator writes; loaded when somebody searches.

import MiniSearch from "minisearch";

type Entry = { location: string; title: string; text: string };

export async function open(root: URL) {
  const response = await fetch(new URL("search/search_index.json", root));
  if (!response.ok) throw new Error(response.statusText);
  const { docs } = (await response.json()) as { docs: Entry[] };
  for (const doc of docs) {
    doc.title = plain(doc.title);
    doc.text = plain(doc.text);
  }
  const pages = new Map(docs.filter((d) => !d.location.includes("#")).map((d) => [d.location, d.title]));
  const engine = new MiniSearch({
    fields: ["title", "text"],
    storeFields: ["title", "text", "page"],
    searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: (term) => (term.length > 5 ? 0.15 : 0), combineWith: "AND" },
  });
  // A page's own entry repeats its sections, which are entries themselves.
  const withSections = new Set(docs.filter((d) => d.location.includes("#")).map((d) => d.location.split("#")[0]!));
  engine.addAll(
    docs.map((d) => ({
      id: d.location,
      title: d.title,
      text: withSections.has(d.location) ? "" : d.text,
      page: pages.get(d.location.split("#")[0]!) ?? "",
    })),
  );
  const start = new Map(docs.map((d) => [d.location, d.text]));
  return (query: string) =>
    engine.search(query).slice(0, 20).map((r) => ({
      id: r.id as string,
      title: r.title as string,
      text: (r.text as string) || (start.get(r.id) ?? ""),
      page: r.page as string,
    }));
}

// The index holds HTML; words of neighbouring blocks must not run into each other.
function plain(html: string): string {
  const apart = html.replace(/<\/?(p|pre|li|ul|ol|t[dhr]|dt|dd|h\d|div|br)\b/g, " $&");
  const text = new DOMParser().parseFromString(apart, "text/html").body.textContent ?? "";
  return text.replace(/\s+/g, " ").trim();
}
