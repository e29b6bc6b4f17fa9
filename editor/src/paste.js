// SPDX-License-Identifier: EUPL-1.2
// Text from Word, mail and web pages made ours: paragraphs, lists, tables, bold and underline; nothing else survives.
// It becomes plain tags here, and the editor's own parser then lets only the closed schema through.

import { clean, label } from "./characters.js";
import { COLUMNS, LEVELS } from "./schema.js";

/** More than this is no letter; a browser would stand still over it. In characters of what the clipboard holds. */
export const PASTE_LIMIT = 1_500_000;
const DROPPED = "script,style,meta,link,title,head,xml,object,iframe,svg,canvas,form,input,button,select,textarea,noscript";
const BLOCKS = new Set([
  "P", "DIV", "H1", "H2", "H3", "H4", "H5", "H6", "BLOCKQUOTE", "PRE", "SECTION", "ARTICLE", "HEADER", "FOOTER", "MAIN",
  "ASIDE", "ADDRESS", "CENTER", "DL", "DT", "DD", "FIGURE", "FIGCAPTION", "LI", "FORM", "FIELDSET", "DETAILS", "SUMMARY",
]);
const HEADINGS = /^H[1-6]$/;
const REFERENCE = /(?<![A-Za-z0-9-])(?:TRN-)?[A-Z][A-Z0-9]{1,11}-[IOMCX]-[0-9]{4}-[0-9]{5,7}(?![A-Za-z0-9-])/g;

// A strict content policy would complain about every style attribute; what Word says in them is read as data.
const muted = (html) =>
  html
    .replace(/<!--\[if[^\]]*\]>[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<!\[(?:if[^\]]*|endif)\]>/gi, "")
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-said=").replace(/\s(on[a-z]+|src|srcset|background)\s*=/gi, " data-was-$1="));

const said = (element) => element.getAttribute?.("data-said") ?? "";

const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;
const DEEPEST = 400;

/** Whether elements lie inside one another deeper than any page does: a browser parses such a text for minutes. */
export function bottomless(html) {
  let depth = 0;
  for (const [, end, name, empty] of html.matchAll(/<(\/?)([a-z][^\s/>]*)[^>]*?(\/?)>/gi)) {
    if (VOID.test(name) || empty) continue;
    depth = Math.max(0, depth + (end ? -1 : 1));
    if (depth > DEEPEST) return true;
  }
  return false;
}

/** Read foreign HTML into {html, images}; images counts what was left out. */
export function fromHtml(html) {
  const page = new DOMParser().parseFromString(muted(html), "text/html");
  const images = page.querySelectorAll("img,v\\:imagedata,picture").length;
  for (const element of page.querySelectorAll(`${DROPPED},img,picture`)) element.remove();
  const blocks = [];
  read(page.body, blocks, { bold: false, underline: false });
  return { html: blocks.length ? write(nested(merged(blocks))) : "", images };
}

/** Read plain text into the same HTML: an empty line parts paragraphs, labelled lines become lists. */
export function fromText(text) {
  const blocks = [];
  let fresh = true;
  for (const line of text.replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n").split("\n")) {
    const words = clean(line).trim();
    const found = words && label(words);
    const last = blocks.at(-1);
    if (words && (found || fresh || !last)) blocks.push({ kind: "p", html: inline(words), text: words });
    else if (words) {
      last.html += `<br>${inline(words)}`;
      last.text += ` ${words}`;
    }
    fresh = !words;
  }
  return write(nested(merged(blocks)));
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const inline = (text) => escape(text).replace(REFERENCE, '<bdi class="ref">$&</bdi>');

// ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Walk a node's children; each run of inline content between blocks is a paragraph {kind, html, text, list}. */
function read(parent, blocks, style, list = null) {
  let html = "";
  let text = "";
  const flush = () => {
    if (text.trim() || html.includes("<bdi")) blocks.push({ kind: "p", html: trimmed(html), text: text.trim(), list: item() });
    html = "";
    text = "";
  };
  // The first paragraph of a point carries its label, whatever elements lie between; the others go on with it.
  const item = () => {
    if (!list) return null;
    const mine = { level: list.level, kind: list.kind, group: list.group, continues: list.begun };
    list.begun = true;
    return mine;
  };
  const walk = (node, marks) => {
    if (node.nodeType === 3) {
      const words = clean(node.data);
      text += words;
      html += dressed(inline(words), marks);
    } else if (node.nodeType !== 1) return;
    else if (node.tagName === "BR") {
      if (text.trim()) html += "<br>";
      text += " ";
    } else if (node.tagName === "TABLE") {
      flush();
      blocks.push(table(node));
    } else if (node.tagName === "UL" || node.tagName === "OL") {
      flush();
      items(node, blocks, marks, (list?.level ?? 0) + 1);
    } else if (BLOCKS.has(node.tagName)) {
      flush();
      read(node, blocks, marked(node, marks), word(node) ?? list);
    } else if (!/mso-list:\s*ignore|display:\s*none|mso-hide:\s*all/i.test(said(node))) {
      for (const child of node.childNodes) walk(child, marked(node, marks));
    }
  };
  for (const child of parent.childNodes) walk(child, style);
  flush();
}

function marked(element, marks) {
  const style = said(element);
  const { tagName } = element;
  const bold = /font-weight\s*:\s*(bold|bolder|[6-9]00)/i.test(style) || ["B", "STRONG"].includes(tagName) || HEADINGS.test(tagName);
  const plain = /font-weight\s*:\s*(normal|[1-4]00)/i.test(style);
  const underline = tagName === "U" || tagName === "INS" || /text-decoration[^;]*underline/i.test(style);
  return { bold: plain ? false : bold || marks.bold, underline: underline || marks.underline };
}

function dressed(html, { bold, underline }) {
  if (!html.trim()) return html;
  const strong = bold ? `<b>${html}</b>` : html;
  return underline ? `<u>${strong}</u>` : strong;
}

const trimmed = (html) => html.replace(/^(?:\s|<br>)+|(?:\s|<br>)+$/g, "");

/** What Word says of a paragraph that it numbers itself: its level, and the kind of its label. */
function word(element) {
  const found = /mso-list:\s*l(\d+)\s+level(\d+)\s+lfo(\d+)/i.exec(said(element));
  if (!found) return null;
  const ignored = [...element.querySelectorAll("[data-said]")].find((one) => /mso-list:\s*ignore/i.test(said(one)));
  const mark = `${clean(ignored?.textContent ?? "").trim()} `;
  const kind = label(mark)?.kind ?? (/[\p{L}\p{N}]/u.test(mark) ? "digits" : "bullet");
  return { begun: false, level: Number(found[2]), kind, group: `${found[1]}-${found[3]}` };
}

function items(node, blocks, marks, level) {
  const numbered = node.tagName === "OL";
  const kind = numbered ? (node.classList.contains("words") ? "awwalan" : "digits") : "bullet";
  for (const child of node.children) {
    if (child.tagName === "UL" || child.tagName === "OL") items(child, blocks, marks, level + 1);
    else read(child, blocks, marked(child, marks), { begun: false, level, kind, group: "" });
  }
}

function table(element) {
  const rows = [];
  const held = []; // per column: how many rows below a tall cell still covers
  for (const line of element.rows) {
    const row = [];
    const fill = () => {
      while (held[row.length] > 0) {
        held[row.length] -= 1;
        row.push({ tag: "td", html: "<p></p>", text: "" });
      }
    };
    for (const one of line.cells) {
      fill();
      for (let extra = 0; extra < Math.min(one.colSpan || 1, COLUMNS + 1); extra += 1) {
        held[row.length] = (one.rowSpan || 1) - 1;
        row.push(extra ? { tag: "td", html: "<p></p>", text: "" } : cell(one));
      }
    }
    fill();
    rows.push(row);
  }
  const width = Math.max(0, ...rows.map((row) => row.length));
  for (const row of rows) while (row.length < width) row.push({ tag: "td", html: "<p></p>", text: "" });
  if (!width) return { kind: "p", html: "", text: "" };
  if (width > COLUMNS) return { kind: "rows", rows: rows.map((row) => row.map((one) => one.text).filter(Boolean).join(" — ")) };
  return { kind: "table", rows };
}

/** A cell holds paragraphs alone: its lists and tables are written out. */
function cell(element) {
  const blocks = [];
  read(element, blocks, { bold: false, underline: false });
  const lines = blocks.flatMap((one) => {
    if (one.kind === "table") return one.rows.map((row) => ({ text: row.map((each) => each.text).join(" — ") }));
    if (one.kind === "rows") return one.rows.map((text) => ({ text }));
    const dash = one.list && !one.list.continues ? "- " : "";
    return [{ html: dash + one.html, text: dash + one.text }];
  });
  return {
    tag: element.tagName === "TH" ? "th" : "td",
    html: lines.map((one) => `<p>${one.html ?? inline(one.text)}</p>`).join("") || "<p></p>",
    text: lines.map((one) => one.text).join(" ").trim(),
  };
}

// ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Paragraphs that only look like points (أولًا: … ثانيًا: …) become points, if they count from one in order. */
function merged(blocks) {
  const out = [];
  let run = null;
  for (const block of blocks) {
    const found = block.kind === "p" && !block.list ? label(block.text) : null;
    const next = found && run?.kind === found.kind && found.number === (found.number && run.count + 1);
    if (found && (next || found.number <= 1)) {
      if (!next) run = { kind: found.kind, count: 0, group: `typed-${out.length}` };
      run.count += 1;
      const list = { level: 1, kind: found.kind, group: run.group };
      out.push({ ...block, html: withoutLabel(block.html, found.length), list });
    } else {
      if (!block.list?.continues) run = null;
      out.push(block);
    }
  }
  return out;
}

/** Cut so many characters of text off the front of HTML that holds only our own tags. */
function withoutLabel(html, length) {
  let left = length;
  return html
    .split(/(<[^>]*>)/)
    .map((part) => {
      if (part.startsWith("<") || !left) return part;
      const letters = part.match(/&[a-z]+;|[\s\S]/gu) ?? [];
      const cut = Math.min(left, letters.length);
      left -= cut;
      return letters.slice(cut).join("");
    })
    .join("")
    .replace(/<(b|u)><\/\1>/g, "");
}

/** Gather points into a tree of lists, at most three deep. */
function nested(blocks) {
  const root = [];
  const open = []; // lists from the outside in: {kind, group, items}
  for (const block of blocks) {
    if (!block.list) {
      open.length = 0;
      root.push(block);
      continue;
    }
    const level = Math.min(Math.max(1, block.list.level), open.length + 1, LEVELS);
    open.length = Math.min(open.length, level);
    const last = open.at(-1);
    if (block.list.continues && last) {
      last.items.at(-1).blocks.push(block);
      continue;
    }
    if (open.length === level && (last.kind !== block.list.kind || last.group !== block.list.group)) open.length -= 1;
    if (open.length < level) {
      const begun = { kind: "list", style: block.list.kind, items: [], group: block.list.group };
      (open.length ? open.at(-1).items.at(-1).blocks : root).push(begun);
      open.push({ kind: block.list.kind, group: block.list.group, items: begun.items });
    }
    open.at(-1).items.push({ blocks: [block] });
  }
  return root;
}

// ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function write(blocks) {
  return blocks.map((block) => {
    if (block.kind === "p") return block.html ? `<p>${block.html}</p>` : "";
    if (block.kind === "rows") return block.rows.map((text) => `<p>${inline(text)}</p>`).join("");
    if (block.kind === "table") {
      const rows = block.rows.map((row) => `<tr>${row.map((one) => `<${one.tag}>${one.html}</${one.tag}>`).join("")}</tr>`);
      return `<table><tbody>${rows.join("")}</tbody></table>`;
    }
    const tag = block.style === "bullet" ? "ul" : "ol";
    const shown = block.style === "awwalan" ? ' class="words"' : "";
    const points = block.items.map((item) => `<li>${write(item.blocks)}</li>`);
    return `<${tag}${shown}>${points.join("")}</${tag}>`;
  }).join("");
}
