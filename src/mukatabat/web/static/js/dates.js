// SPDX-License-Identifier: EUPL-1.2
// Days and hours are typed and read as everywhere else here, not as the browser's own language has them: «22 سبتمبر 2026»
// and 14:30. A day is typed as 22/9/2026, 22/9, 2209, 22092026 or as it is read, in any digits; without a year it is the present one, or
// the one before where later days are not taken. The browser's calendar stands behind a button. Without this file the
// fields are the browser's own.

const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // the day before the month
const digits = document.body.dataset.digits || "latn";
const words = document.querySelector("[data-date-words]")?.dataset ?? {};
const long = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric", numberingSystem: digits, timeZone: "UTC", calendar: "gregory" });
const short = new Intl.DateTimeFormat("en", { day: "numeric", month: "numeric", year: "numeric", numberingSystem: digits, timeZone: "UTC" });

const named = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC", calendar: "gregory" });
const MONTHS = Array.from({ length: 12 }, (_, month) => named.format(Date.UTC(2026, month, 1)).toLowerCase());
const latin = (text) => text.replace(/[٠-٩۰-۹]/g, (one) => String(one.charCodeAt(0) & 15)).trim();
const at = (iso) => new Date(`${iso}T00:00:00Z`);
const isoOf = (year, month, day) => {
  const found = new Date(Date.UTC(year, month - 1, day));
  const same = found.getUTCFullYear() === year && found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
  return same ? found.toISOString().slice(0, 10) : "";
};

/** The day that was typed, in ISO form; "" for nothing, null for what is no day. */
function read(typed, latest) {
  const text = latin(typed).toLowerCase().replace(/[^\s\d/.\-،]{3,}/u, (word) => String(MONTHS.indexOf(word) + 1));
  if (!text) return "";
  const whole = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (whole) return isoOf(Number(whole[1]), Number(whole[2]), Number(whole[3])) || null;
  const parts = /^\d+$/.test(text) ? /^(\d\d)(\d\d)(\d{4}|\d\d)?$/.exec(text)?.slice(1) : text.split(/[\s/.\-،]+/).filter(Boolean);
  if (!parts || parts.length < 2 || parts.length > 3 || !parts.every((one) => !one || /^\d+$/.test(one))) return null;
  const [day, month] = parts.map(Number);
  const now = new Date();
  if (parts[2]) return isoOf(parts[2].length < 3 ? 2000 + Number(parts[2]) : Number(parts[2]), month, day) || null;
  const found = isoOf(now.getFullYear(), month, day);
  return (latest && found > latest ? isoOf(now.getFullYear() - 1, month, day) : found) || null;
}

const spelled = (iso) => (iso ? long.format(at(iso)) : "");
const brief = (iso) => {
  if (!iso) return "";
  const part = Object.fromEntries(short.formatToParts(at(iso)).map(({ type, value }) => [type, value]));
  return `${part.day}/${part.month}/${part.year}`;
};

function day(field) {
  const { min, max } = field;
  const box = document.createElement("span");
  box.className = "day";
  const line = document.createElement("input");
  Object.assign(line, { type: "text", id: field.id, required: field.required, autocomplete: "off", placeholder: words.shape ?? "", value: spelled(field.value) });
  line.inputMode = "numeric";
  for (const { name, value } of [...field.attributes]) if (name.startsWith("aria-") || name === "autofocus" || name === "data-focus") line.setAttribute(name, value);
  const open = document.createElement("button");
  Object.assign(open, { type: "button", tabIndex: -1 });
  open.setAttribute("aria-label", words.open ?? "");
  open.append(document.querySelector("[data-date-icon] svg").cloneNode(true));
  field.removeAttribute("id");
  Object.assign(field, { required: false, tabIndex: -1, min: "", max: "" });
  field.setAttribute("aria-hidden", "true");
  field.replaceWith(box);
  box.append(line, field, open);

  const take = () => {
    const found = read(line.value, max);
    const fits = found !== null && (!found || ((!min || found >= min) && (!max || found <= max)));
    line.setCustomValidity(found === null ? words.bad : fits ? "" : words.outside);
    field.value = fits && found ? found : "";
    return fits;
  };
  line.addEventListener("input", take);
  line.addEventListener("focus", () => {
    if (!field.value) return;
    line.value = brief(field.value);
    line.select();
  });
  line.addEventListener("blur", () => {
    if (take() && field.value) line.value = spelled(field.value);
  });
  line.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "ArrowDown") {
      event.preventDefault();
      open.click();
    }
  });
  open.addEventListener("click", () => {
    Object.assign(field, { min, max });
    field.showPicker?.();
  });
  field.addEventListener("change", () => {
    Object.assign(field, { min: "", max: "" });
    line.value = spelled(field.value);
    line.setCustomValidity("");
    line.focus();
  });
}

/** Hours on twenty-four, typed as 9, 930 or 9:30. */
function hour(field) {
  Object.assign(field, { type: "text", maxLength: 5, autocomplete: "off", dir: "ltr", placeholder: "00:00" });
  field.inputMode = "numeric";
  const take = () => {
    const parts = /^(\d{1,2})(?::?(\d\d)(?::\d\d)?)?$/.exec(latin(field.value));
    const sound = parts && Number(parts[1]) < 24 && Number(parts[2] ?? 0) < 60;
    field.setCustomValidity(field.value.trim() && !sound ? words.badHour : "");
    return sound ? `${parts[1].padStart(2, "0")}:${parts[2] ?? "00"}` : "";
  };
  field.addEventListener("input", take);
  field.addEventListener("change", () => {
    field.value = take() || field.value;
  });
}

function dress(place) {
  for (const field of place.querySelectorAll("input[type=date]")) if (!field.closest(".day")) day(field);
  for (const field of place.querySelectorAll("input[type=time]")) hour(field);
}
dress(document);
document.addEventListener("htmx:load", ({ detail }) => dress(detail.elt));
