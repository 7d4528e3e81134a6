/** What is wished for files: a form for all, kept while the tab lives, and the fields of a single one over it. */

import { placeOf } from "./picks.js";
import { t } from "./words.js";

const KEPT = "portal.wishes";
const FIELDS = ["title", "tags", "collection", "visibility", "age_rating"];

/** Words with commas between them, the Arabic comma too, as a list without repeats. */
export const listOf = (text) => [...new Set((text ?? "").split(/[,،;\n]/).map((word) => word.trim()).filter(Boolean))];

const element = (name) => document.getElementById(`wish-${name}`);
const ofAll = (name) => element(name)?.value.trim() ?? "";
const optionFields = () => [...document.querySelectorAll("[data-option]")];
const listBoxes = () => [...document.querySelectorAll("[data-option-list]")];
const wordFields = () => [...document.querySelectorAll("[data-option-words]")];

/** The options that are lists: boxes that are ticked, and words with commas or spaces between them. */
function listOptions() {
  const lists = {};
  for (const box of listBoxes().filter((one) => one.checked)) (lists[box.dataset.optionList] ??= []).push(box.value);
  for (const field of wordFields()) {
    const words = field.value.split(/[,،\s]+/).filter(Boolean);
    if (words.length) lists[field.dataset.optionWords] = words;
  }
  return lists;
}

/** The fields beside a file when it is sent: `{ metadata, options }`. */
export function wishesOf(file) {
  const chosen = (name) => (file.meta[name] ?? "").trim() || ofAll(name);
  const metadata = { title: chosen("title"), description: (file.meta.description ?? "").trim(), collection: chosen("collection"), visibility: chosen("visibility"), age_rating: chosen("age_rating") };
  const tags = listOf(chosen("tags"));
  const given = Object.entries(metadata).filter(([, value]) => value);
  return {
    metadata: { ...Object.fromEntries(given), ...(tags.length ? { tags } : {}) },
    options: { ...Object.fromEntries(optionFields().filter((one) => one.value).map((one) => [one.dataset.option, one.value])), ...listOptions() },
  };
}

/** The collection that a file will go to. */
export const collectionOf = (file) => file.meta.collection || ofAll("collection");

/** Keep the form over a reload. */
export function keepWishes() {
  const fields = () => [...FIELDS.map(element).filter(Boolean), ...optionFields(), ...wordFields(), ...listBoxes()];
  const before = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  const valueOf = (one) => (one.type === "checkbox" ? one.checked : one.value);
  const keep = () => sessionStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(fields().map((one) => [one.id, valueOf(one)]))));
  for (const field of fields()) {
    if (field.type === "checkbox") field.checked = !field.disabled && (before[field.id] ?? field.checked);
    else if (field.id in before && (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === before[field.id]))) field.value = before[field.id];
    field.addEventListener("input", keep); // a change is only told when a field is left, and a page may be left before
  }
  // What was chosen is seen, also where it stands folded away.
  for (const box of listBoxes()) if (box.checked) box.closest("details")?.setAttribute("open", "");
}

/** Fill the collections that this person may put files into. Returns them as [id, path]; none when they are not told. */
export async function fillCollections(address) {
  const field = element("collection");
  if (!field || !address) return [];
  const found = await collections(address);
  for (const [id, path] of found) field.add(new Option(path, id));
  field.closest(".field").hidden = !found.length;
  return found;
}

async function collections(address) {
  const found = [];
  try {
    for (let next = address; next && found.length < 1000;) {
      const answer = await fetch(next, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (!answer.ok) break;
      const body = await answer.json();
      found.push(...(body.results ?? body));
      next = body.next;
    }
  } catch {
    // Without the list a file goes into no collection.
  }
  return found.map((one) => [one.id, placeOf(one)]).sort((one, other) => one[1].localeCompare(other[1]));
}

/** Dashboard's fields of a single file. */
export function fieldsOf(shelves) {
  const label = (name) => document.querySelector(`label[for="wish-${name}"]`)?.firstChild.textContent.trim();
  const text = (name, placeholder) => ({ id: name, name: label(name), placeholder });
  const select = (name, choices) => ({
    id: name, name: label(name),
    render: ({ value, onChange, form }, h) => h("select", { id: `uppy-Dashboard-FileCard-input-${name}`, class: "input", form, value, onChange: (event) => onChange(event.target.value) },
      [h("option", { value: "" }, t("upload.asForAll")), ...choices.map(([id, word]) => h("option", { value: id }, word))]),
  });
  const seen = element("visibility");
  const rated = element("age_rating");
  return [
    element("title") && text("title", t("upload.asForAll")),
    element("tags") && text("tags", t("upload.asForAll")),
    shelves.length && select("collection", shelves),
    seen && select("visibility", [...seen.options].map((one) => [one.value, one.text])),
    rated && select("age_rating", [...rated.options].map((one) => [one.value, one.text])),
  ].filter(Boolean);
}
