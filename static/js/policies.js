/** The page of a policy: its form, its mode, its replays. */

import { call } from "./http.js";
import { editor, refuse } from "./policyrules.js";
import { say, toast } from "./tell.js";
import { t } from "./words.js";

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const config = read("policy-config");
const words = read("policy-words");
const policy = config.policy;
const form = document.querySelector("[data-policy-form]");
const rules = structuredClone(policy.rules);
const SAVED = "policy-saved";
let dirty = false;
const proposed = fillIn();
const { list } = editor(form, { config, words, rules, changed: () => (dirty = true) });
const filled = form.elements;
form.addEventListener("input", () => (dirty = true));
window.addEventListener("beforeunload", (event) => dirty && event.preventDefault());

/** Take over the thresholds that the address proposes for a rule, once: the rule, or null where there is nothing to take over. */
function fillIn() {
  const asked = new URLSearchParams(location.search);
  const rule = rules.find(({ key }) => key === asked.get("rule"));
  if (!rule) return null;
  const given = ["review", "block"].filter((name) => Number(asked.get(name)) > 0 && Number(asked.get(name)) <= 1);
  for (const name of given) rule[name] = Number(asked.get(name));
  history.replaceState(null, "", location.pathname);
  return given.length ? rule : null;
}

if (proposed) {
  dirty = true;
  const card = list.children[rules.indexOf(proposed)];
  card.scrollIntoView({ block: "center" });
  card.focus({ preventScroll: true });
  toast(words.proposed);
}

const wrongs = () => [...form.querySelectorAll(".wrong-word")];
const share = (text) => (text === "" ? 0 : Number((Number(text) / 100).toPrecision(12)));

/** All that the form says. */
function said() {
  const body = { rules, severity: Number(filled.severity.value), deadline: Number(filled.deadline.value), sampling: share(filled.sampling.value), double: share(filled.double.value) };
  for (const name of ["name", "name_ar", "statement", "statement_ar"]) body[name] = filled[name].value.trim();
  if (filled.restricted) body.restricted = filled.restricted.checked;
  if (policy.id) Object.assign(body, { note: filled.note.value.trim(), version: policy.version ?? 0, everything: Boolean(filled.everything?.checked) });
  return body;
}

/** Say what was not taken, beside its field where it has one. */
function told(problem) {
  if (problem.code === "stale_version") {
    form.querySelector("[data-stale-says]").textContent = problem.message;
    form.querySelector("[data-stale]").hidden = false;
    return;
  }
  const rest = refuse(list, problem.errors ?? []).filter(({ field, detail }) => {
    const word = form.querySelector(`[data-wrong-field="${CSS.escape(field)}"]`) ?? (field === "rules" ? form.querySelector('[data-wrong="rules"]') : null);
    if (!word) return true;
    word.textContent = detail;
    word.hidden = false;
    return false;
  });
  const whole = form.querySelector("[data-form-wrong]");
  whole.textContent = rest.map(({ detail }) => detail).join(" ") || (problem.errors?.length ? words.wrong : problem.message || t("noAnswer"));
  whole.hidden = false;
  (wrongs().find((one) => !one.hidden) ?? whole).scrollIntoView({ block: "center" });
}

/** Ask whether it is meant, when it is against most of the library; whether it was confirmed. */
function confirmed(problem) {
  const sheet = document.getElementById("broad");
  sheet.querySelector("[data-broad-says]").textContent = problem.document.estimated ? `${problem.message} ${words.estimated}` : problem.message;
  sheet.showModal();
  return new Promise((answer) => {
    const go = sheet.querySelector("[data-confirm-broad]");
    const yes = () => {
      sheet.returnValue = "yes";
      sheet.close("yes");
    };
    sheet.returnValue = "";
    go.addEventListener("click", yes);
    sheet.addEventListener("close", () => {
      go.removeEventListener("click", yes);
      answer(sheet.returnValue === "yes");
    }, { once: true });
  });
}

/** Send it, and once more when it was confirmed; null when it was not. */
async function sent(method, body) {
  try {
    return await call(method, form.dataset.address, body);
  } catch (problem) {
    if (problem.code !== "matches_everything") throw problem;
    return (await confirmed(problem)) ? call(method, form.dataset.address, { ...body, confirm: true }) : null;
  }
}

/** Do something while nothing else can be begun. */
async function alone(act, failed) {
  const buttons = [...document.querySelectorAll(".policy-page .button, [data-mode]")];
  for (const button of buttons) button.disabled = true;
  try {
    await act();
  } catch (problem) {
    failed(problem);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

function cleared() {
  for (const word of wrongs()) word.hidden = true;
  form.querySelector("[data-stale]").hidden = true;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  cleared();
  alone(async () => {
    const done = await sent(policy.id ? "PATCH" : "POST", said());
    if (!done) return;
    dirty = false;
    sessionStorage.setItem(SAVED, "1");
    location.assign(form.dataset.page.replace(/0{8}-(0{4}-){3}0{12}/, done.id));
  }, told);
});

/* --- Replay ----------------------------------------------------------------------------------------------------- */
document.querySelector("[data-try]")?.addEventListener("click", () => {
  const word = document.querySelector("[data-replay-wrong]");
  cleared();
  word.hidden = true;
  alone(async () => {
    const begun = await call("POST", form.dataset.replay, { rules });
    say(words.trying);
    await watch(begun.id);
  }, (problem) => {
    if (problem.errors?.length) return told(problem);
    word.textContent = problem.message || t("noAnswer");
    word.hidden = false;
    word.scrollIntoView({ block: "center" });
    if (problem.document?.replay) watch(problem.document.replay);
  });
});

async function watch(id) {
  const address = form.dataset.replays.replace(/0{8}-(0{4}-){3}0{12}/, id);
  await window.htmx.ajax("GET", address, { target: "#replay", swap: "outerHTML" });
  document.getElementById("replay")?.scrollIntoView({ block: "nearest" });
}

let failures = 0;
document.body.addEventListener("htmx:afterSwap", () => {
  const replay = document.getElementById("replay");
  failures = 0;
  if (replay && replay.dataset.status !== "running" && replay.dataset.told === undefined) {
    replay.dataset.told = "";
    say(words.tried);
  }
});

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;
let again = 0;

/** A replay that runs is followed until it has ended, however often no answer comes; what is not there any more is left. */
function unanswered(event) {
  const replay = event.target.closest?.("#replay");
  if (!replay) return;
  event.stopPropagation(); // it is told here, beside the replay
  const { status } = event.detail.xhr;
  const over = status >= 400 && status < 500 && status !== 408 && status !== 429;
  failures += 1;
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** failures);
  tellFollowing(replay, over ? words.unfollowed : words.following);
  clearTimeout(again);
  if (!over) again = setTimeout(() => document.contains(replay) && window.htmx.trigger(replay, "follow"), pause);
}

/** A line beside the replay; said once, and not at each try. */
function tellFollowing(replay, text) {
  let line = replay.querySelector(".replay-unanswered");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "replay-unanswered small" });
    line.setAttribute("role", "status");
    replay.querySelector(".replay-head").after(line);
  }
  if (line.textContent !== text) line.textContent = text;
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.body.addEventListener(name, unanswered);

/* --- What it does ------------------------------------------------------------------------------------------------- */
const modes = document.querySelector(".mode-choice");
const sheet = document.getElementById("mode-sheet");
let wanted = "";

async function switched(mode, everything) {
  const done = await sent("PATCH", { mode, everything });
  if (!done) return;
  dirty = false;
  location.reload();
}

const modeWord = document.querySelector("[data-mode-wrong]");
function notSwitched(problem) {
  modeWord.textContent = problem.message || t("noAnswer");
  modeWord.hidden = false;
}

modes?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mode]");
  if (!button || button.getAttribute("aria-pressed") === "true") return;
  modeWord.hidden = true;
  // What is switched is what was saved, and the page is loaded anew after it.
  if (dirty) return void notSwitched({ message: words.unsaved });
  wanted = button.dataset.mode;
  if (wanted === "off") return void alone(() => switched("off", false), notSwitched);
  sheet.querySelector("[data-mode-title]").textContent = words[`title.${wanted}`];
  sheet.querySelector("[data-mode-go]").textContent = words[`go.${wanted}`];
  sheet.showModal();
});

sheet?.querySelector("[data-mode-form]").addEventListener("submit", (event) => {
  event.preventDefault();
  const everything = event.target.elements.reach.value === "everything";
  sheet.close();
  alone(() => switched(wanted, everything), notSwitched);
});

document.querySelector("[data-delete-policy]")?.addEventListener("click", async ({ target }) => {
  const word = target.closest("dialog").querySelector(".wrong-word");
  try {
    await call("DELETE", form.dataset.address);
    dirty = false;
    location.assign(target.dataset.back);
  } catch (problem) {
    word.textContent = problem.message || t("noAnswer");
    word.hidden = false;
  }
});

if (sessionStorage.getItem(SAVED)) {
  sessionStorage.removeItem(SAVED);
  toast(t("saved"));
}
