/** The dialog that reports a file: the moment at which the player stands is offered with it. */

import { clock } from "./words.js";

/** The second that the player shows, or 0 where nothing plays. */
function now() {
  const film = document.querySelector("#stage video");
  const sound = document.querySelector("#stage .seek");
  return film?.currentTime ?? Number(sound?.value ?? 0);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-opens="report"]')) return;
  document.querySelector("#stage video")?.pause();
  const line = document.getElementById("report-at");
  const second = now();
  if (!line || !(second > 0.5)) return;
  const box = line.querySelector("input");
  box.value = second.toFixed(1);
  box.checked = true;
  line.querySelector("bdi").textContent = clock(second);
  line.hidden = false;
});

// What has taken the place of the form is read out and holds the focus.
document.addEventListener("htmx:afterSettle", () => document.getElementById("report-sent")?.focus());
