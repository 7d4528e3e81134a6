/** Fields that offer what is there while somebody types: collections by their place, tags by their name. */

import { call } from "./http.js";

const WAIT = 180;
const ids = new Map();

/** A collection's place as one line: "Events / Wedding". */
export const placeOf = (collection) => collection.path.map((one) => one.name).join(" / ");

/** The id of the collection that a field's text names, or null; asks the portal when it was not chosen from the list. */
export async function chosen(text) {
  const line = text.trim();
  if (!ids.has(line)) await collections(line);
  return ids.get(line) ?? [...ids].find(([known]) => known.toLowerCase() === line.toLowerCase())?.[1] ?? null;
}

/** The collections in whose name the text (its last part) occurs, as lines; their ids are remembered. */
async function collections(text) {
  const word = text.split("/").pop().trim();
  const { results } = await call("GET", `/api/v1/collections/?page_size=20&q=${encodeURIComponent(word)}`);
  for (const one of results) ids.set(placeOf(one), one.id);
  return results.map(placeOf);
}

async function tags(text) {
  const word = text.split(",").pop().trim();
  const { results } = await call("GET", `/api/v1/tags/?page_size=20&q=${encodeURIComponent(word)}`);
  return results.map((one) => one.name);
}

const timers = new WeakMap();
function offer(field, source) {
  clearTimeout(timers.get(field));
  timers.set(field, setTimeout(async () => {
    try {
      const lines = await source(field.value);
      field.list?.replaceChildren(...lines.map((line) => new Option(line, line)));
    } catch {
      // Nothing is offered; what is typed still counts.
    }
  }, WAIT));
}

for (const kind of ["input", "focusin"]) {
  document.addEventListener(kind, (event) => {
    if (event.target.matches?.("[data-picks-collection]")) offer(event.target, collections);
    else if (event.target.matches?.("[data-add-tag]")) offer(event.target, tags);
  });
}
