// SPDX-License-Identifier: EUPL-1.2
// The closed schema of a letter's text (press/content/schema.py) as nodes of the editor, and the editor's JSON made the
// server's: cells lose the attributes that only the editor's tables need.

import { Mark, Node, mergeAttributes } from "@tiptap/core";

export const LEVELS = 3;
export const COLUMNS = 12;
export const SIZE = 200_000;
const INSIDE = "(paragraph|ordered_list|bullet_list)*";

const Doc = Node.create({ name: "doc", topNode: true, content: "block+" });
const Text = Node.create({ name: "text", group: "inline" });

const Paragraph = Node.create({
  name: "paragraph",
  priority: 1000,
  group: "block",
  content: "inline*",
  parseHTML: () => [{ tag: "p" }],
  renderHTML: () => ["p", 0],
});

const HardBreak = Node.create({
  name: "hard_break",
  group: "inline",
  inline: true,
  selectable: false,
  linebreakReplacement: true,
  parseHTML: () => [{ tag: "br" }],
  renderHTML: () => ["br"],
  renderText: () => "\n",
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.insertContent({ type: this.name }) };
  },
});

const Reference = Node.create({
  name: "reference",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({ value: { default: "", parseHTML: (element) => element.textContent.trim() } }),
  parseHTML: () => [{ tag: "bdi.ref" }],
  renderHTML: ({ node }) => ["bdi", { class: "ref cite", dir: "ltr" }, node.attrs.value],
  renderText: ({ node }) => node.attrs.value,
});

const OrderedList = Node.create({
  name: "ordered_list",
  group: "block",
  content: "list_item+",
  addAttributes: () => ({
    style: {
      default: "digits",
      parseHTML: (element) => (element.classList.contains("words") ? "awwalan" : "digits"),
      renderHTML: ({ style }) => ({ class: style === "awwalan" ? "words" : "digits" }),
    },
  }),
  parseHTML: () => [{ tag: "ol" }],
  renderHTML: ({ HTMLAttributes }) => ["ol", mergeAttributes(HTMLAttributes), 0],
});

const BulletList = Node.create({
  name: "bullet_list",
  group: "block",
  content: "list_item+",
  parseHTML: () => [{ tag: "ul" }],
  renderHTML: () => ["ul", 0],
});

const ListItem = Node.create({
  name: "list_item",
  content: `paragraph ${INSIDE}`,
  defining: true,
  parseHTML: () => [{ tag: "li" }],
  renderHTML: () => ["li", 0],
});

const Table = Node.create({
  name: "table",
  group: "block",
  content: "table_row+",
  isolating: true,
  extendNodeSchema: (extension) => (extension.name === "table" ? { tableRole: "table" } : {}),
  parseHTML: () => [{ tag: "table" }],
  renderHTML: () => ["table", ["tbody", 0]],
});

const TableRow = Node.create({
  name: "table_row",
  content: "(table_cell|table_header)*",
  extendNodeSchema: (extension) => (extension.name === "table_row" ? { tableRole: "row" } : {}),
  parseHTML: () => [{ tag: "tr" }],
  renderHTML: () => ["tr", 0],
});

// The table commands of ProseMirror read these three; ours are always one by one and never resized.
const single = () => ({
  colspan: { default: 1, rendered: false, parseHTML: () => 1 },
  rowspan: { default: 1, rendered: false, parseHTML: () => 1 },
  colwidth: { default: null, rendered: false, parseHTML: () => null },
});
const cell = (name, tag, role) =>
  Node.create({
    name,
    content: "paragraph+",
    isolating: true,
    addAttributes: single,
    extendNodeSchema: (extension) => (extension.name === name ? { tableRole: role } : {}),
    parseHTML: () => [{ tag }],
    renderHTML: () => [tag, 0],
  });

const mark = (name, tag, key, more) =>
  Mark.create({
    name,
    parseHTML: () => [{ tag }, ...more],
    renderHTML: () => [tag, 0],
    addKeyboardShortcuts() {
      return { [key]: () => this.editor.commands.toggleMark(this.name) };
    },
  });

export const NODES = [
  Doc, Text, Paragraph, HardBreak, Reference, OrderedList, BulletList, ListItem, Table, TableRow,
  cell("table_cell", "td", "cell"), cell("table_header", "th", "header_cell"),
  // The first lies outside, as in press/content/html.py.
  mark("underline", "u", "Mod-u", []), mark("bold", "b", "Mod-b", [{ tag: "strong" }]),
];

const CELLS = new Set(["table_cell", "table_header"]);

/** The editor's JSON in the server's closed form. */
export function closed(node) {
  const { attrs, content, marks, ...rest } = node;
  if (marks) rest.marks = marks.map(({ type }) => ({ type })).sort((one, other) => (one.type < other.type ? -1 : 1));
  const kept = attrs && !CELLS.has(node.type) ? { attrs } : {};
  return { ...rest, ...kept, ...(content ? { content: content.map(closed) } : {}) };
}
