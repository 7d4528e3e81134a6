/** Making, renaming, moving and deleting collections, each in a dialog of its own. */

import { call } from "./http.js";
import { chosen } from "./picks.js";
import { sending } from "./submitting.js";
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

sending("[data-collection-form]", async (form) => {
  const made = await call(form.dataset.method, form.dataset.address, await sent(form));
  location.assign(form.dataset.after ?? `/?collection=${made.id}`);
  return true;
});
