/** The page's words in the reader's language, and numbers, sizes and times as that language writes them. */

/* The page's catalogue; `assets/words.py` fills it. */
const store = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
const language = document.documentElement.lang || "en";
/** Western digits everywhere, as the server writes them. */
export const locale = language === "ar" ? "ar-u-nu-latn" : language;

/** A sentence by its key, with `{name}` replaced by `values.name`. */
export function t(key, values = {}) {
  const form = store[key];
  const text = form && typeof form === "object" ? (form[rules.select(values.n ?? 0)] ?? form.other) : form;
  return (text ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** The sentences, or their plural forms, of every key that begins so, by the rest of the key. */
export const wordsUnder = (start) => Object.fromEntries(Object.entries(store).filter(([key]) => key.startsWith(start)).map(([key, form]) => [key.slice(start.length), form]));

/** The CLDR plural category of a number in the page's language. */
export const pluralOf = (number) => rules.select(number);

/** Whether the catalogue has words for a key. */
export const has = (key) => key in store;

/** What a job is doing, from its progress; a step that no worker has taken yet only waits. Empty when unknown. */
export function stepWord({ current_step: name, steps = [] }) {
  // The pieces of a long file are numbered.
  const known = has(`step.${name}`) ? name : name?.replace(/_\d{3,}$/, "");
  if (!known || !has(`step.${known}`)) return "";
  return steps.find((one) => one.name === name)?.status === "pending" ? t("waitingTurn") : t(`step.${known}`);
}

const rules = new Intl.PluralRules(locale);
/** Whole per cent, 0–100. */
export const percent = (value) => `${Math.floor(value)}\u00a0%`;

const tenths = (value) => value.toFixed(1).replace(".", t("decimal"));

/** A size in bytes, in the unit that a person would choose, as the server writes it. */
export function size(bytes) {
  if (bytes < 1024) return t("size.bytes", { n: bytes });
  const step = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return t(`size.${step}`, { n: tenths(bytes / 1024 ** step) });
}

/** Seconds as they were measured: "0.4 s", "12 s", "3 min 20 s", "2 h 10 min"; as the server writes them. */
export function span(seconds) {
  if (seconds < 10) return t("span.s", { seconds: tenths(Math.max(seconds, 0.1)) });
  if (seconds < 60) return t("span.s", { seconds: Math.round(seconds) });
  const whole = Math.round(seconds);
  if (whole < 3600) return t("span.minS", { minutes: Math.floor(whole / 60), seconds: whole % 60 });
  return hours(Math.floor(whole / 60));
}

/** Seconds as an estimate is said: "40 s", "6 min", "2 h 10 min"; as the server writes them. */
export function roughly(seconds) {
  if (seconds < 60) return t("span.s", { seconds: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? t("span.min", { minutes }) : hours(minutes);
}

const hours = (minutes) => t("span.hMin", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });

/** Seconds as a clock: 0:07, 12:31, 1:02:03. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}
