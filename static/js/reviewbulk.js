/**
 * One decision on many cases: the dialog shows what would happen, then it is made, and for a while it can be taken back.
 */

import { call } from "./http.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const ADDRESS = "/api/v1/moderation/bulk";
const EVERY_MS = 1_000;

const dialog = document.getElementById("many");
const form = document.getElementById("many-form");
const act = document.getElementById("many-do");
const plain = act.lastChild.textContent;
const look = document.getElementById("many-look");
const bar = document.getElementById("batch-bar");
const undoing = document.getElementById("batch-undo");

let wanted = {}; // {ids} or {filter}
let able = []; // the cases that the preview found to be decidable
let heard = () => {};
let clock = 0;

/** Be told when cases were decided, or that was taken back. */
export const onDecided = (handler) => {
  heard = handler;
};

/** Open the dialog for these cases. */
export function decideMany(cases, number) {
  wanted = cases;
  document.getElementById("many-count").textContent = cases.filter ? "" : t("queue.chosen", { n: number });
  forget();
  offerReasons();
  dialog.showModal();
}

// The dialog ------------------------------------------------------------------------------------------------------
/** What was shown is not true of another decision. */
function forget() {
  able = [];
  act.disabled = true;
  act.lastChild.textContent = plain;
  document.getElementById("many-preview").hidden = true;
  document.getElementById("many-wrong").hidden = true;
}

/** Only the reasons that go with the act. */
function offerReasons() {
  const reason = form.elements.reason;
  const chosen = form.elements.action.value;
  for (const option of reason.options) option.hidden = option.disabled = !option.dataset.acts.split(" ").includes(chosen);
  if (reason.selectedOptions[0]?.disabled ?? true) reason.value = [...reason.options].find((option) => !option.disabled).value;
  document.getElementById("many-restriction").hidden = chosen !== "restrict";
}

form.addEventListener("change", (event) => {
  if (event.target.name === "action") offerReasons();
  if (event.target.name !== "note") forget();
});

const wish = () => ({
  action: form.elements.action.value,
  reason: form.elements.reason.value,
  note: form.elements.note.value,
  ...(form.elements.action.value === "restrict" ? { rating: form.elements.rating.value } : {}),
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  forget();
  look.disabled = true;
  try {
    show(await call("POST", ADDRESS, { ...wanted, ...wish(), preview: true }));
  } catch (problem) {
    refuse(problem);
  } finally {
    look.disabled = false;
  }
});

function refuse(problem) {
  const wrong = document.getElementById("many-wrong");
  wrong.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
  wrong.hidden = false;
}

/** What would happen: how many of each, and the cases themselves. */
function show({ counts, effects, cases }) {
  able = cases.filter((one) => one.code === "ok").map((one) => one.id);
  const said = [...words("code", counts), ...words("effect", effects)];
  document.getElementById("many-counts").replaceChildren(...said.map((text) => item(text)));
  document.getElementById("many-affected").replaceChildren(...cases.map((one) => {
    const line = document.createElement("li");
    const title = document.createElement("bdi");
    title.textContent = one.title || one.id;
    line.append(title, " · ", one.code === "ok" ? one.effect_label : one.code_label);
    return line;
  }));
  document.getElementById("many-preview").hidden = false;
  act.disabled = able.length === 0;
  act.lastChild.textContent = able.length ? t("queue.decide", { n: able.length }) : plain;
}

const words = (kind, numbers) => Object.entries(numbers).filter(([, n]) => n).map(([name, n]) => t(`queue.${kind}.${name}`, { n }));

function item(text) {
  const line = document.createElement("li");
  line.textContent = text;
  return line;
}

act.addEventListener("click", async () => {
  act.disabled = true;
  try {
    const batch = await call("POST", ADDRESS, { ids: able, ...wish(), preview: false });
    dialog.close();
    follow(batch);
  } catch (problem) {
    refuse(problem);
    act.disabled = false;
  }
});

// The batch -------------------------------------------------------------------------------------------------------
/** Show how far it is, until it has ended; then it can be undone for a while. */
async function follow(batch) {
  clearInterval(clock);
  bar.hidden = false;
  undoing.hidden = true;
  document.getElementById("batch-done").hidden = true;
  const progress = document.getElementById("batch-bar-progress");
  while (batch.status === "running" || batch.status === "undoing") {
    progress.hidden = false;
    progress.value = (100 * batch.done) / batch.total;
    tell(t(batch.status === "running" ? "queue.deciding" : "queue.undoing", batch));
    await new Promise((done) => setTimeout(done, EVERY_MS));
    try {
      batch = await call("GET", `${ADDRESS}/${batch.id}/`);
    } catch (problem) {
      if (!problem.status || problem.status >= 500) continue; // it is asked again
      toast(problem.message);
      bar.hidden = true;
      return;
    }
  }
  progress.hidden = true;
  document.getElementById("batch-done").hidden = false;
  ended(batch);
}

function ended(batch) {
  const undone = batch.status === "undone";
  const good = batch.report.filter((line) => (undone ? line.undone : line.code) === "ok").length;
  const bad = batch.report.filter((line) => (undone ? !["ok", "nothing"].includes(line.undone) : line.code !== "ok")).length;
  const said = t(undone ? "queue.undone" : "queue.decided", { n: good });
  tell(bad ? `${said} ${t(undone ? "queue.kept" : "queue.failed", { n: bad })}` : said);
  heard();
  if (!undone && good) offerUndo(batch);
}

/** Offer to take it back as long as that is possible. */
function offerUndo(batch) {
  const until = Date.parse(batch.undo_until);
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    undoing.hidden = left <= 0;
    undoing.lastChild.textContent = t("queue.undoFor", { seconds: left });
    if (left <= 0) clearInterval(clock);
  };
  undoing.onclick = async () => {
    clearInterval(clock);
    undoing.hidden = true;
    try {
      await follow(await call("POST", `${ADDRESS}/${batch.id}/undo`, {}));
    } catch (problem) {
      toast(problem.message || t("noAnswer"));
    }
  };
  clock = setInterval(tick, 1000);
  tick();
  undoing.focus();
}

function tell(text) {
  document.getElementById("batch-said").textContent = text;
}

document.getElementById("batch-done").addEventListener("click", () => {
  clearInterval(clock);
  bar.hidden = true;
});
