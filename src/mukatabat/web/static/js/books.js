// SPDX-License-Identifier: EUPL-1.2
// Register books: columns dragged or keyed to a width that is kept, and digits typed anywhere that filter by serial.

const TYPING = "input,textarea,select,[contenteditable]";
const STEP = 16;
const NARROWEST = 48;
const WIDEST = 900;
const KEEP_AFTER = 600;
let keeping;

// Widths are set through the object model, never as attributes: the policy allows no style in the page.
function widen(column, width) {
  const bounded = Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)));
  column.style.inlineSize = `${bounded}px`;
  column.dataset.width = String(bounded);
  column.querySelector("[role=separator]")?.setAttribute("aria-valuenow", String(bounded));
}

function keep(table) {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    const widths = {};
    for (const column of table.querySelectorAll("th[data-width]")) {
      widths[column.dataset.column] = Number(column.dataset.width);
    }
    const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"] };
    const body = new URLSearchParams({ widths: JSON.stringify(widths) });
    fetch(table.dataset.widthsUrl, { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }, KEEP_AFTER);
}

// A change begins with every column as wide as it stands, so that one moves and the others stay: kept widths that fill
// less than the page were stretched over it.
function fix(table) {
  const columns = [...table.querySelectorAll("th[data-column]")];
  const now = columns.map((column) => column.getBoundingClientRect().width);
  columns.forEach((column, place) => widen(column, now[place]));
  table.classList.add("fixed");
}

function drag(table, column, grip) {
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    fix(table);
    const start = event.clientX;
    const from = column.getBoundingClientRect().width;
    const side = getComputedStyle(table).direction === "rtl" ? -1 : 1;
    const move = (moved) => widen(column, from + side * (moved.clientX - start));
    const end = () => {
      grip.removeEventListener("pointermove", move);
      keep(table);
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", end, { once: true });
    grip.addEventListener("pointercancel", end, { once: true });
  });
  grip.addEventListener("keydown", (event) => {
    if (event.code !== "ArrowLeft" && event.code !== "ArrowRight") return;
    event.preventDefault();
    event.stopPropagation();
    fix(table);
    const onward = (event.code === "ArrowRight") === (getComputedStyle(table).direction !== "rtl");
    widen(column, column.getBoundingClientRect().width + (onward ? STEP : -STEP));
    keep(table);
  });
}

function grips(table) {
  if (table.dataset.ready) return;
  table.dataset.ready = "yes";
  const kept = JSON.parse(table.dataset.widths || "{}");
  for (const column of table.querySelectorAll("th[data-column]")) {
    const grip = document.createElement("span");
    grip.className = "grip";
    grip.tabIndex = 0;
    grip.setAttribute("role", "separator");
    grip.setAttribute("aria-orientation", "vertical");
    grip.setAttribute("aria-label", `${table.dataset.wider}: ${column.textContent}`);
    grip.setAttribute("aria-valuemin", String(NARROWEST));
    grip.setAttribute("aria-valuemax", String(WIDEST));
    grip.setAttribute("aria-valuenow", String(Math.round(column.getBoundingClientRect().width)));
    column.append(grip);
    drag(table, column, grip);
  }
  if (Object.keys(kept).length && window.matchMedia("(min-width: 901px)").matches) {
    fix(table);
    for (const column of table.querySelectorAll("th[data-column]")) {
      if (kept[column.dataset.column]) widen(column, kept[column.dataset.column]);
    }
  }
}

const ready = () => document.querySelectorAll("table[data-columns]").forEach(grips);

// A digit typed anywhere, in whatever script the keyboard writes, begins a number in the filter.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (!/^[0-9٠-٩۰-۹]$/u.test(event.key) || event.target.matches(TYPING)) return;
  if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
  const filter = document.querySelector("[data-serial-filter]");
  if (!filter) return;
  event.preventDefault();
  filter.value = event.key;
  filter.focus();
  filter.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("htmx:afterSwap", ready);
ready();
