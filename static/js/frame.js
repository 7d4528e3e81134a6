/** What every page has: theme, keys, dialogs, copying, short messages, the pill of files in work. */

import "./bell.js";
import "./copying.js";
import { WRITING, keepSingleKeys, letter, singleKeys } from "./keys.js";
import { subscribe } from "./live.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

const body = document.body;

function chooseTheme(value) {
  document.documentElement.dataset.theme = value;
  document.cookie = `theme=${value}; path=/; max-age=31536000; samesite=lax`;
}

document.querySelector("[data-theme-choice]")?.addEventListener("change", (event) => chooseTheme(event.target.value));

// Dialogs: the browser traps the focus and gives it back.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    opener.closest(".dropdown-menu")?.previousElementSibling?.click();
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  else if (event.target.matches("dialog.sheet")) event.target.close();
});

// Keys -----------------------------------------------------------------------------------------------------------
const keysOn = document.getElementById("keys-on");
if (keysOn) {
  keysOn.checked = singleKeys();
  keysOn.addEventListener("change", () => keepSingleKeys(keysOn.checked));
}

let before = "";
let beforeAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(WRITING) || document.querySelector("dialog[open]")) return;
  if (keysOn && !keysOn.checked) return;
  const key = letter(event);
  const after = performance.now() - beforeAt < 1200 ? before : "";
  before = key;
  beforeAt = performance.now();
  const place = after === "g" && document.querySelector(`.rail [data-key="${CSS.escape(key)}"]`);
  if (place) place.click();
  else if (key === "/") document.getElementById("search")?.focus();
  else if (key === "?") document.getElementById("keys")?.showModal();
  else if (key === "u") document.querySelector("[data-upload-link]")?.click();
  else return;
  event.preventDefault();
});

// The pill --------------------------------------------------------------------------------------------------------
let asked = 0;
function refreshPill() {
  // A timer that runs is kept: under a stream of news, one that began anew each time would never end.
  asked ||= setTimeout(() => {
    asked = 0;
    window.htmx?.trigger("#working", "refresh");
  }, 500);
}
if (body.dataset.user) {
  subscribe("library", (event) => {
    if (event.type !== "job.progress") refreshPill();
    else if (document.getElementById("working")?.dataset.count === "0") refreshPill();
  });
}

document.addEventListener("live", (event) => {
  if (event.detail.state === "signed-out") toast(t("signedOut"));
});
for (const line of document.querySelectorAll(".toast-line")) setTimeout(() => line.remove(), 6000);

// What was not answered -------------------------------------------------------------------------------------------
const AGAIN_MS = 3_000;
const TOLD_MS = 6_000;
const askedAgain = new Set();
let told = -TOLD_MS;

/** A part of the page that follows the work is asked for once more; only then, or when a person asked, it is told. */
function unanswered({ detail: { elt, xhr } }) {
  const trigger = elt.getAttribute("hx-trigger") ?? "";
  const follows = trigger.includes("refresh");
  // It is not here any longer, or not for this person: the news of that says so.
  if (follows && xhr.status >= 400 && xhr.status < 500) return;
  if (follows && !askedAgain.delete(elt.id)) {
    askedAgain.add(elt.id);
    setTimeout(() => {
      const part = document.getElementById(elt.id);
      if (part) window.htmx.trigger(part, "refresh");
    }, AGAIN_MS);
    return;
  }
  // What asks by the clock asks again by itself, and goes on until it is answered: that is told once.
  if (!follows && trigger.includes("every ")) {
    if (askedAgain.has(elt.id)) return;
    askedAgain.add(elt.id);
  }
  if (performance.now() - told < TOLD_MS) return; // one outage, many parts
  told = performance.now();
  toast(t("noAnswer"));
}
document.addEventListener("htmx:responseError", unanswered);
document.addEventListener("htmx:sendError", unanswered);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) askedAgain.delete(detail.elt.id);
});
