/** What is analysed of everything that comes into a collection: a dialog on its page. */

import { call } from "./http.js";
import { sending } from "./submitting.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

/** The boxes, lists and words of a form that are other than when it came, or was saved last. */
const isMoved = (field) => {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.value !== field.defaultValue;
};

/** What stands in the form now is what is kept. */
function settle(form) {
  for (const field of form.elements) {
    if (field.type === "checkbox") field.defaultChecked = field.checked;
    else if (field.tagName === "SELECT") for (const one of field.options) one.defaultSelected = one.selected;
    else if (field.tagName === "INPUT") field.defaultValue = field.value;
  }
}

/** What was changed, so that what others have changed meanwhile stays; words with commas or spaces between as a list. */
function said(form) {
  const whole = inFull(form);
  const moved = new Set([...form.elements].filter(isMoved).map((field) => field.name));
  return Object.fromEntries(Object.entries(whole).filter(([name]) => moved.has(name)));
}

/** All that the form says. */
function inFull(form) {
  const { languages, engine, monthly_budget: budget, only_here: onlyHere, names_people: namesPeople } = form.elements;
  const body = {
    types: [...form.querySelectorAll('[name="types"]:checked')].map((box) => box.value),
    languages: languages.value.split(/[,،\s]+/).filter(Boolean),
    engine: engine.value,
    only_here: onlyHere.checked,
    publishing: form.elements.publishing.value,
  };
  if (namesPeople && !namesPeople.disabled) body.names_people = namesPeople.checked;
  if (budget) body.monthly_budget = budget.value === "" ? null : budget.value;
  return body;
}

sending("[data-collection-analyses]", async (form) => {
  await call("PATCH", form.dataset.address, said(form));
  settle(form);
  form.closest("dialog").close();
  toast(t("saved"));
});
