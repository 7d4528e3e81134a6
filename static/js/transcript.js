/** The tab “Transcript” beside the player: what is said, word by word, corrected in versions. */

import * as film from "./captionfilm.js";
import { startEditor } from "./captioneditor.js";
import { call } from "./http.js";
import { toast } from "./tell.js";
import { startSpeakers } from "./transcriptspeakers.js";
import { startTaking } from "./transcripttaking.js";
import { startVersions } from "./transcriptversions.js";
import { cutAt, markWord, sayWords, wordFrom } from "./transcriptwords.js";
import { t } from "./words.js";

const pane = document.getElementById("pane-transcript");
const address = `/api/v1/assets/${pane.dataset.asset}/transcript`;
const part = (selector) => pane.querySelector(selector);
/** How often what is being written down is asked for; where nothing is, the news of the asset tells. */
const AGAIN_MS = 8_000;

/** What was read last, without its segments; another one that somebody else has shown meanwhile. */
let standing = null;
let editor = null;
let asking = 0;

const door = {
  glue: " ",
  say: sayWords,
  cut: cutAt,
  facts: (track, cues) => t("transcript.facts", { n: cues.length, version: track.version }),
  async read() {
    const found = await call("GET", address);
    told(found);
    return { version: found.version, cues: found.segments };
  },
  async write(_track, version, cues, over) {
    // Over another one only what its author was shown is written, and only when they have said so.
    const analysis = over && version === standing.newest?.version ? standing.newest.analysis : standing.analysis;
    try {
      const found = await call("PUT", address, { analysis, version, segments: cues });
      told(found);
      return { version: found.version };
    } catch (problem) {
      if (problem.code === "transcript_changed") standing.newest = problem.document;
      throw problem;
    }
  },
};

/** Remember how the transcript stands, and say when a newer one waits. */
function told({ segments: _segments, ...rest }) {
  standing = rest;
  const newer = part("[data-newer]");
  if (!newer) return;
  newer.hidden = !standing.newer;
  if (!standing.newer) return;
  newer.querySelector("p").textContent = t("transcript.newer");
  if (pane.dataset.mayChange !== "1") return;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button edge slim", textContent: t("transcript.showNewer") });
  button.addEventListener("click", () => showNewer(button));
  newer.querySelector(".acts").replaceChildren(button);
}

async function showNewer(button) {
  if (editor.dirty()) {
    toast(t("transcript.saveFirst"));
    return;
  }
  button.disabled = true;
  try {
    await call("POST", `/api/v1/assets/${pane.dataset.asset}/analyses/${standing.newer.analysis}/show`);
    told(await call("GET", address));
    await show();
  } catch (problem) {
    failed(problem);
  } finally {
    button.disabled = false;
  }
}

// Opening ---------------------------------------------------------------------------------------------------------
/** Show one of the words for what is not there; none of them with "". */
function none(name) {
  for (const word of pane.querySelectorAll("[data-none]")) word.hidden = word.dataset.none !== name;
}

function failed(problem) {
  const notice = part("[data-failed]");
  notice.hidden = false;
  notice.querySelector("p").textContent = problem.message || t("noAnswer");
}

async function begin() {
  clearTimeout(asking);
  part("[data-failed]").hidden = true;
  part("[data-wait]").hidden = Boolean(standing);
  try {
    told(await call("GET", address));
  } catch (problem) {
    failed(problem);
    return;
  } finally {
    part("[data-wait]").hidden = true;
  }
  if (standing.analysis) {
    none("");
    await edit();
    return;
  }
  const open = ["pending", "processing"].includes(standing.status);
  none(open ? "open" : standing.status === "failed" ? "failed" : "none");
  if (open) asking = setTimeout(again, AGAIN_MS);
}

/** Ask once more as long as there is nothing to show: at once, or when the tab is opened. */
function again() {
  if (standing?.analysis) return;
  if (pane.hidden) standing = null;
  else begin();
}

/** What is not saved is kept for each analysis apart. */
const show = () => editor.open({ id: `transcript.${standing.analysis}`, kind: "transcript", name: t("transcript"), version: standing.version });

async function edit() {
  const template = part("template[data-editor]");
  template.replaceWith(template.content.cloneNode(true));
  const list = part(".cues");
  editor = startEditor(pane, { told: () => {}, ticked: (at) => markWord(list, at), door });
  await show();
  startWords(list);
  startSpeakers(pane, { cues: editor.cues, change: editor.change });
  startVersions(pane, { address, editor, seen: () => ({ analysis: standing.analysis, version: standing.version }) });
}

// Words -----------------------------------------------------------------------------------------------------------
function startWords(list) {
  // Before the row hears of it, which would open for writing.
  list.addEventListener("click", (event) => {
    const word = event.target.closest(".word");
    if (!word) return;
    event.stopPropagation();
    go(list, word);
  }, true);
  list.addEventListener("keydown", (event) => {
    if (!event.target.matches(".cue-time") || !/^Arrow(Left|Right)$/.test(event.key)) return;
    const row = event.target.closest(".cue");
    const forward = getComputedStyle(row.querySelector(".cue-text")).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const word = wordFrom(row, film.now(), event.key === forward ? 1 : -1);
    event.preventDefault();
    if (word) go(list, word);
  });
}

function go(list, word) {
  film.seek(Number(word.dataset.at));
  list.querySelector(".word.now")?.classList.remove("now");
  word.classList.add("now");
}

startTaking(pane, { address, language: () => standing?.language ?? "" });
part("[data-again]").addEventListener("click", begin);
document.addEventListener("portal:beside", (event) => {
  if (event.detail === "tab-transcript" && !standing?.analysis) begin();
});
document.addEventListener("portal:analyses", again);
