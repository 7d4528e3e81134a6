/** The asset page: it plays, edits in place, and follows the work without reload. */

import { Problem, call } from "./http.js";
import { subscribe } from "./live.js";
import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { startSound } from "./sound.js";
import { say, toast } from "./tell.js";
import { percent, roughly, stepWord, t } from "./words.js";

const page = document.getElementById("asset");
const id = page.dataset.asset;
const address = `/api/v1/assets/${id}/`;

// Stage -----------------------------------------------------------------------------------------------------------
let stop = () => {};
let follow = null;
let check = null;
let retrack = null;
function start() {
  stop();
  const stage = document.getElementById("stage");
  const starters = { video: startPlayer, audio: startSound, image: startPicture };
  const begun = starters[stage.dataset.mode]?.(stage) ?? (() => {});
  stop = begun.stop ?? begun;
  follow = begun.follow ?? null;
  check = begun.check ?? null;
  retrack = begun.retrack ?? null;
}
start();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt?.id === "stage" || event.detail.target?.id === "stage") start();
});

// Live ------------------------------------------------------------------------------------------------------------
const soon = new Map();
/** Ask for a part of the page again, once for many pieces of news. */
function refresh(selector, wait = 300) {
  if (soon.has(selector)) return;
  soon.set(selector, setTimeout(() => {
    soon.delete(selector);
    if (document.querySelector(selector)) window.htmx.trigger(selector, "refresh");
  }, wait));
}

function refreshStage() {
  const stage = document.getElementById("stage");
  if (stage.dataset.settled === "1" && stage.dataset.mode !== "waiting") return;
  if (follow) followStage();
  else refresh("#stage");
}

/** A film that somebody may be watching goes on while the stage around it changes. */
let following = 0;
const ASK_AGAIN_MS = 5_000;
function followStage(wait = 300) {
  following ||= setTimeout(async () => {
    following = 0;
    const stage = document.getElementById("stage");
    let newer;
    try {
      const answer = await fetch(stage.getAttribute("hx-get"), { credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
      if (answer.status >= 500) throw new Error(`the stage: ${answer.status}`);
      if (!answer.ok) return;
      newer = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("stage");
    } catch {
      followStage(ASK_AGAIN_MS); // there may be no other news that would ask
      return;
    }
    if (stage !== document.getElementById("stage") || !newer) return;
    if (newer.dataset.mode === "video") follow(newer);
    else refresh("#stage", 0);
  }, wait);
}
document.addEventListener("portal:stage", refreshStage);

// Captions are edited beside the player; some savings come close together.
const RETRACK_MS = 600;
let retracking = 0;
document.addEventListener("portal:captions", () => {
  clearTimeout(retracking);
  retracking = setTimeout(() => retrack?.(), RETRACK_MS);
});

const panel = "#panel-steps";
let shown = "";
/** Show progress in place; ask for the fragment only when a step's status has moved. */
function progress(data) {
  const bar = document.querySelector("[data-live-bar]");
  if (bar) bar.value = data.progress;
  const step = document.querySelector("[data-live-step]");
  const doing = stepWord(data);
  if (step && doing) step.textContent = doing;
  const whole = document.querySelector("[data-job-percent]");
  if (whole) whole.textContent = percent(data.progress);
  const left = document.querySelector("[data-job-left]");
  if (left) left.textContent = data.eta_seconds ? t("upload.left", { time: roughly(data.eta_seconds) }) : "";
  showState(data.state, data.progress);
  const now = (data.steps ?? []).map((one) => `${one.name}:${one.status}`).join() + data.status;
  if (now !== shown) {
    if (shown) {
      refresh(panel);
      refreshStage();
      refresh("#side", 600);
    }
    shown = now;
    return;
  }
  for (const one of data.steps ?? []) {
    const row = document.querySelector(`[data-step="${CSS.escape(one.name)}"]`);
    const line = row?.querySelector("progress");
    if (line) line.value = one.progress;
    const word = row?.querySelector("[data-step-percent]");
    if (word) word.textContent = percent(one.progress);
  }
}

/** The state's chip and the word over the stage. A state that changed has another icon: the server writes that. */
function showState(state, done) {
  if (!state) return;
  const word = state === "processing" ? t("state.processingAt", { percent: percent(done) }) : t(`state.${state}`);
  for (const chip of document.querySelectorAll(".asset .state")) {
    if (chip.dataset.state === state) chip.querySelector(".word").textContent = word;
    else if (!chip.closest("#stage, #side, .panel")) renew();
  }
  if (page.dataset.state !== state) {
    page.dataset.state = state;
    say(word);
  }
}

/** Fetch the page's head line again; the title that somebody may be editing stays. */
let renewing = 0;
function renew() {
  renewing ||= setTimeout(() => {
    renewing = 0;
    window.htmx.ajax("GET", location.pathname, { target: ".asset-line", select: ".asset-line", swap: "outerHTML" });
  }, 500);
}

function everything() {
  refresh(panel);
  refresh("#side");
  refreshStage();
  renew();
}

subscribe(`job:${page.dataset.job}`, (event) => {
  const data = event.data ?? {};
  if (event.type === "snapshot" || event.type === "job.progress") progress(data);
  else if (event.type.startsWith("job.")) everything();
});
const TAKEN_BACK = new Set(["asset.blocked", "asset.held", "asset.removed", "asset.changed"]);
const RELOAD_MS = 4000;
subscribe(`asset:${id}`, (event) => {
  if (event.data?.changed?.includes("captions")) {
    document.dispatchEvent(new CustomEvent("portal:captions"));
    return;
  }
  // What plays stops at once, and says why; then the page tells what there is instead.
  if (TAKEN_BACK.has(event.type) || event.code === "not_permitted") check?.(event.type === "asset.blocked" ? "blocked" : "refused");
  // Whoever removes it leaves the page by themselves; for everyone else the server says that it is not here.
  if (event.type === "asset.removed" || event.code === "not_permitted") setTimeout(() => location.reload(), RELOAD_MS);
  else if (event.type.startsWith("asset.")) everything();
  else if (/^job\.(completed|failed)$/.test(event.type) && event.data?.job_id !== page.dataset.job) {
    // What was measured when all was made, or packaged anew.
    refresh(panel);
    refresh("#panel-packages");
    refresh("#panel-analyses");
    refresh("#side");
  }
  else if (event.type === "analysis.completed") {
    for (const name of ["#panel-analyses", "#panel-timeline", "#panel-matches"]) refresh(name);
    document.dispatchEvent(new CustomEvent("portal:analyses"));
  }
  else if (event.type === "job.progress" && event.data?.job_id !== page.dataset.job) progress(event.data ?? {});
  else if (event.type === "variant.ready") {
    refreshStage();
    refresh("#side", 900);
  }
});

// Editing ---------------------------------------------------------------------------------------------------------
for (const field of document.querySelectorAll("[data-field]")) {
  field.addEventListener("change", () => save(field));
  if (field.matches("textarea")) {
    field.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        field.value = field.dataset.was;
        field.blur();
      } else if (event.key === "Enter" && (field.dataset.field === "title" || event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        field.blur();
      }
    });
  }
}

async function save(field) {
  const name = field.dataset.field;
  const value = name === "title" ? field.value.replace(/\s+/g, " ").trim() : field.value;
  wrong(field, "");
  if (name === "title" && !value) {
    wrong(field, t("titleEmpty"));
    return;
  }
  try {
    await call("PATCH", address, { [name]: value });
    field.dataset.was = value;
    if (name === "title") {
      field.value = value;
      document.querySelector(".asset-title h1 bdi").textContent = value;
      document.title = document.title.replace(/^.* · /, `${value} · `);
    }
    say(t("saved"));
    if (field.matches("select")) toast(t("saved"));
    if (name === "age_rating") refresh("#side", 0);
  } catch (problem) {
    wrong(field, said(problem));
  }
}

/** A sentence beside the field, or none. */
function wrong(field, text) {
  const holder = field.closest(".select") ?? field;
  holder.parentElement.querySelector(":scope > .edit-wrong")?.remove();
  field.toggleAttribute("aria-invalid", Boolean(text));
  if (!text) return;
  const line = document.createElement("p");
  line.className = "edit-wrong";
  line.setAttribute("role", "alert");
  line.textContent = text;
  holder.after(line);
}

const said = (problem) => (problem instanceof Problem && problem.message) || t("noAnswer");

// Acts ------------------------------------------------------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const remover = event.target.closest("[data-remove]");
  if (remover) {
    remover.disabled = true;
    try {
      await call("DELETE", address);
      location.assign("/");
    } catch (problem) {
      remover.disabled = false;
      const word = remover.closest("dialog").querySelector(".wrong-word");
      word.textContent = said(problem);
      word.hidden = false;
    }
  }
});
/** What managers decide at the gate, each after its own question. */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const dialog = button.closest("dialog");
  button.disabled = true;
  try {
    await call("POST", `${address}${button.dataset.act}`, {});
    dialog.close();
    everything();
  } catch (problem) {
    const word = dialog.querySelector(".wrong-word");
    word.textContent = said(problem);
    word.hidden = false;
  } finally {
    button.disabled = false;
  }
});
document.addEventListener("portal:retried", everything);
