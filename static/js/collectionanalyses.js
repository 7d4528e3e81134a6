/** What is analysed of everything that comes into a collection: a dialog on its page. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

/** What the form says, with words that have commas or spaces between them as a list. */
function said(form) {
  const { languages, engine, monthly_budget: budget, only_here: onlyHere, names_people: namesPeople } = form.elements;
  const body = {
    types: [...form.querySelectorAll('[name="types"]:checked')].map((box) => box.value),
    languages: languages.value.split(/[,،\s]+/).filter(Boolean),
    engine: engine.value,
    only_here: onlyHere.checked,
  };
  if (namesPeople && !namesPeople.disabled) body.names_people = namesPeople.checked;
  if (budget) body.monthly_budget = budget.value === "" ? null : budget.value;
  return body;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-collection-analyses]");
  if (!form) return;
  event.preventDefault();
  const word = form.querySelector(".wrong-word");
  const button = form.querySelector(".button.main");
  word.hidden = true;
  button.disabled = true;
  try {
    await call("PATCH", form.dataset.address, said(form));
    form.closest("dialog").close();
    toast(t("saved"));
  } catch (problem) {
    word.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
    word.hidden = false;
  } finally {
    button.disabled = false;
  }
});
