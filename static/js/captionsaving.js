/** What becomes of a track that was changed: a draft in this browser, a new version on the server, a choice where two write. */

import { fromJson, judged, toJson } from "./captioncues.js";
import { draftOf, dropDraft, keepDraft } from "./captiondraft.js";
import { say } from "./tell.js";
import { t } from "./words.js";

const DRAFT_MS = 800;

/**
 * Saving for a pane. `desk` has the track, its cues, those that were saved, and its door; `load()` asks for it anew,
 * `head()` names it anew, `apply(cues)` takes a list, `told(answer)` hears that a version has been saved.
 */
export function startSaving(pane, { desk, rows, form, notice, load, head, apply, told }) {
  const button = pane.querySelector("[data-save]");
  let drafting = 0;
  let busy = false;

  // Drafts ----------------------------------------------------------------------------------------------------------
  /** What follows from every change: the button, the draft. */
  function settled() {
    if (!button) return;
    button.disabled = !desk.dirty() || busy;
    clearTimeout(drafting);
    if (desk.dirty()) drafting = setTimeout(keep, DRAFT_MS);
  }

  function keep() {
    clearTimeout(drafting);
    if (desk.track && desk.dirty()) keepDraft(desk.track.id, desk.track.version, toJson(desk.cues));
  }

  /** Offer what somebody has written here and not saved. */
  function offerDraft() {
    const draft = button ? draftOf(desk.track.id) : null;
    if (!draft) return;
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(draft.at);
    const older = draft.version !== desk.track.version;
    notice.remark(t(older ? "captions.draftOlder" : "captions.draft", { when }), [
      [t("captions.goOn"), () => apply(fromJson(draft.cues))],
      [t("captions.throwAway"), forget],
    ]);
  }

  const forget = () => dropDraft(desk.track.id);

  // Versions --------------------------------------------------------------------------------------------------------
  /** Save what has changed; whether nothing is left to save. */
  async function save() {
    if (!desk.dirty() || busy) return !desk.dirty();
    const place = desk.cues.findIndex((cue, index) => judged(cue, desk.cues[index + 1])?.stops);
    if (place >= 0) {
      form.open(desk.cues[place].key, true);
      notice.remark(t("captions.mendFirst"));
      return false;
    }
    return send(desk.track.version);
  }

  /** `over`: somebody has chosen to write over the version that another one has saved. */
  async function send(version, over = false) {
    const sent = desk.cues;
    busy = true;
    notice.hush();
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await desk.door.write(desk.track, version, toJson(sent), over);
      Object.assign(desk.track, answer, { name: desk.track.name });
      desk.saved = sent;
      if (!desk.dirty()) forget();
      head();
      say(t("saved"));
      told(answer);
      await asKept();
      return true;
    } catch (problem) {
      refused(problem, sent);
      return false;
    } finally {
      busy = false;
      button.removeAttribute("aria-busy");
      settled();
    }
  }

  /** The server closes marks and drops empty lines: show what it keeps, unless somebody writes on already. */
  async function asKept() {
    const kept = fromJson((await desk.door.read(desk.track).catch(() => ({ cues: [] }))).cues);
    if (desk.dirty() || kept.length !== desk.cues.length) return;
    desk.cues = desk.saved = desk.cues.map((cue, place) => (cue.text === kept[place].text && !kept[place].words ? cue : { ...cue, ...kept[place], key: cue.key }));
    rows.show(desk.cues);
    if (form.active() !== null && !form.writing()) form.fill();
  }

  function refused(problem, sent) {
    if (["conflict", "transcript_changed"].includes(problem.code) && problem.document.version) {
      conflict(problem.message, problem.document.version);
      return;
    }
    let first = null;
    for (const wrong of problem.errors ?? []) {
      const cue = sent[Number(/^(?:cues|segments)\.(\d+)/.exec(wrong.field)?.[1])];
      if (cue) rows.complain(cue.key, wrong.detail);
      first ??= cue ?? null;
    }
    if (first) rows.reveal(first.key);
    keep();
    notice.complain(problem, save);
  }

  function conflict(text, version) {
    keep();
    notice.remark(text, [
      [t("captions.takeTheirs"), async () => {
        forget();
        await load().catch((problem) => notice.complain(problem, () => conflict(text, version)));
      }],
      [t("captions.saveMine"), () => send(version, true)],
    ]);
  }

  /** Somebody has saved the track, or it has gone. */
  function newer(found) {
    if (!desk.track || busy) return;
    if (!found) {
      keep();
      notice.remark(t("captions.gone"));
    } else if (found.version > desk.track.version) {
      Object.assign(desk.track, found, { version: desk.track.version });
      if (desk.dirty()) conflict(t("captions.newer", { version: found.version }), found.version);
      else load().then(head).catch(() => {});
    } else {
      Object.assign(desk.track, found);
      head();
    }
  }

  button?.addEventListener("click", save);
  return { forget, keep, newer, offerDraft, save, settled, stop: () => clearTimeout(drafting) };
}
