// What MyST needs to know beyond itself: blocks that course.typ draws, and text that reaches Typst as it was written.

const block = {
  name: "block",
  doc: "A part of a page that a function of course.typ draws; the argument is its call.",
  arg: { type: String, required: true },
  body: { type: "myst" },
  run: (data) => [
    {
      type: "div",
      children: [{ type: "raw", typst: `\n#${data.arg}[\n` }, ...(data.body ?? []), { type: "raw", typst: "\n]\n\n" }],
    },
  ],
};

const typst = {
  name: "typst",
  doc: "Typst code.",
  body: { type: String, required: true },
  run: (data) => [{ type: "raw", typst: `\n${data.body}\n\n` }],
};

const used = {
  name: "used",
  doc: "Marks the use of a term for the index.",
  body: { type: String, required: true },
  run: (data) => [{ type: "raw", typst: `#metadata("${data.body}")<term-used>` }],
};

// MyST's own writer turns a minus sign into a hyphen and an arrow into the word "arrow.r", and lets a paragraph that
// begins with a number and a full stop become a list.
function escaped(text) {
  return text
    .replace(/\s*\n\s*/g, " ")
    .replace(/[\\#$*_`<>@[\]~/=+-]/g, "\\$&")
    .replace(/^[(.;:]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2");
}

// MyST makes a link of what merely looks like an address, such as the name of a firm.
function guessed(node) {
  return node.type === "link" && node.url === `http://${node.children?.[0]?.value}`;
}

function write(node) {
  // MyST looks at the words of links and headings again before it writes them.
  if (!node.children || ["heading", "link", "crossReference"].includes(node.type)) return;
  node.children = node.children.flatMap((child) => (guessed(child) ? child.children : child)).map((child) => {
    if (child.type === "text") return { type: "raw", typst: escaped(child.value) };
    write(child);
    return child;
  });
}

const text = {
  name: "text-as-written",
  doc: "Escapes text for Typst without changing its signs.",
  stage: "project",
  plugin: () => (tree) => write(tree),
};

export default { name: "course-book", directives: [block, typst], roles: [used], transforms: [text] };
