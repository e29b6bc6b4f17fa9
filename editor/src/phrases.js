// SPDX-License-Identifier: EUPL-1.2
// Templates and canned paragraphs: two menus whose content the server gives when they first open.

import { closed } from "./schema.js";

/** Fill the menus of a toolbar. */
export function phrases(bar, editor, tell) {
  const address = bar.dataset.phrases;
  if (!address) return;
  const token = document.querySelector("#draft [name=csrfmiddlewaretoken]")?.value ?? "";
  const type = () => document.getElementById("id_letter_type")?.value ?? "";
  let known = null;

  const load = async () => {
    if (known) return known;
    const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
    known = await response.json();
    return known;
  };
  const item = (text, detail, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "menuitem");
    button.tabIndex = -1;
    const name = document.createElement("bdi");
    name.textContent = text;
    button.append(name);
    if (detail) {
      const small = document.createElement("small");
      small.textContent = detail;
      button.append(small);
    }
    button.addEventListener("click", act);
    return button;
  };
  const empty = () => editor.state.doc.textContent.trim() === "" && editor.state.doc.childCount === 1;
  const put = (content, whole) => {
    editor.view.focus();
    if (whole && empty()) editor.commands.setContent(content, { emitUpdate: true });
    else editor.commands.insertContent(content.content);
  };

  const fill = (menu, choices) => {
    const list = menu.querySelector("[data-choices]");
    list.replaceChildren(...choices);
    if (!menu.hidden) (list.querySelector("[role=menuitem]") ?? menu.querySelector("[role=menuitem]"))?.focus();
  };
  const shut = (menu) => {
    menu.hidden = true;
    bar.querySelector(`[aria-controls=${menu.id}]`)?.setAttribute("aria-expanded", "false");
  };
  const opener = (name, choices) => {
    const menu = bar.querySelector(`[data-menu-of=${name}]`);
    menu?.addEventListener("opened", async () => {
      try {
        fill(menu, choices(await load(), menu));
      } catch {
        tell(bar.dataset.noLine);
      }
    });
    return menu;
  };

  opener("templates", ({ templates }, menu) => {
    const usual = templates.filter((one) => one.types.includes(type()));
    return [...usual, ...templates.filter((one) => !usual.includes(one))].map((one) =>
      item(one.title, one.detail, () => {
        shut(menu);
        put(one.content, true);
        bar.querySelector("[data-template-name]").textContent = one.title;
      }),
    );
  });
  const menu = opener("paragraphs", ({ paragraphs }, box) =>
    paragraphs.map((one) => {
      const chosen = item(one.title, one.detail, () => {
        shut(box);
        put(one.content, false);
      });
      return one.id ? row(chosen, one) : chosen;
    }),
  );

  /** A paragraph that somebody kept can be dropped as well. */
  function row(chosen, one) {
    const line = document.createElement("div");
    line.className = "tool-row";
    line.setAttribute("role", "presentation");
    const drop = item(bar.dataset.dropLabel, "", async () => {
      shut(menu);
      const data = new FormData();
      data.set("forget", one.id);
      await post(data);
    });
    drop.dataset.forget = one.id;
    drop.setAttribute("aria-label", `${bar.dataset.dropLabel}: ${one.title}`);
    line.append(chosen, drop);
    return line;
  }

  async function post(data) {
    try {
      const response = await fetch(address, { method: "POST", body: data, headers: { "X-CSRFToken": token, Accept: "application/json" }, redirect: "error" });
      const answer = await response.json();
      known = response.ok ? null : known;
      tell(answer.message ?? "");
    } catch {
      tell(bar.dataset.noLine);
    }
    editor.view.focus();
  }

  for (const button of menu?.querySelectorAll("[data-keep]") ?? []) {
    button.addEventListener("click", async () => {
      shut(menu);
      const { from, to, empty: nothing } = editor.state.selection;
      if (nothing) return tell(bar.dataset.selectFirst);
      const cut = editor.state.doc.cut(from, to).toJSON();
      const data = new FormData();
      data.set("content", JSON.stringify(closed(cut)));
      data.set("for", button.dataset.keep);
      return post(data);
    });
  }
}
