/** Care for who looks: how things are shown to them, how much they have looked at, and when they are asked to rest. */

import { call } from "./http.js";
import { remember, remembered } from "./memory.js";
import { ANSWER_WITHIN } from "./reviewfetch.js";
import { say } from "./tell.js";
import { span, t } from "./words.js";

const SETTINGS = "/api/v1/moderation/me/settings";
const EXPOSURE = "/api/v1/moderation/me/exposure";
const PUT_OFF = "portal.review.putoff";
/** How much more is looked at when a break is put off: cases, and seconds. */
const MORE_CASES = 5;
const MORE_SECONDS = 600;
const REMIND_MS = 10_000;

const line = document.querySelector("[data-looked]");
const dialog = document.getElementById("break");
const note = document.getElementById("break-note");
const form = document.querySelector("[data-care-form]");
let looked = { cases: Number(line.dataset.cases), seconds: Number(line.dataset.seconds), uncovered: Number(line.dataset.uncovered) };

let remind = () => {};
/** Show the line that reminds of a break, or not, as it is due now. */
export const tellBreak = () => remind();

/** What is covered for this person: some of "blur", "grey" and "mute". */
export const care = () => new Set(document.getElementById("cockpit").dataset.care.trim().split(/\s+/).filter(Boolean));

function show() {
  line.textContent = looked.cases ? t("review.looked", { n: looked.cases, time: span(looked.seconds), bare: span(looked.uncovered) }) : "";
  remind();
}

/** Tell that a case was looked at; settles when it is known, and never fails: it is no reason to stop anybody. */
export async function tellLook(id, { seconds, uncovered }, { keepalive = false } = {}) {
  if (seconds <= 0) return;
  const body = { case: id, seconds: Number(seconds.toFixed(3)), uncovered: Number(uncovered.toFixed(3)) };
  const found = await call("POST", EXPOSURE, body, { keepalive, within: ANSWER_WITHIN }).catch(() => null);
  if (!found) return;
  looked = found;
  show();
}

/** Whether a break is due that was not put off, `more` seconds after what is known. */
function isDue(more = 0) {
  const seconds = looked.seconds + more;
  const cases = Number(line.dataset.breakCases);
  const minutes = Number(line.dataset.breakMinutes);
  const due = (cases > 0 && looked.cases >= cases) || (minutes > 0 && seconds >= minutes * 60);
  const until = putOff();
  return due && (!until || looked.cases >= until.cases || seconds >= until.seconds);
}

/** Until when it has been put off, or null; after a break it has not. */
function putOff() {
  const until = JSON.parse(remembered(PUT_OFF) ?? "null");
  return until && looked.cases >= until.from ? until : null;
}

const later = (more = 0) => remember(PUT_OFF, JSON.stringify({
  from: looked.cases, cases: looked.cases + MORE_CASES, seconds: looked.seconds + more + MORE_SECONDS,
}));

const dueWord = (more = 0) => t("review.breakDue", { n: looked.cases, time: span(looked.seconds + more) });

/** Between two cases, ask for a break when one is due; settles with "rest" or "go". */
export function breakOr() {
  remind();
  if (!isDue()) return Promise.resolve("go");
  const button = dialog.querySelector("[data-put-off]");
  button.hidden = Boolean(putOff());
  dialog.querySelector("[data-break-word]").textContent = dueWord();
  return new Promise((resolve) => {
    let answer = "rest";
    button.onclick = () => {
      later();
      answer = "go";
      dialog.close();
    };
    dialog.querySelector("[data-rest]").onclick = () => dialog.close();
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
  });
}

/**
 * Remind of a break also while a case stands on the page, without taking anything out of somebody's hands. `more` tells
 * how many seconds of it are not told yet, or null where there is no case; `rest` is called when the break is wanted now.
 */
export function startReminder({ more, rest }) {
  const word = note.querySelector("[data-note-word]");
  const button = note.querySelector("[data-note-later]");
  remind = () => {
    const passed = more();
    const due = passed !== null && isDue(passed);
    if (due) {
      word.textContent = dueWord(passed);
      button.hidden = Boolean(putOff());
    }
    if (due && note.hidden) say(`${note.querySelector("strong").textContent} ${word.textContent}`);
    note.hidden = !due;
  };
  button.addEventListener("click", () => {
    later(more() ?? 0);
    remind();
  });
  note.querySelector("[data-note-rest]").addEventListener("click", () => {
    rest();
    remind();
  });
  setInterval(remind, REMIND_MS);
  remind();
}

/** After a break: what was looked at counts anew, if it was long enough. */
export async function welcomeBack() {
  looked = await call("GET", EXPOSURE, undefined, { within: ANSWER_WITHIN }).catch(() => looked);
  show();
}

/** Start the dialog of settings; `changed` hears of another care. */
export function startCare({ changed }) {
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { blur, grey, mute, break_cases: cases, break_minutes: minutes } = form.elements;
    const wrong = form.querySelector(".wrong-word");
    wrong.hidden = true;
    try {
      const kept = await call("PATCH", SETTINGS, {
        blur: blur.checked, grey: grey.checked, mute: mute.checked, break_cases: cases.valueAsNumber, break_minutes: minutes.valueAsNumber,
      });
      Object.assign(line.dataset, { breakCases: kept.break_cases, breakMinutes: kept.break_minutes });
      document.getElementById("cockpit").dataset.care = ["blur", "grey", "mute"].filter((name) => kept[name]).join(" ");
      document.getElementById("care").close();
      remind();
      changed();
    } catch (problem) {
      wrong.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
      wrong.hidden = false;
    }
  });
}
