/** The list of cases: it follows what happens, keys move in it and choose, and what is chosen can be decided at once. */

import { WRITING, letter, singleKeys } from "./keys.js";
import { subscribe } from "./live.js";
import { say } from "./tell.js";
import { decideMany, onDecided } from "./reviewbulk.js";
import { t } from "./words.js";

const bar = document.getElementById("chosen-bar");
const matching = document.getElementById("choose-matching");
const chosen = new Set();
let all = false; // everything that the filter finds, not only what stands on this page

const list = () => document.getElementById("cases");
const lines = () => [...(list()?.children ?? [])];
const box = (line) => line.querySelector(".held-check");

// Choosing --------------------------------------------------------------------------------------------------------
/** Let the boxes be clicked, checked as before; what has left the list is not chosen any longer. */
function settle() {
  const here = new Set(lines().map((line) => line.dataset.case));
  for (const id of chosen) if (!here.has(id)) chosen.delete(id);
  for (const line of lines()) {
    if (!box(line)) continue;
    box(line).disabled = false;
    box(line).checked = chosen.has(line.dataset.case);
  }
  const every = document.getElementById("all");
  if (every) every.disabled = false;
  count();
}

function count() {
  const number = chosen.size;
  const every = document.getElementById("all");
  const whole = number > 0 && number === lines().length;
  if (every) {
    every.checked = whole;
    every.indeterminate = number > 0 && !whole;
  }
  all &&= whole;
  bar.hidden = number === 0;
  matching.hidden = !whole || all || !document.querySelector("#review .pages");
  const most = Number(matching.dataset.most);
  document.getElementById("chosen").textContent = all ? t("queue.matching", { n: most }) : t("queue.chosen", { n: number });
}

function choose(line, yes) {
  if (yes) chosen.add(line.dataset.case);
  else chosen.delete(line.dataset.case);
  if (box(line)) box(line).checked = yes;
}

document.addEventListener("change", (event) => {
  if (event.target.id === "all") for (const line of lines()) choose(line, event.target.checked);
  else if (event.target.matches("#cases .held-check")) choose(event.target.closest("li"), event.target.checked);
  else return;
  count();
});
document.getElementById("choose-none").addEventListener("click", () => {
  for (const line of lines()) choose(line, false);
  count();
  document.getElementById("all")?.focus();
});
matching.addEventListener("click", () => {
  all = true;
  count();
  document.getElementById("decide-many").focus();
});
document.getElementById("decide-many").addEventListener("click", () => decideMany(all ? { filter: filter() } : { ids: [...chosen] }, chosen.size));
onDecided(() => {
  chosen.clear();
  all = false;
  refresh();
});

/** What the list is filtered by, as the API takes it. */
const filter = () => {
  const { severity, ...told } = Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => value && name !== "after"));
  if (severity) told.severity = Number(severity);
  if (told.overdue) told.overdue = told.overdue === "1";
  return told;
};

// Keys ------------------------------------------------------------------------------------------------------------
const ACTS = {
  n: () => document.getElementById("next-case")?.click(),
  j: () => move(1),
  k: () => move(-1),
  x: () => {
    const line = document.activeElement?.closest("#cases > li");
    if (!line || !box(line)) return;
    choose(line, !box(line).checked);
    count();
  },
};

/** To the next case, or the one before. */
function move(step) {
  const every = lines();
  const here = every.indexOf(document.activeElement?.closest("#cases > li"));
  const next = every[here < 0 ? (step > 0 ? 0 : every.length - 1) : Math.min(every.length - 1, Math.max(0, here + step))];
  next?.querySelector(".line-name a").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !singleKeys()) return;
  if (event.target.closest(WRITING) || document.querySelector("dialog[open]")) return;
  const act = ACTS[letter(event)];
  if (!act) return;
  event.preventDefault();
  act();
});

// Live ------------------------------------------------------------------------------------------------------------
let asked = 0;
function refresh() {
  // A timer that runs is kept: under a stream of news, one that began anew each time would never end.
  asked ||= setTimeout(() => {
    asked = 0;
    // A list that is read again while somebody chooses in it, or stands in one of its fields, would pull it away.
    if (document.activeElement?.closest("#filters")) refresh();
    else window.htmx?.trigger("#review", "refresh");
  }, 1_000);
}

subscribe("moderation", (event) => {
  if (event.type?.startsWith("case.")) refresh();
});
document.addEventListener("htmx:afterSettle", () => {
  const before = chosen.size;
  settle();
  if (chosen.size < before) say(t("queue.changed"));
});
settle();
