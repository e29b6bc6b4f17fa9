// SPDX-License-Identifier: EUPL-1.2
// What happens while somebody types: lists that begin by themselves, keys of lists and tables, the direction of each
// paragraph, characters that may not stand in a letter.

import { Extension } from "@tiptap/core";
import { history, redo, undo } from "@tiptap/pm/history";
import { InputRule, inputRules, wrappingInputRule } from "@tiptap/pm/inputrules";
import { Plugin } from "@tiptap/pm/state";
import { goToNextCell, tableEditing } from "@tiptap/pm/tables";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { allowed, label } from "./characters.js";
import { LEVELS } from "./schema.js";

const ARABIC = /\p{Script=Arabic}/u;
const LATIN = /\p{Script=Latin}/u;
const LISTS = new Set(["ordered_list", "bullet_list"]);

/** How many lists lie around a place. */
export function depthOfLists($place) {
  let count = 0;
  for (let depth = $place.depth; depth > 0; depth -= 1) if (LISTS.has($place.node(depth).type.name)) count += 1;
  return count;
}

export const inside = ($place, name) => {
  for (let depth = $place.depth; depth > 0; depth -= 1) if ($place.node(depth).type.name === name) return true;
  return false;
};

/** A paragraph turns round only when all its letters do (press/content/tree.py, direction). */
function directions(doc) {
  const found = [];
  doc.descendants((node, at) => {
    if (node.type.name !== "paragraph") return true;
    const text = node.textBetween(0, node.content.size, " ", () => " ");
    if (LATIN.test(text) && !ARABIC.test(text)) found.push(Decoration.node(at, at + node.nodeSize, { dir: "ltr" }));
    return false;
  });
  return DecorationSet.create(doc, found);
}

const directing = () =>
  new Plugin({
    state: {
      init: (_, { doc }) => directions(doc),
      apply: (transaction, old) => (transaction.docChanged ? directions(transaction.doc) : old),
    },
    props: {
      decorations(state) {
        return this.getState(state);
      },
    },
  });

/** Drop what may not stand in a letter, wherever it came from. */
const cleaning = () =>
  new Plugin({
    appendTransaction(transactions, _, state) {
      if (!transactions.some((one) => one.docChanged)) return null;
      const bad = [];
      state.doc.descendants((node, at) => {
        if (node.isText && allowed(node.text) !== node.text) bad.push({ node, at });
      });
      if (!bad.length) return null;
      const { tr } = state;
      for (const { node, at } of bad.reverse()) {
        const text = allowed(node.text);
        if (text) tr.replaceWith(at, at + node.nodeSize, state.schema.text(text, node.marks));
        else tr.delete(at, at + node.nodeSize);
      }
      return tr;
    },
  });

const paragraphStart = (pattern, type, attrs) => {
  const rule = wrappingInputRule(pattern, type, attrs, (match, before) =>
    before.type === type && (!attrs || before.attrs.style === attrs(match).style),
  );
  return new InputRule(pattern, (state, match, start, end) => {
    const $place = state.doc.resolve(start);
    if (depthOfLists($place) >= LEVELS || inside($place, "table")) return null;
    const found = label(match[0]);
    if (found && found.number > 1) return null; // a letter is not renumbered
    return rule.handler(state, match, start, end);
  });
};

const rules = ({ ordered_list: ordered, bullet_list: bullets }) =>
  inputRules({
    rules: [
      paragraphStart(/^(?:[1١۱])\s*[-–.)]\s$/, ordered, () => ({ style: "digits" })),
      paragraphStart(/^[أا]ول[اًا]{1,2}ً?\s*[:/]\s$/, ordered, () => ({ style: "awwalan" })),
      paragraphStart(/^[-–•]\s$/, bullets),
    ],
  });

export const Typing = Extension.create({
  name: "typing",
  addProseMirrorPlugins() {
    return [history(), directing(), cleaning(), rules(this.editor.schema.nodes), tableEditing()];
  },
  addCommands() {
    return {
      undo: () => ({ state, dispatch }) => undo(state, dispatch),
      redo: () => ({ state, dispatch }) => redo(state, dispatch),
    };
  },
  addKeyboardShortcuts() {
    const { editor } = this;
    const list = () => editor.isActive("list_item");
    const table = () => editor.isActive("table");
    return {
      "Mod-z": () => editor.commands.undo(),
      "Shift-Mod-z": () => editor.commands.redo(),
      "Mod-y": () => editor.commands.redo(),
      Enter: () => list() && (editor.commands.splitListItem("list_item") || editor.commands.liftListItem("list_item")),
      Backspace: () => {
        const { $from, empty } = editor.state.selection;
        return empty && list() && $from.parentOffset === 0 && $from.index(-1) === 0 && editor.commands.liftListItem("list_item");
      },
      // Tab stays what it is everywhere else: no keyboard is caught in the text.
      Tab: () => {
        if (table()) return goToNextCell(1)(editor.state, editor.view.dispatch);
        if (!list() || depthOfLists(editor.state.selection.$from) >= LEVELS) return false;
        return editor.commands.sinkListItem("list_item");
      },
      "Shift-Tab": () => {
        if (table()) return goToNextCell(-1)(editor.state, editor.view.dispatch);
        return list() && editor.commands.liftListItem("list_item");
      },
    };
  },
});
