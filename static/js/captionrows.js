/** The list of cues: rows that are cheap enough for thousands, one of which is open for writing. */

import { clockOf, judged, plain, shownAt, speaker, speed } from "./captioncues.js";
import { t } from "./words.js";

/** For so long after a person has scrolled the list stands still. */
const STILL_MS = 4000;

/**
 * Rows in `list` for cues; `act(name, key)` hears "open" and "seek", `say(place, cue)` writes the words of one. By keys the list is one stop: arrows go through it,
 * Enter opens. Rows are made once for each cue and painted when
 * it, or the one that follows, is another object: a change of one cue costs no more than that one.
 */
export function startRows(pane, { act, say = sayText, reading = () => true }) {
  const list = pane.querySelector(".cues");
  const template = pane.querySelector("[data-cue-row]");
  const rows = new Map();
  let cues = [];
  let lit = null;
  let stop = null;
  let touched = -STILL_MS;

  function rowOf(cue) {
    let row = rows.get(cue.key);
    if (!row) {
      row = template.content.firstElementChild.cloneNode(true);
      row.dataset.key = cue.key;
      rows.set(cue.key, row);
    }
    return row;
  }

  function paint(row, cue, next) {
    if (row.cue === cue && row.next === next && row.reading === reading()) return;
    Object.assign(row, { cue, next, reading: reading() });
    row.querySelector(".cue-time").textContent = clockOf(cue.start);
    say(row.querySelector(".cue-text"), cue);
    const found = judged(cue, next, reading());
    const word = row.querySelector(".cue-word");
    word.hidden = !found;
    row.classList.toggle("wrong", Boolean(found?.stops));
    word.textContent = found ? wordOf(found, cue) : "";
  }

  /** Show these cues; what stands already stays where it is. */
  function show(next) {
    cues = next;
    const whole = !rows.size;
    const here = new Set(cues.map((cue) => cue.key));
    for (const [key, row] of rows) {
      if (here.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    const fresh = document.createDocumentFragment();
    let at = list.firstElementChild;
    for (let place = 0; place < cues.length; place += 1) {
      const row = rowOf(cues[place]);
      paint(row, cues[place], cues[place + 1]);
      if (whole) fresh.append(row);
      else if (at === row) at = at.nextElementSibling;
      else if (at?.nextElementSibling === row) {
        at.remove(); // it has moved down, and comes to its place in its turn
        at = row.nextElementSibling;
      } else list.insertBefore(row, at);
    }
    list.append(fresh);
    if (!stop?.isConnected) stopAt(lit?.isConnected ? lit : list.firstElementChild);
  }

  /** Where the tab key comes into the list. */
  function stopAt(row) {
    stop?.setAttribute("tabindex", "-1");
    stop = row?.querySelector(".cue-time") ?? null;
    stop?.setAttribute("tabindex", "0");
  }

  /** Show one cue that has changed where it stands. */
  function repaint(next, place) {
    cues = next;
    for (const each of [place - 1, place]) if (cues[each]) paint(rowOf(cues[each]), cues[each], cues[each + 1]);
  }

  /** A server's word beside a cue. */
  function complain(key, text) {
    const row = rows.get(key);
    if (!row) return;
    const word = row.querySelector(".cue-word");
    row.classList.add("wrong");
    word.hidden = false;
    word.textContent = text;
    row.cue = null;
  }

  /** Bring a row into sight to which somebody has gone. Where the list does not scroll by itself, the page does. */
  function reveal(key) {
    touch(); // whoever goes there stays there for a while, whatever plays
    if (list.scrollHeight > list.clientHeight) bring(rows.get(key));
    else rows.get(key)?.scrollIntoView({ block: "nearest" });
  }

  /** Scroll the list, not the page, until a row is a third from its top, unless it is in sight. */
  function bring(row) {
    if (!row) return;
    const box = list.getBoundingClientRect();
    const place = row.getBoundingClientRect();
    if (place.top >= box.top && place.bottom <= box.bottom) return;
    list.scrollTop += place.top - box.top - Math.min(list.clientHeight / 3, list.clientHeight - place.height);
  }

  /** Light the cue of a time (milliseconds), and keep it in sight unless somebody reads or writes elsewhere. */
  function follow(at) {
    const place = shownAt(cues, at);
    const row = place < 0 ? null : rows.get(cues[place].key);
    if (row === lit) return;
    lit?.removeAttribute("aria-current");
    lit = row ?? null;
    if (!lit) return;
    lit.setAttribute("aria-current", "true");
    const busy = list.contains(document.activeElement) && document.activeElement !== list;
    if (!busy) stopAt(lit);
    if (!busy && performance.now() - touched > STILL_MS) bring(lit);
  }

  const touch = () => { touched = performance.now(); };
  list.addEventListener("wheel", touch, { passive: true });
  list.addEventListener("touchmove", touch, { passive: true });
  list.addEventListener("click", (event) => {
    const row = event.target.closest(".cue");
    if (!row || event.target.closest(".cue-form")) return;
    // A press of a key has no count of clicks.
    act(event.target.closest(".cue-time") && event.detail ? "seek" : "open", Number(row.dataset.key));
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".cue");
    if (row) stopAt(row);
  });
  list.addEventListener("keydown", (event) => {
    if (!event.target.matches(".cue-time") || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest(".cue");
    const next = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling, Home: list.firstElementChild, End: list.lastElementChild }[event.key];
    if (!next) return;
    event.preventDefault();
    next.querySelector(".cue-time").focus({ preventScroll: true });
    reveal(Number(next.dataset.key));
  });

  function clear() {
    rows.clear();
    list.replaceChildren();
    lit = stop = null;
    cues = [];
  }

  return { clear, complain, follow, repaint, reveal, row: (key) => rows.get(key), show };
}

/** The words of a cue, without its marks. */
function sayText(place, cue) {
  const who = speaker(cue.text);
  place.textContent = who ? `${who}: ${plain(cue.text)}` : plain(cue.text);
}

/** What is to be said of a cue, in words. */
function wordOf(found, cue) {
  if (found.code === "overlap") return t("captions.overlap", { seconds: (found.by / 1000).toFixed(1).replace(".", t("decimal")) });
  if (found.code === "fast") return t("captions.fast", { n: Math.round(speed(cue)) });
  return t(`captions.${found.code}`);
}
