/** The jobs page follows what runs, and asks for itself again when something begins or ends. */

import { liveState, subscribe } from "./live.js";
import { percent, roughly, stepWord, t } from "./words.js";

let asked = 0;
function refresh() {
  asked ||= setTimeout(() => {
    asked = 0;
    window.htmx.trigger("#jobs", "refresh");
  }, 500);
}

subscribe("library", (event) => {
  const data = event.data ?? {};
  if (event.type !== "job.progress") {
    if (/^(job|asset)\./.test(event.type)) refresh();
    return;
  }
  const row = document.querySelector(`[data-job="${CSS.escape(data.job_id ?? "")}"]`);
  if (!row || row.dataset.status !== data.status) {
    refresh();
    return;
  }
  const left = row.querySelector("[data-left]");
  if (left) left.textContent = data.eta_seconds ? t("upload.left", { time: roughly(data.eta_seconds) }) : "";
  const bar = row.querySelector("progress");
  if (!bar) return;
  bar.value = data.progress;
  row.querySelector("[data-percent]").textContent = percent(data.progress);
  const doing = stepWord(data);
  if (doing) row.querySelector("[data-step-word]").textContent = doing;
});
document.addEventListener("portal:retried", refresh);

// Nobody sends news of a job that only waits, nor of progress while the line is broken.
const WAITING_MS = 15_000;
setInterval(() => {
  if (document.visibilityState !== "visible") return;
  if (liveState() === "polling" || document.querySelector('[data-status="pending"] [data-left]')) refresh();
}, WAITING_MS);
