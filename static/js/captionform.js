/** The cue that is open for writing: its times and words, its buttons, its keys. */

import { changed, clockOf, directionOf, inserted, merged, placeOf, speed, split, timeOf, without } from "./captioncues.js";
import * as film from "./captionfilm.js";
import { actOf } from "./captionkeys.js";
import { t } from "./words.js";

/**
 * The form of a pane, laid into the row of the cue that is open; whoever may only read has none, and nothing opens.
 *
 * `desk` has the track and its cues. `wrote()` hears of letters in the open cue, `apply(cues, key)` takes another list,
 * `undoable(word, result)` does so and offers the way back.
 */
export function startForm(pane, { desk, rows, wrote, apply, undoable }) {
  const form = pane.querySelector("[data-cue-form]")?.content.firstElementChild.cloneNode(true) ?? null;
  const field = Object.fromEntries(["start", "end", "words", "speed", "speaker"].map((name) => [name, form?.querySelector(`.cue-${name}`)]));
  let active = null;

  /** Open a cue for writing, or none. */
  function open(key, focus = false) {
    shut();
    const row = key === null ? null : rows.row(key);
    if (!row || !form) return;
    active = key;
    row.classList.add("open");
    row.append(form);
    fill();
    rows.reveal(key);
    if (!focus) return;
    field.words.focus({ preventScroll: true });
    field.words.setSelectionRange(field.words.value.length, field.words.value.length);
  }

  function shut() {
    if (active !== null) rows.row(active)?.classList.remove("open");
    active = null;
    form?.remove();
  }

  /** Write the open cue into its fields; what is being typed stays. */
  function fill() {
    const cue = desk.cues[placeOf(desk.cues, active)];
    if (!cue) return;
    for (const name of ["start", "end"]) {
      if (document.activeElement !== field[name]) field[name].value = clockOf(cue[name]);
      field[name].removeAttribute("aria-invalid");
    }
    if (field.words.value !== cue.text) field.words.value = cue.text;
    if (field.speaker && document.activeElement !== field.speaker) field.speaker.value = cue.speaker ?? "";
    pace(cue);
  }

  /** What follows from the words: how fast they are, and which way they are written. */
  function pace(cue) {
    field.words.dir = directionOf(cue.text);
    if (field.speed) field.speed.textContent = desk.track.kind === "chapters" || !cue.text ? "" : t("captions.speed", { n: Math.round(speed(cue)) });
  }

  /** Go so many cues on; false where there is none. */
  function go(step) {
    const next = desk.cues[placeOf(desk.cues, active) + step];
    if (!next) return false;
    film.seek(next.start);
    rows.follow(next.start);
    open(next.key, true);
    return true;
  }

  /** A new cue after the open one, or where the film stands. */
  function insert() {
    const made = inserted(desk.cues, active, film.now());
    apply(made.cues, made.key);
    open(made.key, true);
  }

  function remove() {
    const place = placeOf(desk.cues, active);
    const next = without(desk.cues, active);
    undoable("captions.wasDeleted", { cues: next, key: (next[place] ?? next[place - 1])?.key ?? null });
  }

  const cutAt = () => desk.door.cut?.(desk.cues[placeOf(desk.cues, active)], field.words.selectionStart) ?? film.now();
  const atThisSecond = (name) => film.here() && apply(changed(desk.cues, active, { [name]: film.now() }), active);
  const acts = {
    start: () => atThisSecond("start"),
    end: () => atThisSecond("end"),
    split: () => undoable("captions.wasSplit", split(desk.cues, active, field.words.selectionStart, cutAt())),
    merge: () => undoable("captions.wasMerged", merged(desk.cues, active, desk.door.glue)),
    insert,
    delete: remove,
    next: () => go(1) || insert(),
    go,
    nudge: (by, input) => nudge(input, by),
    commit: (_value, input) => input.dispatchEvent(new Event("change", { bubbles: true })),
    leave() {
      const row = rows.row(active);
      shut();
      row?.querySelector(".cue-time").focus({ preventScroll: true });
    },
  };

  function nudge(input, by) {
    const value = timeOf(input.value);
    if (value === null) return;
    input.value = clockOf(Math.max(0, value + by));
    apply(changed(desk.cues, active, { [input === field.start ? "start" : "end"]: Math.max(0, value + by) }), active);
    input.focus({ preventScroll: true }); // a row that has moved has lost it
  }

  form?.addEventListener("input", (event) => {
    if (event.target !== field.words && event.target !== field.speaker) return;
    desk.cues = changed(desk.cues, active, event.target === field.words ? { text: field.words.value } : { speaker: field.speaker.value.trim() });
    const place = placeOf(desk.cues, active);
    rows.repaint(desk.cues, place);
    pace(desk.cues[place]);
    wrote();
  });
  form?.addEventListener("change", (event) => {
    const name = event.target === field.start ? "start" : event.target === field.end ? "end" : "";
    if (!name) return;
    const value = timeOf(event.target.value);
    event.target.toggleAttribute("aria-invalid", value === null);
    if (value !== null) apply(changed(desk.cues, active, { [name]: value }), active);
  });
  form?.addEventListener("click", (event) => acts[event.target.closest("[data-cue]")?.dataset.cue]?.());
  form?.addEventListener("keydown", (event) => {
    const done = actOf(event, { time: event.target === field.start || event.target === field.end, words: event.target === field.words });
    if (!done) return;
    event.preventDefault();
    const [name, value] = done;
    acts[name](value, event.target);
  });

  return { active: () => active, fill, insert, open, shut, writing: () => Boolean(form) && document.activeElement === field.words };
}
