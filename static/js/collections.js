/** Making, renaming, moving and deleting collections, each in a dialog of its own. */

import { call } from "./http.js";
import { chosen } from "./picks.js";
import { t } from "./words.js";

/** What a form sends; nothing when the place that it names is not there. */
async function sent(form) {
  if (form.dataset.method === "DELETE") return {};
  const body = { name: form.elements.name.value };
  if (form.dataset.parent) body.parent = form.dataset.parent;
  if (form.elements.encryption) body.encryption = form.elements.encryption.value;
  const place = form.elements.parent;
  if (place && place.value.trim() !== place.dataset.was) {
    body.parent = place.value.trim() ? await chosen(place.value) : null;
    if (place.value.trim() && !body.parent) throw new Error(t("noSuchCollection"));
  }
  return body;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-collection-form]");
  if (!form) return;
  event.preventDefault();
  const word = form.querySelector(".wrong-word");
  const button = form.querySelector(".button.main");
  word.hidden = true;
  button.disabled = true;
  try {
    const made = await call(form.dataset.method, form.dataset.address, await sent(form));
    location.assign(form.dataset.after ?? `/?collection=${made.id}`);
  } catch (problem) {
    button.disabled = false;
    word.textContent = problem.message || t("noAnswer");
    word.hidden = false;
  }
});
