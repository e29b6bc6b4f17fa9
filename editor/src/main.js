// SPDX-License-Identifier: EUPL-1.2
// The letter editor: takes the place of the plain text area of the compose page (letters/_editor.html), which stays for
// whoever has no scripts. It speaks to the rest of the page through the hidden field "content" and through events.

import { Editor } from "@tiptap/core";
import { DOMParser as Reader } from "@tiptap/pm/model";
import { citing } from "./citations.js";
import { PASTE_LIMIT, bottomless, fromHtml, fromText } from "./paste.js";
import { phrases } from "./phrases.js";
import { NODES, SIZE, closed } from "./schema.js";
import { toolbar } from "./toolbar.js";
import { Typing } from "./typing.js";

const place = document.querySelector("[data-editor]");
if (place) start(place);

function start(root) {
  const area = document.getElementById("id_body");
  const field = document.querySelector("[data-content]");
  const words = root.dataset;
  const tell = (text) => {
    const line = document.querySelector("[data-remark]");
    if (line) {
      line.hidden = !text;
      line.querySelector("span").textContent = text;
    }
    if (text) document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: text }));
  };
  const cite = citing(root);

  const editor = new Editor({
    element: root,
    extensions: [...NODES, Typing, cite.extension],
    injectCSS: false,
    enableInputRules: false,
    enablePasteRules: false,
    editable: !("readonly" in words),
    content: opened(field.value),
    editorProps: {
      attributes: {
        role: "textbox", "aria-multiline": "true", "aria-label": words.label, dir: area.dir, lang: area.lang,
        spellcheck: "true", class: "text", ...("readonly" in words ? { tabindex: "0", "aria-readonly": "true" } : {}),
      },
      // Before anything is parsed: what is too much is never looked at. Sending is the page's, which the editor would swallow.
      handleDOMEvents: {
        paste: (_view, event) => stopped(event, event.clipboardData), drop: (_view, event) => stopped(event, event.dataTransfer),
        keydown: (_view, event) => (event.ctrlKey || event.metaKey) && (event.code === "Enter" || event.code === "NumpadEnter"),
      },
      transformPastedHTML: (html) => incoming(html),
      clipboardTextParser: (text, $context, _plain, view) => parsed(fromText(text), $context, view),
    },
    onUpdate: () => write(true),
  });

  function opened(json) {
    try {
      return JSON.parse(json);
    } catch {
      return fromText(area.value) || { type: "doc", content: [{ type: "paragraph" }] };
    }
  }

  function write(touched) {
    const text = JSON.stringify(closed(editor.getJSON()));
    if (text === field.value) return;
    field.value = text;
    if (touched) field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // ── what comes in ─────────────────────────────────────────────────────────────────────────────────────────────────

  const refusesFiles = (data) => {
    const files = [...(data?.files ?? [])];
    if (!files.length || data.getData("text/html") || data.getData("text/plain")) return false;
    tell(files.some((one) => one.type.startsWith("image/")) ? words.noImages : words.noFiles);
    return true;
  };

  function stopped(event, data) {
    tell("");
    const size = Math.max(data?.getData("text/html").length ?? 0, data?.getData("text/plain").length ?? 0);
    if (size > PASTE_LIMIT || bottomless(data?.getData("text/html") ?? "")) tell(words.tooLarge);
    else if (!refusesFiles(data)) return false;
    event.preventDefault();
    return true;
  }

  function incoming(html) {
    if (/data-pm-slice/.test(html)) return html; // our own
    const { html: ours, images } = fromHtml(html);
    if (images) tell(words.noImages);
    return fitting(ours);
  }

  function fitting(html) {
    if (html.length <= 2 * SIZE) return html; // tags and Arabic letters in bytes even out, roughly; the server counts
    tell(words.tooLarge);
    return "";
  }

  function parsed(html, $context, view) {
    const page = new window.DOMParser().parseFromString(fitting(html), "text/html");
    return Reader.fromSchema(view.state.schema).parseSlice(page.body, { preserveWhitespace: true, context: $context });
  }

  // ── the page around ───────────────────────────────────────────────────────────────────────────────────────────────

  document.addEventListener("mukatabat:restore", (event) => {
    editor.commands.setContent(opened(event.detail), { emitUpdate: false });
    write(false);
  });

  write(false);
  const held = document.activeElement === area;
  field.disabled = false;
  area.disabled = true;
  area.hidden = true;
  document.querySelector(`label[for=${area.id}]`)?.remove();
  // What leads to the text, such as the summary of errors, leads to the editor now.
  const { id } = area;
  area.id = `${id}_plain`;
  editor.view.dom.id = id;
  root.hidden = false;
  if (held) {
    editor.commands.setTextSelection(editor.state.doc.content.size);
    editor.view.focus();
  }
  for (const hint of document.querySelectorAll("[data-plain-only]")) hint.hidden = true;
  const bar = document.querySelector("[data-toolbar]");
  if (bar && editor.isEditable) {
    bar.hidden = false;
    toolbar(bar, editor, cite.open);
    phrases(bar, editor, tell);
  }
  document.dispatchEvent(new CustomEvent("mukatabat:editor", { detail: root }));
}
