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

/**
 * The editor of a pane; `told` hears that a track has been saved, `left` that the editor was closed.
 * Returns `open(track)`, `stop()`, `close()` and what a newer version elsewhere is told to: `newer(track)`.
 */
export function startEditor(pane, { told, left }) {
  const part = (selector) => pane.querySelector(selector);
  const editor = part(".editor");
  const mayChange = pane.dataset.mayChange === "1";
  const leaving = document.getElementById("caption-leave");

  /** The track that is open, its cues as they are here and as they were saved: a change makes another list. */
  const desk = {
    track: null,
    cues: [],
    saved: [],
    dirty: () => desk.cues !== desk.saved,
    address: () => `/api/v1/assets/${pane.dataset.asset}/captions/${desk.track.id}/`,
  };
  const notice = startNotice(part(".editor-notice"));
  const rows = startRows(pane, { act, reading: () => desk.track?.kind !== "chapters" });
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
    part("[data-editor-close]").focus({ preventScroll: true });
    saving.offerDraft();
  }

  async function load() {
    const mine = desk.track.id;
    const document = await call("GET", `${desk.address()}cues`);
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
    part("[data-track-facts]").textContent = `${t(`captions.kind.${desk.track.kind}`)} · ${t("captions.cues", { n: desk.cues.length })}`;
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
  part("[data-editor-close]").addEventListener("click", close);
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
    if (!editor.hidden && !pane.hidden && film.here()) rows.follow(film.now());
  };
  const timer = setInterval(tick, 200);
  addEventListener("beforeunload", (event) => {
    if (!desk.track || !desk.dirty()) return;
    saving.keep();
    event.preventDefault();
  });
  addEventListener("pagehide", saving.keep);

  // Leaving ---------------------------------------------------------------------------------------------------------
  leaving?.addEventListener("click", async (event) => {
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

  return { close, newer: saving.newer, open, opened: () => desk.track?.id ?? null, stop: () => clearInterval(timer) };
}
