/** Keeping a file from being deleted, and letting it go again, on the page of the file. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const page = document.getElementById("asset");
const address = `/api/v1/assets/${page.dataset.asset}/deletion-hold`;

const refresh = () => window.htmx.trigger("#side", "refresh");

/** A sentence of what went wrong, in the place for it. */
function wrong(holder, problem) {
  const word = holder.querySelector(".wrong-word");
  word.textContent = problem ? problem.errors?.[0]?.detail || problem.message || t("noAnswer") : "";
  word.hidden = !problem;
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-keep-form]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector(".button.main");
  wrong(form, null);
  button.disabled = true;
  try {
    await call("PUT", address, { reason: form.elements.reason.value });
    form.closest("dialog").close();
    form.reset();
    toast(t("saved"));
    refresh();
  } catch (problem) {
    wrong(form, problem);
  } finally {
    button.disabled = false;
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-unkeep]");
  if (!button) return;
  const notice = button.closest(".notice");
  wrong(notice, null);
  button.disabled = true;
  try {
    await call("DELETE", address);
    toast(t("saved"));
    refresh();
  } catch (problem) {
    wrong(notice, problem);
    button.disabled = false;
  }
});
