/** The page's words in the reader's language, and numbers, sizes and times as that language writes them. */

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

/** Whether the catalogue has words for a key. */
export const has = (key) => key in store;

const rules = new Intl.PluralRules(locale);
const unit = (name, value, digits = 0) =>
  new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short", maximumFractionDigits: digits }).format(value);

/** Whole per cent, 0–100. */
export const percent = (value) => new Intl.NumberFormat(locale, { style: "percent" }).format(Math.floor(value) / 100);

/** A size in bytes, in the unit that a person would choose. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let value = bytes;
  let index = 0;
  while (value >= 1000 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return unit(units[index], value, value < 10 && index > 0 ? 1 : 0);
}

/** Seconds as a person says them: "40 sec", "3 min", "2 hr". */
export function span(seconds) {
  if (seconds < 60) return unit("second", Math.max(1, Math.round(seconds)));
  if (seconds < 5400) return unit("minute", Math.round(seconds / 60));
  return unit("hour", seconds / 3600, 1);
}

/** Seconds as a clock: 0:07, 12:31, 1:02:03. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}
