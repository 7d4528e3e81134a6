/** Uppy's words in the page's language: the portal's own where it has them, Uppy's for the rest. */

import { pluralOf, wordsUnder } from "./words.js";

const FORMS = ["zero", "one", "two", "few", "many", "other"];
/** The portal writes `{file}` and `{n}`, Uppy `%{file}` and `%{smart_count}`. */
const asUppy = (text) => text.replace(/\{(\w+)\}/g, (_, name) => `%{${name === "n" ? "smart_count" : name}}`);
/** Uppy's packs know two forms, ours those of the language. */
const spread = (form) => (typeof form === "object" ? Object.fromEntries(FORMS.map((name) => [name, form[name === "one" ? 0 : 1]])) : form);

/** Uppy's `locale` option. */
export async function localeOf(language) {
  const base = language === "ar" ? (await import("../vendor/uppy-ar.js")).default.strings : {};
  const strings = Object.fromEntries(Object.entries(base).map(([key, form]) => [key, spread(form)]));
  for (const [key, form] of Object.entries(wordsUnder("uppy."))) {
    strings[key] = typeof form === "object" ? Object.fromEntries(FORMS.map((name) => [name, asUppy(form[name] ?? form.other)])) : asUppy(form);
  }
  return { strings, pluralize: pluralOf };
}
