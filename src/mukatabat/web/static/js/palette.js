// SPDX-License-Identifier: EUPL-1.2
// The command palette: pages and acts are gathered from the page itself when it opens, letters come from the server.

const dialog = document.getElementById("palette");
const line = document.getElementById("palette-line");
const list = document.getElementById("palette-options");
const groups = { acts: document.getElementById("palette-acts"), pages: document.getElementById("palette-pages") };
const ACTS = "main [data-key],main [data-key-send],main [data-key-sign],main .acts .btn";
const PAGES = "nav.rail a,details.menu a[href]";
let made = [];

const visible = (element) => element.getClientRects().length > 0;
const words = (element) => {
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll("kbd,b,.n,.vh")) key.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
};

// Words match whatever their spelling of hamza, ya and ta marbuta, as they do in the register.
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/[\u0640\u064B-\u065F\u0670]/g, "")
    .replace(/[أإآٱ]/g, "ا")
    .replace(/ى/g, "ي")
    .replace(/ة/g, "ه")
    .toLowerCase();

function option(label, run, icon) {
  const element = document.createElement("div");
  element.setAttribute("role", "option");
  element.setAttribute("aria-selected", "false");
  element.id = `command-${made.length}`;
  if (icon) element.append(icon.cloneNode(true));
  element.append(label);
  made.push({ element, text: fold(label), run });
  return element;
}

function gather() {
  made = [];
  groups.acts.replaceChildren();
  groups.pages.replaceChildren();
  document.getElementById("palette-found").replaceChildren();
  const seen = new Set();
  const add = (group, source, run) => {
    const label = source.getAttribute("aria-label") ?? words(source);
    if (!label || seen.has(label)) return;
    seen.add(label);
    group.append(option(label, run, source.querySelector("svg")));
  };
  for (const act of document.querySelectorAll(ACTS)) if (visible(act)) add(groups.acts, act, () => act.click());
  for (const page of document.querySelectorAll(PAGES)) add(groups.pages, page, () => window.location.assign(page.href));
}

const shown = () => [...list.querySelectorAll("[role=option]")].filter(visible);
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(element) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!element) return line.removeAttribute("aria-activedescendant");
  element.setAttribute("aria-selected", "true");
  element.scrollIntoView({ block: "nearest" });
  return line.setAttribute("aria-activedescendant", element.id);
}

function narrow() {
  const typed = fold(line.value).split(" ").filter(Boolean);
  document.getElementById("command-find")?.remove();
  for (const one of made) one.element.hidden = !typed.every((word) => one.text.includes(word));
  if (typed.length) {
    const find = document.createElement("div");
    find.setAttribute("role", "option");
    find.setAttribute("aria-selected", "false");
    find.id = "command-find";
    const text = document.createElement("bdi");
    text.textContent = line.value.trim();
    find.append(`${list.dataset.findWord}: `, text);
    groups.pages.after(find);
  }
  choose(shown()[0]);
}

function open() {
  if (dialog.open || document.querySelector("dialog[open]")) return;
  line.value = "";
  gather();
  dialog.showModal();
  narrow();
  line.focus();
}

function run(element) {
  if (!element) return;
  if (element.id === "command-find") {
    const address = new URL(list.dataset.findUrl, window.location.href);
    address.searchParams.set("q", line.value.trim());
    window.location.assign(address);
    return;
  }
  dialog.close();
  if (element.dataset.url) window.location.assign(element.dataset.url);
  else made.find((one) => one.element === element)?.run();
}

document.addEventListener("mukatabat:palette", open);
line?.addEventListener("input", narrow);
list?.addEventListener("click", (event) => run(event.target.closest("[role=option]")));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "palette-found" && !chosen()) choose(shown()[0]);
});
dialog?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    const all = shown();
    const step = event.code === "ArrowDown" ? 1 : -1;
    event.preventDefault();
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  } else if (event.code === "Enter" || event.code === "NumpadEnter") {
    event.preventDefault();
    run(chosen());
  }
});
