/** The room of the page in which a case stands, or what is told in its place. */

import { subscribe } from "./live.js";
import { tellBreak } from "./reviewcare.js";
import { say } from "./tell.js";
import { t } from "./words.js";

export const room = document.getElementById("case-room");
const pause = document.getElementById("case-pause");
const first = document.getElementById("case");
/** What the page is called without a case. */
export const TITLE = first ? document.title.slice(`${first.dataset.title} · `.length) : document.title;

let leave = () => {};
/** What is to be done when something else takes the place of what stands here. */
export const whenLeft = (act) => { leave = act; };

export const template = (name) => document.getElementById(name).content.cloneNode(true);

/** Whether a break between two cases stands here. */
export const isResting = () => Boolean(room.querySelector("[data-resting]"));

/** Put something in the place of the case, and the focus on its head. */
export function fill(content) {
  const left = leave;
  leave = () => {};
  left();
  pause.hidden = true;
  room.hidden = false;
  room.removeAttribute("aria-busy");
  tellBreak();
  room.replaceChildren(content);
  const head = room.querySelector("h1");
  scrollTo(0, 0);
  head?.focus({ preventScroll: true });
}

/** Nothing waits; `only`: but for what was just put back. */
export function tellNone(only = "") {
  fill(template("case-none"));
  document.title = TITLE;
  history.replaceState(null, "", document.getElementById("cockpit").dataset.next);
  const word = room.querySelector("[data-none-word]");
  const button = room.querySelector("[data-take]");
  if (only) word.textContent = t(only);
  button.hidden = !only;
  whenLeft(subscribe("moderation", (event) => {
    const frees = event.type === "case.changed" && event.data?.status === "waiting";
    if (event.type !== "case.opened" && !frees) return;
    word.textContent = t("review.come");
    button.hidden = false;
    say(t("review.come"));
  }));
}

export function tellWrong(problem) {
  fill(template("case-wrong"));
  room.querySelector("[data-why]").textContent = problem.message || t("noAnswer");
}
