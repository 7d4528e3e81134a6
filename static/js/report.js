/** The dialog that reports a file: the moment at which the player stands is offered with it. */

import { clock } from "./words.js";

/** The second that the player shows, or 0 where nothing plays. */
function now() {
  const film = document.querySelector("#stage video");
  const sound = document.querySelector("#stage .seek");
  return film?.currentTime ?? Number(sound?.value ?? 0);
}

/** The dialog opens with a form as if for the first time: what was sent, or begun and left, is over. */
let stale = false;
let asked = false;
/** Whether somebody has begun to fill in what stands there: a form that comes late takes nothing out of their hands. */
let begun = false;
function renew() {
  const panel = document.getElementById("report-panel");
  if (!stale || asked || !panel) return;
  asked = true;
  const over = () => { asked = false; };
  window.htmx.ajax("GET", panel.dataset.form, { target: panel, swap: "innerHTML" }).then(over, over);
}
document.addEventListener("input", ({ target }) => {
  if (target.closest("#report-panel")) begun = true;
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (begun && detail.target.id === "report-panel" && detail.requestConfig.verb === "get") detail.shouldSwap = false;
});
document.addEventListener("close", (event) => {
  if (event.target.id !== "report") return;
  stale = true;
  begun = false;
  renew();
}, true);

document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-opens="report"]')) return;
  document.querySelector("#stage video")?.pause();
  renew(); // it could not be had when the dialog was closed
  offerMoment();
});

/** Offer the second at which the player stands. */
function offerMoment() {
  const line = document.getElementById("report-at");
  const second = now();
  if (!line || !(second > 0.5)) return;
  const box = line.querySelector("input");
  box.value = second.toFixed(1);
  box.checked = true;
  line.querySelector("bdi").textContent = clock(second);
  line.hidden = false;
}

// What has taken the place of the form is read out and holds the focus.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "report-panel") return;
  const dialog = target.closest("dialog");
  if (!target.querySelector("#report-sent")) stale = false;
  if (!dialog.open) return;
  const place = target.querySelector("#report-sent, #report-wrong");
  if (place) place.focus();
  else offerMoment();
});
