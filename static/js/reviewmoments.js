/** The flagged moments of a case, gone through by keys and clicks, and the words that are said while it plays. */

import { seek } from "./captionfilm.js";
import { say } from "./tell.js";
import { t } from "./words.js";

/** Start the strip and the words of a case; `media` finds what plays. Returns `step`, `worst`, `now` and `stop`. */
export function startMoments(root, { media }) {
  const rows = [...root.querySelectorAll(".moment")];
  const list = root.querySelector("#moments");
  const said = root.querySelector("#said");
  const lines = said ? [...said.children].map((row) => ({ row, start: Number(row.dataset.start), end: Number(row.dataset.end) })) : [];
  const left = new AbortController();
  const on = { signal: left.signal };
  let place = rows.length ? 0 : -1;

  function mark() {
    for (const [number, row] of rows.entries()) {
      const button = row.querySelector("[data-moment]");
      if (number === place) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const row = rows[place];
    if (row) list.scrollLeft += row.getBoundingClientRect().left - list.getBoundingClientRect().left - (list.clientWidth - row.clientWidth) / 2;
  }

  function go(number) {
    if (number < 0 || number >= rows.length) return;
    place = number;
    const { start } = rows[place].dataset;
    if (start !== undefined) seek(Number(start) * 1000);
    mark();
    say(t("review.moment", { place: place + 1, of: rows.length, words: rows[place].querySelector(".moment-facts").textContent }));
  }

  list?.addEventListener("click", (event) => {
    const row = event.target.closest("[data-moment]")?.closest(".moment");
    if (row) go(rows.indexOf(row));
  }, on);
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-go]");
    if (button) seek(Number(button.dataset.go) * 1000);
  }, on);

  /** Mark the words that are said now, and keep them in sight of their own list. */
  function follow() {
    const at = media()?.currentTime ?? 0;
    const now = lines.findLast(({ start, end }) => start <= at + 0.05 && at < end)?.row;
    if (!now || now.getAttribute("aria-current") === "true") return;
    for (const { row } of lines) row.removeAttribute("aria-current");
    now.setAttribute("aria-current", "true");
    said.scrollTop = now.offsetTop - said.offsetTop - said.clientHeight / 3;
  }
  if (lines.length) {
    const film = media();
    for (const name of ["timeupdate", "seeked", "loadedmetadata"]) film?.addEventListener(name, follow, on);
  }
  mark();

  return {
    step: (by) => go(Math.min(rows.length - 1, Math.max(0, place + by))),
    worst: () => go(0),
    /** The start and end of the moment that is chosen, in seconds, or null. */
    now: () => (rows[place]?.dataset.start === undefined ? null : [Number(rows[place].dataset.start), Number(rows[place].dataset.end)]),
    stop: () => left.abort(),
  };
}
