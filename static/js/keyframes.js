/** Labelled key frames of the asset on this page: ordered by a button, shown as they come. */

import { call } from "./http.js";
import { subscribe } from "./live.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const PANEL = "#panel-keyframes";
const SOON_MS = 800;
const page = document.getElementById("asset");
const body = () => document.getElementById("keyframes");

/** Show the panel anew, with the focus where it was. */
async function refresh() {
  const focus = document.activeElement?.id;
  const panel = document.querySelector(PANEL);
  await window.htmx.ajax("GET", panel.getAttribute("hx-get"), { target: PANEL, swap: "innerHTML" });
  if (focus && body()?.contains(document.getElementById(focus))) document.getElementById(focus).focus();
}

let soon = 0;
function refreshSoon() {
  soon ||= setTimeout(() => {
    soon = 0;
    refresh();
  }, SOON_MS);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-keyframes-ask]");
  if (!button) return;
  const word = body().querySelector(":scope > .wrong-word");
  word.hidden = true;
  button.disabled = true;
  try {
    await call("POST", `/api/v1/assets/${page.dataset.asset}/keyframes`, {});
    toast(t("keyframes.ordered"));
    await refresh();
  } catch (problem) {
    word.textContent = problem.message || t("noAnswer");
    word.hidden = false;
    button.disabled = false;
  }
});

/* What a step of the job has come to: shown when one of them has moved, not at every percent. */
let seen = "";
subscribe(`asset:${page.dataset.asset}`, (event) => {
  const steps = (event.data?.steps ?? []).filter((one) => one.name.startsWith("keyframe"));
  const now = steps.map((one) => `${one.name}:${one.status}`).join();
  const moved = now && now !== seen;
  if (now) seen = now;
  const ended = /^job\.(completed|failed)$/.test(event.type) && body()?.dataset.job === event.data?.job_id;
  if (moved || ended || (event.type === "variant.ready" && event.data?.variant_type === "metadata")) refreshSoon();
});
