/**
 * Cues as the editor holds them, without the page: `{ key, start, end, text, settings?, id? }`, times in whole
 * milliseconds, always in the order of time. Every act gives a new list and leaves the old one as it was.
 */

const SECOND = 1000;
const LATEST = 1000 * 3600 * SECOND - 1;
const SHORTEST = 100;
const NEW_MS = 2 * SECOND;
/** Signs a second beyond which people no longer follow, and from how long a cue on that is asked. */
export const FASTEST = 21;

let keys = 0;
const key = () => ++keys;

/** The cues of the API's JSON, where times are seconds. */
export const fromJson = (cues) => cues.map((cue) => ({ ...cue, key: key(), start: Math.round(cue.start * SECOND), end: Math.round(cue.end * SECOND) }));

/** As the API takes them. */
export const toJson = (cues) => cues.map(({ start, end, text, settings, id, speaker: who }) => ({ start: start / SECOND, end: end / SECOND, text, ...(settings ? { settings } : {}), ...(id ? { id } : {}), ...(who ? { speaker: who } : {}) }));

const sorted = (cues) => [...cues].sort((one, other) => one.start - other.start || one.end - other.end);
const whole = (value) => Math.min(Math.max(Math.round(value), 0), LATEST);

/** The place of a cue, or -1. */
export const placeOf = (cues, wanted) => cues.findIndex((cue) => cue.key === wanted);

/** A cue with other values; the list stays in order. */
export function changed(cues, wanted, values) {
  const next = cues.map((cue) => (cue.key === wanted ? { ...cue, ...values } : cue));
  return "start" in values || "end" in values ? sorted(next) : next;
}

/** Without a cue. */
export const without = (cues, wanted) => cues.filter((cue) => cue.key !== wanted);

/** One more cue after another, or at a time where there is none to come after; with the new one's key. */
export function inserted(cues, after, at) {
  const place = placeOf(cues, after);
  const start = place < 0 ? whole(at) : cues[place].end;
  const next = cues.find((cue) => cue.start > start);
  const room = next ? next.start - start : NEW_MS;
  const made = { key: key(), start, end: Math.min(start + (room < SHORTEST * 5 ? NEW_MS : Math.min(room, NEW_MS)), LATEST), text: "" };
  return { cues: sorted([...cues, made]), key: made.key };
}

/**
 * A cue in two: its text at a place, its time at `at` where that lies inside, otherwise as the text is divided.
 * With the second one's key; null for a cue that is too short.
 */
export function split(cues, wanted, caret, at) {
  const cue = cues[placeOf(cues, wanted)];
  if (!cue || cue.end - cue.start < 2 * SHORTEST) return null;
  const share = cue.text.length ? caret / cue.text.length : 0.5;
  const inside = at >= cue.start + SHORTEST && at <= cue.end - SHORTEST;
  const cut = inside ? whole(at) : whole(Math.min(Math.max(cue.start + (cue.end - cue.start) * share, cue.start + SHORTEST), cue.end - SHORTEST));
  const [before, after] = apart(cue.text, caret);
  const second = { ...cue, key: key(), start: cut, text: after.trim(), id: undefined };
  return { cues: sorted([...cues.map((one) => (one.key === wanted ? { ...one, end: cut, text: before.trim() } : one)), second]), key: second.key };
}

/** A text in two; marks that stand open at the cut are closed before it and opened after it. */
function apart(text, caret) {
  const before = text.slice(0, caret);
  const open = [];
  for (const [mark, end, name] of before.matchAll(/<(\/?)([biu]|v [^<>\n]+|v)>/gi)) {
    if (!end) open.push(mark);
    else open.splice(open.findLastIndex((one) => one[1].toLowerCase() === name[0].toLowerCase()), 1);
  }
  return [before + open.map((mark) => `</${mark[1]}>`).reverse().join(""), open.join("") + text.slice(caret)];
}

/** A cue and the next one as one, with `glue` between their texts; null at the end. */
export function merged(cues, wanted, glue = "\n") {
  const place = placeOf(cues, wanted);
  const [cue, next] = [cues[place], cues[place + 1]];
  if (!cue || !next) return null;
  const one = { ...cue, end: Math.max(cue.end, next.end), text: [cue.text, next.text].filter(Boolean).join(glue) };
  if (cue.words || next.words) one.words = [...(cue.words ?? []), ...(next.words ?? [])];
  return cues.flatMap((each) => (each === cue ? [one] : each === next ? [] : [each]));
}

/** All cues moved by milliseconds; null when the first one would begin before the film. */
export function shifted(cues, by) {
  if (cues.some((cue) => cue.start + by < 0 || cue.end + by > LATEST)) return null;
  return cues.map((cue) => ({ ...cue, start: cue.start + by, end: cue.end + by }));
}

const folded = (text) => text.normalize("NFC").toLocaleLowerCase();

/** The next cue with these words after another one, from the beginning again at the end; -1 for none. */
export function found(cues, words, after) {
  const wanted = folded(words);
  const start = placeOf(cues, after) + 1;
  for (let step = 0; step < cues.length; step += 1) {
    const place = (start + step) % cues.length;
    if (folded(cues[place].text).includes(wanted)) return place;
  }
  return -1;
}

/** All cues with some words in place of others, whatever their capitals, and how often. */
export function replaced(cues, words, by) {
  let count = 0;
  const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu");
  const next = cues.map((cue) => {
    let here = 0;
    const text = cue.text.replace(pattern, () => {
      here += 1;
      return by;
    });
    count += here;
    return here ? { ...cue, text } : cue;
  });
  return { cues: next, count };
}

/** The text without its marks: what is read. */
export const plain = (text) => text.replace(/<\/?[biu]>|<v [^<>\n]+>|<\/v>/gi, "").replace(/&(lt|gt|amp);/g, (_whole, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);

/** Which way a text is written, by its first letter that is no part of a mark. */
export function directionOf(text) {
  const letter = /\p{L}/u.exec(plain(text))?.[0];
  if (!letter) return "auto";
  return /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter) ? "rtl" : "ltr";
}

/** Who speaks, as far as a cue says so. */
export const speaker = (text) => /<v ([^<>\n]+)>/i.exec(text)?.[1] ?? "";

/** Signs a second that a reader must take in. */
export const speed = (cue) => (cue.end > cue.start ? (plain(cue.text).replace(/\s+/g, " ").length / (cue.end - cue.start)) * SECOND : 0);

/**
 * What is to be said of a cue: `empty` and `backwards` must be mended before saving; `overlap` (with how many
 * milliseconds) and `fast` are advice. Null when all is well.
 */
export function judged(cue, next, reading = true) {
  if (cue.end <= cue.start) return { code: "backwards", stops: true };
  if (!plain(cue.text).trim()) return { code: "empty", stops: true };
  if (next && next.start < cue.end) return { code: "overlap", by: cue.end - next.start };
  if (reading && speed(cue) > FASTEST) return { code: "fast" };
  return null;
}

/** The last cue that has begun and not ended at a time; -1 for none. */
export function shownAt(cues, at) {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cues[middle].start <= at) low = middle + 1;
    else high = middle;
  }
  for (let place = low - 1; place >= 0 && place > low - 50; place -= 1) if (cues[place].end > at) return place;
  return -1;
}

/** Milliseconds as they are written: 0:07.500, 1:02:03.045. */
export function clockOf(milliseconds) {
  const seconds = Math.floor(milliseconds / SECOND);
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  const two = shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
  return `${two}.${String(milliseconds % SECOND).padStart(3, "0")}`;
}

/** Digits of any script as those of ASCII. */
const latin = (text) => text.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15));

/** What somebody typed as a time, in milliseconds: 7.5, 0:07.5, 1:02:03; null for anything else. */
export function timeOf(text) {
  const match = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6})(?:[.,٫](\d{1,3}))?$/.exec(latin(text.trim()));
  if (!match) return null;
  const [, hours, minutes, seconds, rest = ""] = match;
  const value = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds)) * SECOND + Number(rest.padEnd(3, "0"));
  return value <= LATEST ? value : null;
}

/** What somebody typed as seconds, perhaps with a sign, in milliseconds; null for anything else. */
export function secondsOf(text) {
  const match = /^([-+−]?)(\d{1,6}(?:[.,٫]\d{1,3})?)$/.exec(latin(text.trim()));
  if (!match) return null;
  return Math.round(Number(match[2].replace(/[,٫]/, ".")) * SECOND) * (/[-−]/.test(match[1]) ? -1 : 1);
}
