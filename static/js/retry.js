/** Buttons that start a failed job again or stop one that runs: `data-retry` and `data-cancel` name the job. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-retry], [data-cancel]");
  if (!button) return;
  const [act, job] = button.dataset.retry ? ["retry", button.dataset.retry] : ["cancel", button.dataset.cancel];
  button.disabled = true;
  try {
    await call("POST", `/api/v1/media/job/${job}/${act}`, {});
    toast(t(act === "retry" ? "retrying" : "cancelled"));
    document.dispatchEvent(new CustomEvent("portal:retried", { detail: { job } }));
  } catch (problem) {
    button.disabled = false;
    toast(problem.message || t("noAnswer"));
  }
});
