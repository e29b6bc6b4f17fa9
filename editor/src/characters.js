// SPDX-License-Identifier: EUPL-1.2
// Which characters may stand in a letter: the server refuses the others (press/content/schema.py), so they are dropped
// here, where they are typed or pasted.

// Controls, line ends of their own, bidi controls (UAX #9), and what copying brings along without a width.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u00ad\ufffc]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// Arabic letters in the shapes of old code pages and of PDF files.
const PRESENTATION = /[\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc]+/g;

export const allowed = (text) => text.replace(FORBIDDEN, "").replace(LONE_SURROGATE, "");

/** Text from elsewhere as it may be pasted: white space runs together, old letter shapes become letters. */
export const clean = (text) =>
  allowed(text.replace(/[\u200b\u2060]/g, "").replace(/[\s\u00a0]+/g, " ").replace(PRESENTATION, (shapes) => shapes.normalize("NFKC"))).normalize("NFC");

const HARAKAT = /[\u064b-\u0652]/g;
const ALEFS = /[أإآ]/g;
export const bare = (word) => word.replace(HARAKAT, "").replace(ALEFS, "ا").toLowerCase();

const WORDS = [
  "أولا", "ثانيا", "ثالثا", "رابعا", "خامسا", "سادسا", "سابعا", "ثامنا", "تاسعا", "عاشرا", "حادي عشر", "ثاني عشر",
  "ثالث عشر", "رابع عشر", "خامس عشر", "سادس عشر", "سابع عشر", "ثامن عشر", "تاسع عشر", "عشرون",
].map(bare);

const latin = (digits) =>
  Number(digits.replace(/[٠-٩۰-۹]/g, (digit) => String("٠١٢٣٤٥٦٧٨٩".indexOf(digit) + 1 ? "٠١٢٣٤٥٦٧٨٩".indexOf(digit) : "۰۱۲۳۴۵۶۷۸۹".indexOf(digit))));

/** The label with which a line begins: {kind: "awwalan"|"digits"|"bullet", number, length}, or null. */
export function label(line) {
  let found = /^\s*[-–•·▪§o\uf0b7\uf0a7]\s+/.exec(line);
  if (found) return { kind: "bullet", number: 0, length: found[0].length };
  found = /^\s*([0-9٠-٩۰-۹]{1,3})\s*[-–.)]\s+/.exec(line);
  if (found) return { kind: "digits", number: latin(found[1]), length: found[0].length };
  found = /^\s*([^\s\d:/][^:/]{1,20}?)\s*[:/]\s*/.exec(line);
  const number = found ? WORDS.indexOf(bare(found[1])) + 1 : 0;
  return number ? { kind: "awwalan", number, length: found[0].length } : null;
}
