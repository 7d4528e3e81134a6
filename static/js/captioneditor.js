/** One track open in the side panel: read, written, saved as a new version. */

import { fromJson, placeOf } from "./captioncues.js";
import * as film from "./captionfilm.js";
import { startForm } from "./captionform.js";
import { startNotice } from "./captionnotice.js";
import { startRows } from "./captionrows.js";
import { startSaving } from "./captionsaving.js";
import { startTools } from "./captiontools.js";
import { call } from "./http.js";
import { offer } from "./tell.js";
import { t } from "./words.js";

/** How a track is read and written, one of an asset's captions. */
function captionDoor(pane) {
  const address = (track) => `/api/v1/assets/${pane.dataset.asset}/captions/${track.id}/`;
  return {
    read: (track) => call("GET", `${address(track)}cues`),
    write: (track, version, cues) => call("PUT", address(track), { version, cues }),
    facts: (track, cues) => `${t(`captions.kind.${track.kind}`)} · ${t("captions.cues", { n: cues.length })}`,
  };
}

/**
 * The editor of a pane; `told` hears that a track has been saved, `left` that the editor was closed, `ticked` where the
 * film stands. `door` reads and writes what is edited: `read(track)` gives `{ version, cues }`, `write(track, version,
 * cues)` what is known of it then, `facts(track, cues)` is said of it; it may have a `say(place, cue)` that writes the
 * words of a row, a `cut(cue, caret)` for the time at which a cue is split, and the `glue` of two that are joined.
 * Returns `open(track)`, `stop()`, `close()`, what a newer version elsewhere is told to: `newer(track)`, and for tools of
 * a pane's own `cues()`, `change(word, cues)`, `dirty()` and `load()`.
 */
export function startEditor(pane, { told, left = () => {}, ticked = () => {}, door = captionDoor(pane) }) {
  const part = (selector) => pane.querySelector(selector);
  const editor = part(".editor");
  const mayChange = pane.dataset.mayChange === "1";
  const leaving = document.getElementById("caption-leave");

  /** The track that is open, its cues as they are here and as they were saved: a change makes another list. */
  const desk = {
    track: null,
    door,
    cues: [],
    saved: [],
    dirty: () => desk.cues !== desk.saved,
  };
  const notice = startNotice(part(".editor-notice"));
  const rows = startRows(pane, { act, say: door.say, reading: () => !["chapters", "transcript"].includes(desk.track?.kind) });
  const form = startForm(pane, { desk, rows, wrote: () => settled(), apply, undoable });
  const saving = startSaving(pane, { desk, rows, form, notice, load, head, apply, told });

  // Opening ---------------------------------------------------------------------------------------------------------
  async function open(wanted) {
    desk.track = wanted;
    empty();
    notice.hush();
    head();
    editor.hidden = false;
    part(".cues-none").hidden = true;
    part(".cues-wait").hidden = false;
    try {
      await load();
    } catch (problem) {
      notice.complain(problem, () => open(desk.track));
      return;
    } finally {
      part(".cues-wait").hidden = true;
    }
    part("[data-editor-close]")?.focus({ preventScroll: true });
    saving.offerDraft();
  }

  async function load() {
    const mine = desk.track.id;
    const document = await door.read(desk.track);
    if (desk.track?.id !== mine) return;
    desk.track.version = document.version;
    desk.cues = desk.saved = fromJson(document.cues);
    form.shut();
    rows.show(desk.cues);
    settled();
    tick();
  }

  function empty() {
    form.shut();
    rows.clear();
    desk.cues = desk.saved = [];
  }

  function head() {
    part("[data-track-name]").textContent = desk.track.name;
    facts();
  }

  function facts() {
    part("[data-track-facts]").textContent = door.facts(desk.track, desk.cues);
  }

  // Changing --------------------------------------------------------------------------------------------------------
  /** Take a new list; rows follow, and the cue `focus` is open then. */
  function apply(next, focus = form.active()) {
    if (!next) return;
    const active = form.active();
    desk.cues = next;
    rows.show(desk.cues);
    if (focus !== active || active === null || placeOf(desk.cues, active) < 0) form.open(focus);
    else form.fill();
    settled();
  }

  /** What follows from every change. */
  function settled() {
    part(".cues-none").hidden = desk.cues.length > 0;
    facts();
    saving.settled();
  }

  function act(name, key) {
    seek(desk.cues[placeOf(desk.cues, key)].start);
    if (name === "open" && mayChange) form.open(key, true);
  }

  function seek(at) {
    film.seek(at);
    rows.follow(at);
  }

  /** Do what changes the list's form, and offer the way back; `result` is a list, or one with the cue to go to. */
  function undoable(word, result) {
    if (!result) return;
    const [before, focus] = [desk.cues, form.active()];
    const [next, key] = Array.isArray(result) ? [result, focus] : [result.cues, result.key];
    apply(next, key);
    if (key !== null) form.open(key, true);
    const after = desk.cues;
    offer(t(word), t("undo"), () => desk.cues === after && apply(before, focus));
  }

  // Events ----------------------------------------------------------------------------------------------------------
  editor.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (!control || event.altKey) return;
    if (event.code === "KeyS") saving.save();
    else if (event.code === "Space") film.playOrPause();
    else return;
    event.preventDefault();
  });
  part("[data-insert]")?.addEventListener("click", form.insert);
  part("[data-editor-close]")?.addEventListener("click", close);
  startTools(pane, {
    cues: () => desk.cues,
    active: form.active,
    show(cue) {
      seek(cue.start);
      form.open(cue.key);
    },
    change: undoable,
  });

  /** The page keeps time for whatever plays on it: a stage that is shown anew has another film in it. */
  const tick = () => {
    if (!editor.hidden && !pane.hidden && film.here()) {
      rows.follow(film.now());
      ticked(film.now());
    }
  };
  const timer = setInterval(tick, 200);
  addEventListener("beforeunload", (event) => {
    if (!desk.track || !desk.dirty()) return;
    saving.keep();
    event.preventDefault();
  });
  addEventListener("pagehide", saving.keep);

  // Leaving ---------------------------------------------------------------------------------------------------------
  // Only what can be closed asks before it is.
  if (part("[data-editor-close]")) leaving?.addEventListener("click", async (event) => {
    const choice = event.target.closest("[data-leave]")?.dataset.leave;
    if (!choice) return;
    leaving.close();
    if (choice === "save" && !(await saving.save())) return;
    if (choice === "keep") saving.keep();
    if (choice === "discard") saving.forget();
    end();
  });

  /** Close the track; what is not saved is asked about. */
  function close() {
    if (desk.dirty()) leaving.showModal();
    else end();
  }

  function end() {
    saving.stop();
    empty();
    const closed = desk.track;
    desk.track = null;
    editor.hidden = true;
    left(closed);
  }

  return { change: undoable, close, cues: () => desk.cues, dirty: desk.dirty, load, newer: saving.newer, open, opened: () => desk.track?.id ?? null, stop: () => clearInterval(timer) };
}
