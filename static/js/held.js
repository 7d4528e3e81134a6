/**
 * What waits: one file or all that are chosen are let through, or put in the trash with a way back. Before something is
 * let through that no scanner has read, the page asks.
 */

import { call } from "./http.js";
import { offer, toast } from "./tell.js";
import { t } from "./words.js";

const list = document.getElementById("lines");
const sure = document.getElementById("release-scan");
const all = document.getElementById("all");

const ACTS = {
  release: { send: (id) => call("POST", `/api/v1/assets/${id}/publish`, {}), word: "held.released", back: (id) => call("POST", `/api/v1/assets/${id}/hold`, {}) },
  remove: { send: (id) => call("DELETE", `/api/v1/assets/${id}/`), word: "held.removed", back: (id) => call("POST", `/api/v1/assets/${id}/restore`, {}) },
};

const lines = () => [...list.children];
let answered = null; // what the dialog's yes would do
const chosen = () => lines().filter((line) => line.querySelector(".held-check").checked);

if (list) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) ask([button.closest("li")], ACTS[button.dataset.act]);
  });
  list.addEventListener("change", count);
  // A click before this script runs would be lost: until now nothing could be clicked.
  for (const button of list.querySelectorAll("[data-act]")) button.disabled = false;
  all.addEventListener("change", () => {
    for (const line of lines()) line.querySelector(".held-check").checked = all.checked;
    count();
  });
  for (const button of document.querySelectorAll("[data-each]")) button.addEventListener("click", () => ask(chosen(), ACTS[button.dataset.each]));
  sure.querySelector("[data-act]").addEventListener("click", () => {
    sure.close();
    decide(...answered);
  });
  count();
}

/** Do it, or ask before when a file is among them that was not scanned. */
function ask(wanted, act) {
  if (act !== ACTS.release || !wanted.some((line) => "unscanned" in line.dataset)) {
    decide(wanted, act);
    return;
  }
  answered = [wanted, act];
  sure.showModal();
}

function count() {
  const number = chosen().length;
  document.getElementById("chosen").textContent = number ? t("held.chosen", { n: number }) : "";
  for (const button of document.querySelectorAll("[data-each]")) button.disabled = !number;
  all.checked = number > 0 && number === lines().length;
  all.indeterminate = number > 0 && number < lines().length;
}

/** Do it to each line, one after the other; what fails stays and says why. */
async function decide(wanted, { send, word, back }) {
  const done = [];
  for (const line of wanted) {
    line.classList.add("busy");
    try {
      await send(line.dataset.asset);
      done.push(line.dataset.asset);
      leave(line);
    } catch (problem) {
      line.classList.remove("busy");
      toast(problem.message || t("noAnswer"));
    }
  }
  count();
  if (done.length) offer(t(word, { n: done.length }), t("undo"), () => undo(done, back));
}

function leave(line) {
  const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("[data-act]");
  line.remove();
  next?.focus();
  countDown();
  if (lines().length) return;
  document.getElementById("held").hidden = true;
  document.getElementById("nothing").hidden = false;
}

/** The number in the rail; beyond a hundred it was not counted. */
function countDown() {
  const number = document.querySelector(".rail-count");
  const left = Number(number?.textContent) - 1;
  if (number && left < 99) number.textContent = String(left);
  if (left === 0) number.remove();
}

async function undo(ids, back) {
  try {
    for (const id of ids) await back(id);
    location.reload();
  } catch (problem) {
    toast(problem.message || t("noAnswer"));
  }
}
