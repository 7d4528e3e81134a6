/** One track open in the side panel: read, written, saved as a new version. */

import { changed, clockOf, fromJson, inserted, judged, merged, placeOf, speed, split, timeOf, toJson, without } from "./captioncues.js";
import { draftOf, dropDraft, keepDraft } from "./captiondraft.js";
import { actOf } from "./captionkeys.js";
import { startRows } from "./captionrows.js";
import { startTools } from "./captiontools.js";
import { call } from "./http.js";
import { offer, say } from "./tell.js";
import { t } from "./words.js";

const DRAFT_MS = 800;

/** The film or sound of the page as it is now: a stage may be shown anew. */
const mediaNow = () => document.querySelector("#stage video, #stage audio") ?? document.querySelector("#stage [data-sound]")?.media ?? null;

/**
 * The editor of a pane; `told` hears that a track has been saved, `left` that the editor was closed.
 * Returns `open(track)`, `stop()`, `close()` and what a newer version elsewhere is told to: `newer(track)`.
 */
export function startEditor(pane, { told, left }) {
  const part = (selector) => pane.querySelector(selector);
  const editor = part(".editor");
  const mayChange = pane.dataset.mayChange === "1";
  const form = mayChange ? part("#cue-form").content.firstElementChild.cloneNode(true) : null;
  const field = Object.fromEntries(["start", "end", "words", "speed"].map((name) => [name, form?.querySelector(`.cue-${name}`)]));
  const saveButton = part("[data-save]");
  const notice = part(".editor-notice");
  const leaving = document.getElementById("caption-leave");

  let track = null;
  let cues = [];
  let saved = [];
  let active = null;
  let drafting = 0;
  let busy = false;
  const rows = startRows(pane, { act, reading: () => track?.kind !== "chapters" });
  const address = () => `/api/v1/assets/${pane.dataset.asset}/captions/${track.id}/`;
  const dirty = () => cues !== saved;

  // Opening ---------------------------------------------------------------------------------------------------------
  async function open(wanted) {
    track = wanted;
    shut();
    rows.clear();
    cues = saved = [];
    hush();
    head();
    editor.hidden = false;
    part(".cues-none").hidden = true;
    part(".cues-wait").hidden = false;
    try {
      await load();
    } catch (problem) {
      complain(problem, () => open(track));
      return;
    } finally {
      part(".cues-wait").hidden = true;
    }
    part("[data-editor-close]").focus({ preventScroll: true });
    const draft = mayChange ? draftOf(track.id) : null;
    if (draft) offerDraft(draft);
  }

  async function load() {
    const mine = track.id;
    const document = await call("GET", `${address()}cues`);
    if (track?.id !== mine) return;
    track.version = document.version;
    cues = saved = fromJson(document.cues);
    shut();
    rows.show(cues);
    settled();
    tick();
  }

  function offerDraft(draft) {
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(draft.at);
    const older = draft.version !== track.version;
    remark(t(older ? "captions.draftOlder" : "captions.draft", { when }), [
      [t("captions.goOn"), () => apply(fromJson(draft.cues))],
      [t("captions.throwAway"), () => dropDraft(track.id)],
    ]);
  }

  function head() {
    part("[data-track-name]").textContent = track.name;
    facts();
  }

  function facts() {
    part("[data-track-facts]").textContent = `${t(`captions.kind.${track.kind}`)} · ${t("captions.cues", { n: cues.length })}`;
  }

  // Changing --------------------------------------------------------------------------------------------------------
  /** Take a new list; rows follow. */
  function apply(next, focus = active) {
    if (!next) return;
    cues = next;
    rows.show(cues);
    if (focus !== active || !placeIsHere(active)) activate(focus);
    else fill();
    settled();
  }

  const placeIsHere = (key) => key !== null && placeOf(cues, key) >= 0;

  /** What follows from every change: the button, the count, the draft. */
  function settled() {
    part(".cues-none").hidden = cues.length > 0;
    facts();
    if (!saveButton) return;
    saveButton.disabled = !dirty() || busy;
    clearTimeout(drafting);
    if (dirty()) drafting = setTimeout(keep, DRAFT_MS);
  }

  function keep() {
    clearTimeout(drafting);
    if (track && dirty()) keepDraft(track.id, track.version, toJson(cues));
  }

  function act(name, key) {
    const cue = cues[placeOf(cues, key)];
    seek(cue.start);
    if (name === "open" && mayChange) activate(key, true);
  }

  function seek(at) {
    const media = mediaNow();
    if (media) media.currentTime = at / 1000 + 0.001;
    rows.follow(at);
  }

  /** Open a cue for writing, or none. */
  function activate(key, focus = false) {
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
    const cue = cues[placeOf(cues, active)];
    if (!cue) return;
    for (const name of ["start", "end"]) {
      if (document.activeElement !== field[name]) field[name].value = clockOf(cue[name]);
      field[name].removeAttribute("aria-invalid");
    }
    if (field.words.value !== cue.text) field.words.value = cue.text;
    pace(cue);
  }

  function pace(cue) {
    field.speed.textContent = track.kind === "chapters" || !cue.text ? "" : t("captions.speed", { n: Math.round(speed(cue)) });
  }

  function go(step) {
    const next = cues[placeOf(cues, active) + step];
    if (!next) return false;
    seek(next.start);
    activate(next.key, true);
    return true;
  }

  const acts = {
    start: () => at((now) => apply(changed(cues, active, { start: now }))),
    end: () => at((now) => apply(changed(cues, active, { end: now }))),
    split: () => undoable("captions.wasSplit", split(cues, active, field.words.selectionStart, now())),
    merge: () => undoable("captions.wasMerged", merged(cues, active)),
    insert: () => insert(),
    delete: () => {
      const place = placeOf(cues, active);
      const next = without(cues, active);
      undoable("captions.wasDeleted", { cues: next, key: (next[place] ?? next[place - 1])?.key ?? null });
    },
  };

  const now = () => Math.round((mediaNow()?.currentTime ?? 0) * 1000);
  const at = (use) => mediaNow() && use(now());

  function insert() {
    const made = inserted(cues, active, now());
    apply(made.cues, made.key);
    activate(made.key, true);
  }

  /** Do what changes the list's form, and offer the way back; `result` is a list, or one with the cue to go to. */
  function undoable(word, result) {
    if (!result) return;
    const [before, focus] = [cues, active];
    const [next, key] = Array.isArray(result) ? [result, active] : [result.cues, result.key];
    apply(next, key);
    if (key !== null) activate(key, true);
    const after = cues;
    offer(t(word), t("undo"), () => cues === after && apply(before, focus));
  }

  // Saving ----------------------------------------------------------------------------------------------------------
  async function save() {
    if (!dirty() || busy) return !dirty();
    const place = cues.findIndex((cue, index) => judged(cue, cues[index + 1])?.stops);
    if (place >= 0) {
      activate(cues[place].key, true);
      remark(t("captions.mendFirst"));
      return false;
    }
    return send(track.version);
  }

  async function send(version) {
    const sent = cues;
    busy = true;
    hush();
    saveButton.disabled = true;
    saveButton.setAttribute("aria-busy", "true");
    try {
      const answer = await call("PUT", address(), { version, cues: toJson(sent) });
      Object.assign(track, answer, { name: track.name });
      saved = sent;
      if (!dirty()) dropDraft(track.id);
      say(t("saved"));
      told(answer);
      await asKept();
      return true;
    } catch (problem) {
      refused(problem, sent);
      return false;
    } finally {
      busy = false;
      saveButton.removeAttribute("aria-busy");
      settled();
    }
  }

  /** The server closes marks and drops empty lines: show what it keeps, unless somebody writes on already. */
  async function asKept() {
    const kept = fromJson((await call("GET", `${address()}cues`).catch(() => ({ cues: [] }))).cues);
    if (dirty() || kept.length !== cues.length) return;
    cues = saved = cues.map((cue, place) => (cue.text === kept[place].text ? cue : { ...cue, text: kept[place].text }));
    rows.show(cues);
    if (active !== null && document.activeElement !== field.words) fill();
  }

  function refused(problem, sent) {
    if (problem.code === "conflict" && problem.document.version) {
      conflict(problem.message, problem.document.version);
      return;
    }
    let first = null;
    for (const wrong of problem.errors ?? []) {
      const cue = sent[Number(/^cues\.(\d+)/.exec(wrong.field)?.[1])];
      if (cue) rows.complain(cue.key, wrong.detail);
      first ??= cue ?? null;
    }
    if (first) rows.reveal(first.key);
    keep();
    complain(problem, save);
  }

  function conflict(text, version) {
    keep();
    remark(text, [
      [t("captions.takeTheirs"), async () => {
        dropDraft(track.id);
        await load().catch((problem) => complain(problem, () => conflict(text, version)));
      }],
      [t("captions.saveMine"), () => send(version)],
    ]);
  }

  // Words over the list -----------------------------------------------------------------------------------------------
  function remark(text, choices = []) {
    notice.hidden = false;
    notice.querySelector("p").textContent = text;
    notice.querySelector(".acts").replaceChildren(...choices.map(([word, choose]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button edge slim", textContent: word });
      button.addEventListener("click", () => {
        hush();
        choose();
      });
      return button;
    }));
  }

  function hush() {
    notice.hidden = true;
  }

  const complain = (problem, again) => remark(problem.message || t("noAnswer"), problem.errors?.length ? [] : [[t("captions.again"), again]]);

  // Events ----------------------------------------------------------------------------------------------------------
  form?.addEventListener("input", (event) => {
    if (event.target !== field.words) return;
    cues = changed(cues, active, { text: field.words.value });
    const place = placeOf(cues, active);
    rows.repaint(cues, place);
    pace(cues[place]);
    settled();
  });
  form?.addEventListener("change", (event) => {
    const name = event.target === field.start ? "start" : event.target === field.end ? "end" : "";
    if (!name) return;
    const value = timeOf(event.target.value);
    event.target.toggleAttribute("aria-invalid", value === null);
    if (value !== null) apply(changed(cues, active, { [name]: value }));
  });
  form?.addEventListener("click", (event) => acts[event.target.closest("[data-cue]")?.dataset.cue]?.());
  form?.addEventListener("keydown", typed);

  function typed(event) {
    const done = actOf(event, { time: event.target === field.start || event.target === field.end, words: event.target === field.words });
    if (!done) return;
    event.preventDefault();
    const [name, value] = done;
    if (name === "next") go(1) || insert();
    else if (name === "go") go(value);
    else if (name === "nudge") nudge(event.target, value);
    else if (name === "commit") event.target.dispatchEvent(new Event("change", { bubbles: true }));
    else if (name === "leave") {
      const row = rows.row(active);
      shut();
      row?.querySelector(".cue-time").focus({ preventScroll: true });
    } else acts[name]();
  }

  function nudge(input, by) {
    const value = timeOf(input.value);
    if (value === null) return;
    input.value = clockOf(Math.max(0, value + by));
    apply(changed(cues, active, { [input === field.start ? "start" : "end"]: Math.max(0, value + by) }));
    input.focus({ preventScroll: true }); // a row that has moved has lost it
  }

  editor.addEventListener("keydown", (event) => {
    const control = event.ctrlKey || event.metaKey;
    if (!control || event.altKey) return;
    if (event.code === "KeyS") save();
    else if (event.code === "Space") play();
    else return;
    event.preventDefault();
  });

  function play() {
    const media = mediaNow();
    if (media?.paused) media.play().catch(() => {});
    else media?.pause();
  }

  saveButton?.addEventListener("click", save);
  part("[data-insert]")?.addEventListener("click", insert);
  part("[data-editor-close]").addEventListener("click", close);
  startTools(pane, {
    cues: () => cues,
    active: () => active,
    show(cue) {
      seek(cue.start);
      activate(cue.key);
    },
    change: undoable,
  });

  /** The page keeps time for whatever plays on it: a stage that is shown anew has another film in it. */
  const tick = () => {
    if (!editor.hidden && !pane.hidden && mediaNow()) rows.follow(now());
  };
  const timer = setInterval(tick, 200);
  addEventListener("beforeunload", (event) => {
    if (!track || !dirty()) return;
    keep();
    event.preventDefault();
  });
  addEventListener("pagehide", keep);

  // Leaving ---------------------------------------------------------------------------------------------------------
  leaving?.addEventListener("click", async (event) => {
    const choice = event.target.closest("[data-leave]")?.dataset.leave;
    if (!choice) return;
    leaving.close();
    if (choice === "save" && !(await save())) return;
    if (choice === "keep") keep();
    if (choice === "discard") dropDraft(track.id);
    end();
  });

  /** Close the track; what is not saved is asked about. */
  function close() {
    if (dirty()) leaving.showModal();
    else end();
  }

  function end() {
    clearTimeout(drafting);
    shut();
    rows.clear();
    cues = saved = [];
    const closed = track;
    track = null;
    editor.hidden = true;
    left(closed);
  }

  /** Somebody has saved the track, or it has gone. */
  function newer(found) {
    if (!track || busy) return;
    if (!found) {
      keep();
      remark(t("captions.gone"));
    } else if (found.version > track.version) {
      Object.assign(track, found, { version: track.version });
      if (dirty()) conflict(t("captions.newer", { version: found.version }), found.version);
      else load().then(head).catch(() => {});
    } else {
      Object.assign(track, found);
      head();
    }
  }

  return { close, newer, open, opened: () => track?.id ?? null, stop: () => clearInterval(timer) };
}
