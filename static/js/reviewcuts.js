/** Parts of a film that are to be taken out, set where it stands. */

import { now } from "./captionfilm.js";
import { say } from "./tell.js";
import { clock, t } from "./words.js";

const SHORTEST = 0.1;
const rounded = (second) => Math.round(second * 1000) / 1000;

/**
 * Start the list of parts in a case; `moment` tells the start and end of the one that is looked at. Returns `begin`, `end`,
 * `parts` (each start and end in seconds) and `here`, whether this can be cut at all.
 */
export function startCuts(root, { moment, changed }) {
  const list = root.querySelector("[data-cuts]");
  if (!list) return { here: false, begin() {}, end() {}, parts: () => [] };
  const open = root.querySelector("[data-cut-open]");
  const template = root.querySelector("template[data-cut-row]");
  let parts = [];
  let from = null;

  function draw() {
    list.replaceChildren(...parts.map(row));
    open.hidden = from === null;
    if (from !== null) open.textContent = t("review.cutFrom", { at: clock(from) });
    changed();
  }

  function row(part) {
    const made = template.content.firstElementChild.cloneNode(true);
    const words = `${clock(part[0])}–${clock(part[1])}`;
    const go = made.querySelector("[data-go]");
    go.dataset.go = part[0];
    go.textContent = words;
    const drop = made.querySelector("[data-cut=drop]");
    drop.setAttribute("aria-label", t("review.cutDrop", { part: words }));
    drop.title = drop.getAttribute("aria-label");
    drop.addEventListener("click", () => {
      parts = parts.filter((one) => one !== part);
      draw();
      root.querySelector("[data-cut=in]").focus();
    });
    return made;
  }

  function add(start, end) {
    if (end - start < SHORTEST) {
      say(t("review.cutShort"));
      return;
    }
    parts = joined([...parts, [rounded(start), rounded(end)]]);
    from = null;
    draw();
    say(t("review.cutAdded", { part: `${clock(start)}–${clock(end)}` }));
  }

  const acts = {
    in: () => {
      from = now() / 1000;
      draw();
      say(t("review.cutFrom", { at: clock(from) }));
    },
    out: () => add(...[from ?? 0, now() / 1000].sort((one, other) => one - other)),
    moment: () => {
      const found = moment();
      if (found) add(...found);
    },
  };
  root.querySelector(".cut-acts").addEventListener("click", (event) => acts[event.target.closest("[data-cut]")?.dataset.cut]?.());
  return { here: true, begin: acts.in, end: acts.out, parts: () => parts };
}

/** Parts in the order of time, those that touch in one. */
export function joined(parts) {
  const found = [];
  for (const [start, end] of [...parts].sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([start, end]);
  }
  return found;
}
