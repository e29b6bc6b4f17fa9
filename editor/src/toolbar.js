// SPDX-License-Identifier: EUPL-1.2
// The toolbar: one stop of the Tab key, arrows inside, menus that open downwards, Escape back into the text.

import * as tables from "@tiptap/pm/tables";
import { LEVELS } from "./schema.js";
import { depthOfLists } from "./typing.js";

const list = (editor, name, style) => {
  const active = editor.isActive(name, style ? { style } : {});
  if (active) return editor.commands.liftListItem("list_item");
  if (style && editor.isActive("ordered_list")) return editor.commands.updateAttributes("ordered_list", { style });
  return editor.commands.toggleList(name, "list_item", false, style ? { style } : {});
};

function insertTable(editor) {
  const { table, table_row: row, table_cell: cell, table_header: head } = editor.schema.nodes;
  const line = (type) => row.create(null, [0, 1, 2].map(() => type.createAndFill()));
  const node = table.create(null, [line(head), line(cell), line(cell)]);
  if (editor.isActive("table") || editor.isActive("list_item")) return false;
  const at = editor.state.selection.from;
  return editor.chain().insertContent(node.toJSON()).setTextSelection(at + 3).run();
}

const onTable = (command) => (editor) => command(editor.state, editor.view.dispatch);

const ACTS = {
  bold: (editor) => editor.commands.toggleMark("bold"),
  underline: (editor) => editor.commands.toggleMark("underline"),
  awwalan: (editor) => list(editor, "ordered_list", "awwalan"),
  digits: (editor) => list(editor, "ordered_list", "digits"),
  bullets: (editor) => list(editor, "bullet_list"),
  deeper: (editor) => depthOfLists(editor.state.selection.$from) < LEVELS && editor.commands.sinkListItem("list_item"),
  out: (editor) => editor.commands.liftListItem("list_item"),
  undo: (editor) => editor.commands.undo(),
  redo: (editor) => editor.commands.redo(),
  "table-insert": insertTable,
  "row-above": onTable(tables.addRowBefore),
  "row-below": onTable(tables.addRowAfter),
  "column-before": onTable(tables.addColumnBefore),
  "column-after": onTable(tables.addColumnAfter),
  "row-delete": onTable(tables.deleteRow),
  "column-delete": onTable(tables.deleteColumn),
  "row-head": onTable(tables.toggleHeaderRow),
  "table-delete": onTable(tables.deleteTable),
};

const PRESSED = {
  bold: (editor) => editor.isActive("bold"),
  underline: (editor) => editor.isActive("underline"),
  awwalan: (editor) => editor.isActive("ordered_list", { style: "awwalan" }),
  digits: (editor) => editor.isActive("ordered_list", { style: "digits" }),
  bullets: (editor) => editor.isActive("bullet_list"),
};

const seen = (element) => element.getClientRects().length > 0;

/** Wire a toolbar element to an editor; `cite` opens the citations. */
export function toolbar(bar, editor, cite) {
  const stops = () => [...bar.querySelectorAll(":scope > button, :scope > .tool-menu > button")].filter(seen);
  const menuOf = (button) => document.getElementById(button.getAttribute("aria-controls"));
  const rest = (button) => {
    for (const one of bar.querySelectorAll("button:not([role=menuitem])")) one.tabIndex = one === button ? 0 : -1;
  };
  const shut = (back) => {
    for (const button of bar.querySelectorAll("[aria-expanded=true]")) {
      button.setAttribute("aria-expanded", "false");
      menuOf(button).hidden = true;
      if (back) button.focus();
    }
  };
  const open = (button) => {
    shut(false);
    button.setAttribute("aria-expanded", "true");
    const menu = menuOf(button);
    menu.hidden = false;
    const inTable = editor.isActive("table");
    for (const one of menu.querySelectorAll("[data-in-table]")) one.disabled = (one.dataset.inTable === "yes") !== inTable;
    menu.dispatchEvent(new CustomEvent("opened"));
    menu.querySelector("[role=menuitem]:not(:disabled)")?.focus();
  };
  const step = (from, all, by) => all[(all.indexOf(from) + by + all.length) % all.length]?.focus();

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("aria-controls")) {
      if (button.getAttribute("aria-expanded") === "true") shut(true);
      else open(button);
      return;
    }
    const act = button.dataset.do;
    if (act) shut(false);
    if (act === "cite") cite(editor);
    else if (act) {
      ACTS[act]?.(editor);
      // At once: what TipTap's own focus() puts off to the next frame, a quick hand's next keys would miss.
      editor.view.focus();
    }
  });
  bar.addEventListener("focusin", (event) => {
    if (event.target.matches("button:not([role=menuitem])")) rest(event.target);
  });
  bar.addEventListener("keydown", (event) => {
    const item = event.target.closest("[role=menuitem]");
    const menu = item?.closest("[role=menu]");
    const rtl = getComputedStyle(bar).direction === "rtl";
    if (event.code === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (menu) shut(true);
      else editor.view.focus();
    } else if (menu && (event.code === "ArrowDown" || event.code === "ArrowUp")) {
      event.preventDefault();
      step(item, [...menu.querySelectorAll("[role=menuitem]:not(:disabled)")].filter(seen), event.code === "ArrowDown" ? 1 : -1);
    } else if (!menu && event.code === "ArrowDown" && event.target.hasAttribute("aria-controls")) {
      event.preventDefault();
      open(event.target);
    } else if (!menu && (event.code === "ArrowLeft" || event.code === "ArrowRight")) {
      event.preventDefault();
      step(event.target, stops(), (event.code === "ArrowLeft") === rtl ? 1 : -1);
    } else if (!menu && (event.code === "Home" || event.code === "End")) {
      event.preventDefault();
      stops().at(event.code === "Home" ? 0 : -1)?.focus();
    } else if (menu && event.code === "Tab") shut(false);
  });
  document.addEventListener("click", (event) => {
    if (!bar.contains(event.target)) shut(false);
  });
  editor.view.dom.addEventListener("keydown", (event) => {
    if (event.code !== "F10" || !event.altKey) return;
    event.preventDefault();
    (bar.querySelector("button[tabindex='0']") ?? stops()[0])?.focus();
  });
  const show = () => {
    for (const [name, pressed] of Object.entries(PRESSED)) {
      bar.querySelector(`[data-do=${name}]`)?.setAttribute("aria-pressed", String(pressed(editor)));
    }
  };
  editor.on("transaction", show);
  rest(stops()[0]);
  show();
}
