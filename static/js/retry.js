/** Buttons that start a failed job again, stop one that runs or put one before others: `data-retry` and `data-cancel`
 * name the job, `data-priority` the priority that the job in `data-job-id` is to have. */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-retry], [data-cancel], [data-priority]");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const { retry, cancel, priority, jobId } = button.dataset;
  const [act, job] = retry ? ["retry", retry] : cancel ? ["cancel", cancel] : ["priority", jobId];
  const body = act === "priority" ? { priority: Number(priority) } : {};
  button.setAttribute("aria-disabled", "true"); // disabled for real, it would lose the focus
  try {
    await call("POST", `/api/v1/media/job/${job}/${act}`, body);
    toast(t({ retry: "retrying", cancel: "cancelled", priority: body.priority ? "raised" : "lowered" }[act]));
    document.dispatchEvent(new CustomEvent("portal:retried", { detail: { job } }));
  } catch (problem) {
    button.removeAttribute("aria-disabled");
    toast(problem.message || t("noAnswer"));
  }
});
