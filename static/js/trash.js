/** The trash: a restored file leaves the list; the last one leaves the page's words for an empty trash. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-restore]");
  if (!button) return;
  button.disabled = true;
  try {
    await call("POST", `/api/v1/assets/${button.dataset.restore}/restore`, {});
    const line = button.closest("li");
    const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("button");
    line.remove();
    toast(t("restored"));
    if (next) next.focus();
    else location.reload();
  } catch (problem) {
    button.disabled = false;
    toast(problem.message || t("noAnswer"));
  }
});
