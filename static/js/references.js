/** Putting the asset of this page on the list of protected works, and taking it off. */

import { call } from "./http.js";
import { t } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-mark-work], [data-unmark-work]");
  if (!button) return;
  const section = button.closest("#matches");
  const word = section.querySelector(":scope > .wrong-word");
  const work = button.dataset.unmarkWork;
  const sure = button.closest("dialog");
  const back = sure.querySelector("[data-give-back]")?.checked;
  button.disabled = true;
  try {
    if (work) await call("DELETE", `/api/v1/reference-works/${work}/${back ? "?give_back=true" : ""}`);
    else await call("POST", "/api/v1/reference-works/", { asset_id: section.dataset.asset });
    for (const panel of ["#panel-matches", "#panel-analyses"]) window.htmx.trigger(panel, "refresh");
  } catch (problem) {
    word.textContent = problem.message || t("noAnswer");
    word.hidden = false;
    button.disabled = false;
  } finally {
    sure.close();
  }
});
