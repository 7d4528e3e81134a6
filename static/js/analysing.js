/** The analyses of the asset on this page: more are ordered in a dialog, and one of several is chosen to be shown. */

import { call } from "./http.js";
import { sending } from "./submitting.js";
import { toast } from "./tell.js";
import { locale, t } from "./words.js";

const PANEL = "#panel-analyses";
const again = () => window.htmx.trigger(PANEL, "refresh");

/** What went wrong, beside what was asked for. */
function wrong(word, problem) {
  word.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
  word.hidden = false;
}

/** What the dialog orders. */
function ordered(form) {
  const { languages, engine } = form.elements;
  const types = [...form.querySelectorAll('[name="types"]:checked')].map((box) => box.value);
  const order = { asset_id: form.dataset.asset, analysis_types: types };
  const spoken = (languages?.value ?? "").split(/[,،\s]+/).filter(Boolean);
  if (spoken.length) order.languages = spoken;
  if (engine) order.engine = engine.value;
  return order;
}

const dollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });

/** Say what the dialog's order may cost, before it is sent; less than a cent counts as one. */
function priced(form) {
  const { engine, analysis_types: types } = ordered(form);
  const each = JSON.parse(form.dataset.prices)[engine ?? "auto"] ?? {};
  const sum = types.reduce((whole, type) => whole + (each[type] ?? 0), 0);
  form.querySelector("[data-price]").textContent = sum ? t("mayCost", { price: dollars.format(Math.max(sum, 0.01)) }) : "";
}

for (const moment of ["change", "reset"]) {
  document.addEventListener(moment, (event) => {
    const form = event.target.closest("[data-analyse-form][data-prices]");
    // A form is emptied after it has been told that it is.
    if (form) setTimeout(() => priced(form));
  });
}

sending("[data-analyse-form]", async (form) => {
  await call("POST", "/api/v1/media/analyze", ordered(form));
  form.reset();
  form.closest("dialog").close();
  toast(t("analysing"));
  again();
  document.dispatchEvent(new CustomEvent("portal:analyses"));
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-show-analysis]");
  if (!button) return;
  const panel = button.closest("#analyses");
  button.disabled = true;
  try {
    await call("POST", `/api/v1/assets/${panel.dataset.asset}/analyses/${button.dataset.showAnalysis}/show`);
    again();
    if (document.querySelector("#panel-timeline")) window.htmx.trigger("#panel-timeline", "refresh");
  } catch (problem) {
    wrong(panel.querySelector(":scope > .wrong-word"), problem);
    button.disabled = false;
  }
});
