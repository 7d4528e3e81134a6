/** Care for who looks: how things are shown to them, how much they have looked at, and when they are asked to rest. */

import { call } from "./http.js";
import { remember, remembered } from "./memory.js";
import { span, t } from "./words.js";

const SETTINGS = "/api/v1/moderation/me/settings";
const EXPOSURE = "/api/v1/moderation/me/exposure";
const PUT_OFF = "portal.review.putoff";
/** How much more is looked at when a break is put off: cases, and seconds. */
const MORE_CASES = 5;
const MORE_SECONDS = 600;

const line = document.querySelector("[data-looked]");
const dialog = document.getElementById("break");
const form = document.querySelector("[data-care-form]");
let looked = { cases: Number(line.dataset.cases), seconds: Number(line.dataset.seconds), uncovered: Number(line.dataset.uncovered) };

/** What is covered for this person: some of "blur", "grey" and "mute". */
export const care = () => new Set(document.getElementById("cockpit").dataset.care.trim().split(/\s+/).filter(Boolean));

function show() {
  line.textContent = looked.cases ? t("review.looked", { n: looked.cases, time: span(looked.seconds), bare: span(looked.uncovered) }) : "";
}

/** Tell that a case was looked at; settles when it is known, and never fails: it is no reason to stop anybody. */
export async function tellLook(id, { seconds, uncovered }, { keepalive = false } = {}) {
  if (seconds <= 0) return;
  const body = { case: id, seconds: Number(seconds.toFixed(1)), uncovered: Number(uncovered.toFixed(1)) };
  const found = await call("POST", EXPOSURE, body, { keepalive }).catch(() => null);
  if (!found) return;
  looked = found;
  show();
}

/** Whether a break is due that was not put off. */
function isDue() {
  if (!looked.break_due) return false;
  const until = JSON.parse(remembered(PUT_OFF) ?? "null");
  // Since then there was a break: what was put off is over.
  if (!until || looked.cases < until.from) return true;
  return looked.cases >= until.cases || looked.seconds >= until.seconds;
}

/** Whether this one has been put off before. */
const wasPutOff = () => {
  const until = JSON.parse(remembered(PUT_OFF) ?? "null");
  return Boolean(until) && looked.cases >= until.from;
};

/** Ask for a break when one is due; settles with "rest" or "go". */
export function breakOr() {
  if (!isDue()) return Promise.resolve("go");
  const later = dialog.querySelector("[data-put-off]");
  later.hidden = wasPutOff();
  dialog.querySelector("[data-break-word]").textContent = t("review.breakDue", { n: looked.cases, time: span(looked.seconds) });
  return new Promise((resolve) => {
    let answer = "rest";
    later.onclick = () => {
      remember(PUT_OFF, JSON.stringify({ from: looked.cases, cases: looked.cases + MORE_CASES, seconds: looked.seconds + MORE_SECONDS }));
      answer = "go";
      dialog.close();
    };
    dialog.querySelector("[data-rest]").onclick = () => dialog.close();
    dialog.addEventListener("close", () => resolve(answer), { once: true });
    dialog.showModal();
  });
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
      document.getElementById("cockpit").dataset.care = ["blur", "grey", "mute"].filter((name) => kept[name]).join(" ");
      document.getElementById("care").close();
      changed();
    } catch (problem) {
      wrong.textContent = problem.errors?.[0]?.detail || problem.message || t("noAnswer");
      wrong.hidden = false;
    }
  });
}
