// SPDX-License-Identifier: EUPL-1.2
// The document beside the panel: pages by need, zoom, search with every hit, text to select, thumbnails, the way on
// through the list. Without this file the first pages stand there as pictures, with links to the others.

const STEPS = [0.4, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const PIXELS_PER_POINT = 96 / 72;
const SEARCH_WAIT = 280;
const MOST_HITS = 500;
const MANY = 60;
const RETRY_WAIT = 2500;
const LIST = "mukatabat:list";
const SVG = document.querySelector("svg").namespaceURI;

const pages = document.querySelector("[data-viewer]");
const scroller = document.querySelector(".doc .scroll");
const say = (detail) => document.dispatchEvent(new CustomEvent("mukatabat:say", { detail }));
const act = (name) => document.querySelector(`[data-act="${name}"]`);
const digits = document.body.dataset.digits || "latn";
const written = (number) => new Intl.NumberFormat("en", { numberingSystem: digits, useGrouping: false }).format(number);
const read = (text) => {
  const plain = text.replace(/[٠-٩۰-۹]/g, (one) => String(one.charCodeAt(0) & 15));
  return /^\s*\d+\s*$/.test(plain) ? Number(plain) : NaN;
};

function make(name, attributes = {}, parent = null) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

// ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function outlineOf(runs) {
  const sizes = [];
  for (const [count, width, height] of runs) for (let i = 0; i < count; i += 1) sizes.push([width, height]);
  return sizes;
}

function viewer() {
  const { dataset } = pages;
  const sizes = outlineOf(JSON.parse(dataset.runs));
  const scales = JSON.parse(dataset.scales);
  const count = sizes.length;
  const figures = [];
  let current = 1;
  let zoom = null; // null: as wide as there is room
  const wideEnough = matchMedia("(min-width: 901px)"); // below, the whole page scrolls (view.css)
  const scrolls = () => wideEnough.matches;

  const pageUrl = (number, percent) => dataset.pageUrl.replace("/0/0/", `/${number}/${percent}/`);

  function place(number) {
    const [width, height] = sizes[number - 1];
    const figure = document.createElement("figure");
    figure.className = "page";
    figure.dataset.page = number;
    figure.style.aspectRatio = `${width} / ${height}`;
    return figure;
  }

  function picture(figure) {
    if (figure.querySelector("img")) return;
    const number = Number(figure.dataset.page);
    const [width, height] = sizes[number - 1];
    const image = document.createElement("img");
    Object.assign(image, { width: Math.round(width), height: Math.round(height), decoding: "async" });
    image.alt = `${dataset.sayPage} ${written(number)}`;
    image.sizes = `${Math.round(figure.clientWidth)}px`;
    image.srcset = scales.map((one) => `${pageUrl(number, one)} ${Math.max(1, Math.round((width * one) / 100))}w`).join(", ");
    image.src = pageUrl(number, 125);
    figure.prepend(image);
  }

  function fails(image) {
    const figure = image.closest(".page");
    if (!figure) return;
    const tried = Number(figure.dataset.tried ?? 0);
    if (tried < 1) {
      figure.dataset.tried = tried + 1;
      setTimeout(() => {
        const again = image.srcset;
        image.srcset = "";
        image.srcset = again;
      }, RETRY_WAIT);
      return;
    }
    figure.classList.add("bad");
    figure.dataset.bad = dataset.sayBad;
    image.alt = `${dataset.sayPage} ${figure.dataset.page}: ${dataset.sayBad}`;
  }

  async function words(figure) {
    if (figure.dataset.words) return;
    figure.dataset.words = "asked";
    const number = Number(figure.dataset.page);
    const answer = await fetch(dataset.wordsUrl.replace("/0/words/", `/${number}/words/`));
    if (!answer.ok) return;
    const { lines } = await answer.json();
    if (lines.length) figure.append(layer(lines, sizes[number - 1]));
  }

  // ── where the reader is ────────────────────────────────────────────────────────────────────────────────────────────

  function top(figure) {
    return figure.getBoundingClientRect().top - (scrolls() ? scroller.getBoundingClientRect().top : 0);
  }

  function note() {
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (top(figures[middle]) <= 120) low = middle;
      else high = middle - 1;
    }
    if (low + 1 === current) return;
    current = low + 1;
    const line = document.querySelector("[data-go-page] input");
    if (line && line !== document.activeElement) line.value = written(current);
    document.dispatchEvent(new CustomEvent("mukatabat:page", { detail: current }));
  }

  function go(number, box = null) {
    const figure = figures[Math.min(Math.max(number, 1), count) - 1];
    const inside = box ? (box[1] / sizes[number - 1][1]) * figure.clientHeight - 90 : -12;
    const target = top(figure) + inside;
    if (scrolls()) scroller.scrollTop += target;
    else window.scrollBy(0, target - 70);
    note();
  }

  // ── zoom ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  function widest() {
    return Math.max(...JSON.parse(dataset.runs).map((run) => run[1])) * PIXELS_PER_POINT;
  }

  function setZoom(value) {
    const figure = figures[current - 1];
    const part = -top(figure) / Math.max(1, figure.clientHeight);
    zoom = value;
    pages.classList.toggle("zoomed", value !== null);
    if (value === null) pages.style.removeProperty("--page");
    else pages.style.setProperty("--page", `${Math.round(widest() * value)}px`);
    for (const image of pages.querySelectorAll("img")) image.sizes = `${Math.round(figure.clientWidth)}px`;
    act("width")?.setAttribute("aria-pressed", String(value === null));
    const moved = top(figure) + part * figure.clientHeight;
    if (scrolls()) scroller.scrollTop += moved;
    const percent = Math.round((figure.clientWidth / widest()) * 100);
    say(`${written(percent)}%`);
  }

  const present = () => zoom ?? figures[current - 1].clientWidth / widest();
  const larger = () => setZoom(STEPS.find((one) => one > present() + 0.02) ?? STEPS.at(-1));
  const smaller = () => setZoom(STEPS.findLast((one) => one < present() - 0.02) ?? STEPS[0]);
  const wide = () => {
    act("whole")?.setAttribute("aria-pressed", "false");
    setZoom(null);
  };
  function whole() {
    const room = (scrolls() ? scroller.clientHeight : window.innerHeight) - 40;
    const [width, height] = sizes[current - 1];
    setZoom((room * (width / height)) / widest());
    act("whole")?.setAttribute("aria-pressed", "true");
    go(current);
  }

  // ── at the beginning ───────────────────────────────────────────────────────────────────────────────────────────────

  const known = new Map([...pages.querySelectorAll(".page")].map((one) => [Number(one.dataset.page), one]));
  const first = Math.min(...known.keys());
  const fragment = document.createDocumentFragment();
  for (let number = 1; number <= count; number += 1) {
    const figure = known.get(number) ?? place(number);
    if (known.has(number)) {
      const link = figure.querySelector("a");
      link?.replaceWith(...link.childNodes);
      figure.style.aspectRatio = `${sizes[number - 1][0]} / ${sizes[number - 1][1]}`;
    }
    figures.push(figure);
    fragment.append(figure);
  }
  pages.replaceChildren(fragment);
  pages.addEventListener("error", (event) => event.target.matches?.("img") && fails(event.target), true);
  for (const image of pages.querySelectorAll("img")) if (image.complete && !image.naturalWidth && image.currentSrc) fails(image);

  let watching = [];
  function watch(look, margin) {
    const observer = new IntersectionObserver((entries) => entries.forEach(look), {
      root: scrolls() ? scroller : null,
      rootMargin: `${margin}px 0px`,
    });
    for (const figure of figures) observer.observe(figure);
    watching.push(observer);
  }
  function watchAll() {
    for (const observer of watching) observer.disconnect();
    watching = [];
    watch(({ target, isIntersecting }) => {
      if (isIntersecting) picture(target);
      else if (count > MANY && !known.has(Number(target.dataset.page))) {
        target.querySelector("img")?.remove();
        target.querySelector(".words")?.remove();
        delete target.dataset.words;
      }
    }, 1200);
    watch(({ target, isIntersecting }) => isIntersecting && words(target).catch(() => {}), 0);
  }
  watchAll();
  wideEnough.addEventListener("change", watchAll);
  for (const one of [scroller, window]) {
    one.addEventListener("scroll", () => requestAnimationFrame(note), { passive: true });
  }
  if (first > 1) go(first);

  return { count, sizes, figures, go, larger, smaller, wide, whole, pageUrl, at: () => current };
}

// ── text to select ───────────────────────────────────────────────────────────────────────────────────────────────────

const ruler = document.createElement("canvas").getContext("2d");

function layer(lines, [width, height]) {
  const words = document.createElement("div");
  words.className = "words";
  for (const line of lines) {
    const row = document.createElement("div");
    row.dir = "auto";
    for (const [text, left, top, right, bottom] of line) {
      const span = document.createElement("span");
      const size = (bottom - top) * 0.8;
      span.textContent = text;
      ruler.font = `${size}px sans-serif`;
      const natural = ruler.measureText(text).width || 1;
      // Set by script, which the content policy allows; sizes are in parts of the page, so zooming costs nothing.
      Object.assign(span.style, {
        left: `${(left / width) * 100}%`, top: `${(top / height) * 100}%`, fontFamily: "sans-serif",
        fontSize: `${(size / width) * 100}cqw`, lineHeight: String((bottom - top) / size),
        transform: `scaleX(${((right - left) / natural).toFixed(3)})`,
      });
      row.append(span, " ");
    }
    words.append(row);
  }
  return words;
}

// ── search ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function search(view) {
  const form = document.querySelector("[data-find-in]");
  const input = form.querySelector("input");
  const told = form.querySelector("[data-told]");
  const { dataset } = pages;
  let hits = [];
  let at = -1;
  let round = 0;
  let timer;

  function clear() {
    hits = [];
    at = -1;
    for (const drawn of pages.querySelectorAll(".hits")) drawn.remove();
  }

  function draw(hit) {
    const figure = view.figures[hit.page - 1];
    const [width, height] = view.sizes[hit.page - 1];
    const sheet = figure.querySelector(".hits")
      ?? make("svg", { class: "hits", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    if (!sheet.parentNode) figure.append(sheet);
    hit.mark = make("g", {}, sheet);
    for (const [left, top, right, bottom] of hit.boxes) {
      make("rect", { x: left, y: top, width: right - left, height: bottom - top, rx: 1.5 }, hit.mark);
      make("line", { x1: left, y1: bottom + 1, x2: right, y2: bottom + 1 }, hit.mark);
    }
  }

  function stand(next) {
    if (!hits.length) return;
    hits[at]?.mark.removeAttribute("class");
    at = (next + hits.length) % hits.length;
    hits[at].mark.setAttribute("class", "now");
    view.go(hits[at].page, hits[at].boxes[0]);
    told.textContent = `${written(at + 1)} ${dataset.sayOf} ${written(hits.length)}`;
  }

  async function look() {
    round += 1;
    const mine = round;
    clear();
    const query = input.value.trim();
    told.textContent = query ? dataset.sayLooking : "";
    let after = query ? 1 : null;
    let unread = 0;
    try {
      while (after !== null && hits.length < MOST_HITS) {
        const url = `${dataset.findUrl}?q=${encodeURIComponent(query)}&from=${after}`;
        const answer = await fetch(url);
        if (mine !== round) return;
        if (!answer.ok) throw new Error(String(answer.status));
        const found = await answer.json();
        const none = !hits.length;
        for (const hit of found.hits) {
          draw(hit);
          hits.push(hit);
        }
        unread += found.unread;
        after = found.after;
        if (none) stand(nearest());
        else told.textContent = `${written(at + 1)} ${dataset.sayOf} ${written(hits.length)}`;
      }
    } catch {
      told.textContent = dataset.sayFailed;
      return;
    }
    if (query && !hits.length) told.textContent = unread ? dataset.sayUnread : dataset.sayNone;
  }

  const nearest = () => Math.max(0, hits.findIndex((hit) => hit.page >= view.at()));

  function open(shown) {
    form.hidden = !shown;
    act("search").setAttribute("aria-expanded", String(shown));
    if (shown) input.select();
    else {
      round += 1;
      clear();
      input.value = "";
      told.textContent = "";
      act("search").focus();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, SEARCH_WAIT);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    stand(at + 1);
  });
  form.addEventListener("keydown", (event) => {
    if (event.code === "Enter" && event.shiftKey) {
      event.preventDefault();
      stand(at - 1);
    } else if (event.code === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    }
  });
  act("search").addEventListener("click", () => {
    open(form.hidden);
    if (!form.hidden) input.focus();
  });
  act("previous").addEventListener("click", () => stand(at - 1));
  act("shut").addEventListener("click", () => open(false));
}

// ── thumbnails ───────────────────────────────────────────────────────────────────────────────────────────────────────

function thumbnails(view) {
  const strip = document.getElementById("strip");
  const button = act("strip");
  if (!strip || !button) return;
  const buttons = [];
  function build() {
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const image = target.querySelector("img");
          if (isIntersecting && !image.src) image.src = view.pageUrl(Number(target.dataset.thumb), 20);
        }
      },
      { root: strip, rootMargin: "300px 0px" },
    );
    for (let number = 1; number <= view.count; number += 1) {
      const [width, height] = view.sizes[number - 1];
      const one = document.createElement("button");
      one.type = "button";
      one.dataset.thumb = number;
      const image = document.createElement("img");
      Object.assign(image, { width: Math.round(width), height: Math.round(height), alt: "" });
      one.append(image, written(number));
      one.setAttribute("aria-label", `${pages.dataset.sayPage} ${written(number)}`);
      one.addEventListener("click", () => view.go(number));
      buttons.push(one);
      strip.append(one);
      seen.observe(one);
    }
  }
  function mark(number) {
    if (strip.hidden || !buttons.length) return;
    strip.querySelector("[aria-current]")?.removeAttribute("aria-current");
    buttons[number - 1].setAttribute("aria-current", "true");
    buttons[number - 1].scrollIntoView({ block: "nearest" });
  }
  button.addEventListener("click", () => {
    strip.hidden = !strip.hidden;
    button.setAttribute("aria-expanded", String(!strip.hidden));
    if (!buttons.length) build();
    mark(view.at());
  });
  document.addEventListener("mukatabat:page", (event) => mark(event.detail));
}

// ── the list from which the reader came ──────────────────────────────────────────────────────────────────────────────

function walk() {
  let list = null;
  try {
    list = JSON.parse(sessionStorage.getItem(LIST));
  } catch {
    return; // storage is forbidden or holds something else
  }
  const here = list?.urls?.indexOf(location.pathname) ?? -1;
  if (here < 0) return;
  const back = document.querySelector("[data-back]");
  if (back && list.at && list.name) {
    back.href = list.at; // and it says the list from which one really came, not the book in which the letter stands
    back.lastChild.textContent = ` ${list.name}`;
  }
  const bind = (key, url) => {
    const link = document.querySelector(`[data-key="${key}"]`);
    if (!link || !url) return;
    link.href = url;
    link.hidden = false;
  };
  bind("BracketLeft", list.urls[here - 1]);
  bind("BracketRight", list.urls[here + 1]);
}

// ── all together ─────────────────────────────────────────────────────────────────────────────────────────────────────

function begin() {
  const view = viewer();
  for (const element of document.querySelectorAll("[data-without-script],[data-pages-alone]")) element.hidden = true;
  for (const element of document.querySelectorAll(".dbar [data-act],[data-go-page]")) element.hidden = false;
  act("in").addEventListener("click", view.larger);
  act("out").addEventListener("click", view.smaller);
  act("width").addEventListener("click", view.wide);
  act("whole").addEventListener("click", view.whole);
  const goPage = document.querySelector("[data-go-page]");
  goPage.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = goPage.querySelector("input");
    const number = read(line.value);
    if (number >= 1 && number <= view.count) view.go(number);
    line.value = written(view.at());
  });
  search(view);
  thumbnails(view);
}

walk();
if (pages) begin();
