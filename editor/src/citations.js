// SPDX-License-Identifier: EUPL-1.2
// Citing with @: what is typed after it is looked for among the letters that one may see; a chosen one becomes its number.

import { Extension } from "@tiptap/core";
import { Plugin, PluginKey } from "@tiptap/pm/state";

const TYPED = /(?:^|[\s(«\u00a0\ufffc])@([^@\n\ufffc]{0,60})$/u;
const WAIT = 150;
const KEY = new PluginKey("citing");

const asked = (state) => {
  const { $from, empty } = state.selection;
  if (!empty || !$from.parent.isTextblock) return null;
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 80), $from.parentOffset, null, "\ufffc");
  const found = TYPED.exec(before);
  return found ? { text: found[1], from: $from.pos - found[1].length - 1, to: $from.pos } : null;
};

/** The citations of an editor in `root`: its extension, and open(editor), which types the @. */
export function citing(root) {
  const box = document.querySelector("[data-citations]");
  if (!box) return { extension: Extension.create({ name: "citing" }), open: () => false };
  const list = box.querySelector("[role=listbox]");
  const typed = box.querySelector("[data-typed]");
  const empty = box.querySelector("[data-none]");
  let timer;
  let hits = [];
  let at = 0;
  let shut = null; // the place of an @ that Escape closed
  let shown = "";
  let editor;

  const isOpen = () => !box.hidden;
  const options = () => [...list.children];
  const mark = (index) => {
    at = index;
    options().forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    options()[at]?.scrollIntoView({ block: "nearest" });
    if (options()[at]) editor.view.dom.setAttribute("aria-activedescendant", options()[at].id);
    else editor.view.dom.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    clearTimeout(timer);
    box.hidden = true;
    hits = [];
    shown = "";
    list.replaceChildren();
    const { dom } = editor.view;
    for (const name of ["aria-activedescendant", "aria-controls", "aria-autocomplete"]) dom.removeAttribute(name);
  };
  /** Put the list under the @, inside the sheet. */
  const settle = (place) => {
    const caret = editor.view.coordsAtPos(place.from);
    const frame = root.getBoundingClientRect();
    const rtl = getComputedStyle(root).direction === "rtl";
    box.style.insetBlockStart = `${caret.bottom - frame.top + root.offsetTop + 6}px`;
    const room = Math.max(0, frame.width - box.offsetWidth);
    const start = rtl ? frame.right - caret.right : caret.left - frame.left;
    box.style.insetInlineStart = `${Math.min(room, Math.max(0, start - 20))}px`;
  };
  const draw = (template) => {
    list.replaceChildren(...hits.map((hit, index) => {
      const option = template.content.firstElementChild.cloneNode(true);
      option.id = `citation-${index}`;
      option.querySelector("[data-reference]").textContent = hit.reference;
      option.querySelector("[data-subject]").textContent = hit.subject;
      option.querySelector("[data-with]").textContent = hit.with;
      option.querySelector("[data-date]").textContent = hit.date;
      option.querySelector("[data-way]").textContent = hit.way;
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => choose(index, true));
      return option;
    }));
    empty.hidden = hits.length > 0;
    mark(hits.length ? 0 : -1);
    document.dispatchEvent(new CustomEvent("mukatabat:say", { detail: hits.length ? `${hits[0].reference} ${hits[0].subject}` : empty.textContent }));
  };
  const look = async (place) => {
    const address = new URL(box.dataset.citations, window.location.href);
    address.searchParams.set("q", place.text);
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
      const answer = await response.json();
      if (!isOpen() || shown !== place.text) return;
      hits = answer.citations ?? [];
      draw(box.querySelector("template"));
    } catch {
      hits = [];
      empty.hidden = false;
    }
  };
  const choose = (index, dated) => {
    const hit = hits[index];
    const place = asked(editor.state);
    if (!hit || !place) return;
    const content = [{ type: "reference", attrs: { value: hit.reference } }];
    content.push({ type: "text", text: dated && hit.dated ? ` ${hit.dated} ` : " " });
    close();
    editor.view.focus();
    editor.commands.insertContentAt({ from: place.from, to: place.to }, content);
  };
  const follow = (view) => {
    const place = view.editable && view.hasFocus() ? asked(view.state) : null;
    if (!place || place.from === shut) {
      if (!place) shut = null;
      if (isOpen()) close();
      return;
    }
    if (!isOpen()) {
      box.hidden = false;
      view.dom.setAttribute("aria-autocomplete", "list");
      view.dom.setAttribute("aria-controls", list.id);
      shown = null;
    }
    settle(place);
    typed.textContent = place.text;
    if (shown === place.text) return;
    shown = place.text;
    clearTimeout(timer);
    timer = setTimeout(() => look(place), WAIT);
  };
  const key = (_view, event) => {
    if (!isOpen()) return false;
    if (event.code === "Escape") {
      shut = asked(editor.state)?.from ?? null;
      close();
      event.preventDefault();
      event.stopPropagation();
      return true;
    }
    if ((event.code === "ArrowDown" || event.code === "ArrowUp") && hits.length) {
      mark((at + (event.code === "ArrowDown" ? 1 : -1) + hits.length) % hits.length);
      return true;
    }
    if ((event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") && hits.length && !event.ctrlKey) {
      choose(Math.max(0, at), !event.shiftKey);
      return true;
    }
    return false;
  };

  const extension = Extension.create({
    name: "citing",
    priority: 2000,
    onCreate() {
      editor = this.editor;
    },
    onBeforeCreate() {
      editor = this.editor;
    },
    addProseMirrorPlugins() {
      return [
        new Plugin({
          key: KEY,
          props: { handleKeyDown: key },
          view: () => ({ update: follow }),
        }),
      ];
    },
    onBlur() {
      if (isOpen()) close();
    },
  });
  const open = (which) => {
    const { $from } = which.state.selection;
    const before = $from.parent.textBetween(0, $from.parentOffset, null, " ");
    which.view.focus();
    which.commands.insertContent(before && !/\s$/.test(before) ? " @" : "@");
    return true;
  };
  return { extension, open };
}
