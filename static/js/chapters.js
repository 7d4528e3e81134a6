/** Chapters: a list beside what is played, each leading to its beginning, with the present one marked. */

import { markPresent } from "./present.js";
import { clock } from "./words.js";

const CUE = /^(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})\s+-->\s+(?:(\d+):)?(\d{2}):(\d{2})[.,](\d{3})/;
const seconds = (hours, minutes, whole, thousandths) => Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(whole) + Number(thousandths) / 1000;

/** The cues of a WebVTT document: `start`, `end` (seconds) and `text`, which is kept plain. */
export function cuesOf(document) {
  const cues = [];
  for (const block of document.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => CUE.test(line));
    if (at < 0) continue;
    const [, ...found] = CUE.exec(lines[at]);
    const text = lines.slice(at + 1).join(" ").replace(/<[^>]*>/g, "").trim();
    cues.push({ start: seconds(...found.slice(0, 4)), end: seconds(...found.slice(4)), text: unescaped(text) });
  }
  return cues;
}

const SIGNS = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&nbsp;": "\u00a0", "&lrm;": "\u200e", "&rlm;": "\u200f" };
const unescaped = (text) => text.replace(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (sign) => SIGNS[sign]);

/** Of the text tracks that a document names, the chapters to show: in the page's language, else the ones to be shown, else any. */
export function chaptersTrack(captions = []) {
  const found = captions.filter((track) => track.kind === "chapters");
  const language = document.documentElement.lang.split("-")[0];
  return found.find((track) => track.language.split("-")[0] === language) ?? found.find((track) => track.default) ?? found[0];
}

/**
 * Show the chapters of a stage, when there are any. `seek` goes to a second; `drawn` hears of them once they are known.
 * Returns what takes them away again.
 */
export function chaptersOf(stage, media, captions, { seek, drawn = () => {} }) {
  const holder = stage.querySelector(".chapters");
  const track = chaptersTrack(captions);
  let places = [];
  const present = markPresent(media, () => places);
  const left = new AbortController();

  function show(cues) {
    const lines = cues.map(({ start, text }) => {
      const button = document.createElement("button");
      button.type = "button";
      const time = Object.assign(document.createElement("span"), { className: "ltr figures quiet", textContent: clock(start) });
      button.append(time, Object.assign(document.createElement("span"), { dir: "auto", textContent: text }));
      button.addEventListener("click", () => seek(start));
      const line = document.createElement("li");
      line.append(button);
      return { second: start, button, line };
    });
    places = lines;
    holder.querySelector("ol").replaceChildren(...lines.map(({ line }) => line));
    holder.hidden = lines.length === 0;
    present.mark();
    drawn(cues);
  }

  if (holder && track) {
    fetch(track.url, { signal: left.signal })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then((text) => show(cuesOf(text)))
      .catch(() => {});
  }
  return () => {
    left.abort();
    present.stop();
    if (holder) holder.hidden = true;
  };
}
