/** The words of a segment with the times at which they are said, as the engine told them. Times are milliseconds. */

const SECOND = 1000;
const tokensOf = (text) => text.split(/\s+/).filter(Boolean);

/**
 * Each word of a segment and when it is said; null where no times are known. Words that were corrected since the last
 * save stand at about their place: the portal finds their times out when it saves them.
 */
export function wordsOf(cue) {
  const heard = (cue.words ?? []).filter(([start, end]) => {
    const middle = ((start + end) / 2) * SECOND;
    return middle >= cue.start && middle < cue.end;
  });
  if (!heard.length) return null;
  const tokens = tokensOf(cue.text);
  return tokens.map((text, place) => ({ text, at: Math.round(heard[Math.floor((place * heard.length) / tokens.length)][0] * SECOND) }));
}

/** The time at which a segment is cut whose text is divided at a caret; null where no times are known. */
export function cutAt(cue, caret) {
  return wordsOf(cue)?.[tokensOf(cue.text.slice(0, caret)).length]?.at ?? null;
}

/** Write a segment into its row: who speaks, and the words, each with its time. */
export function sayWords(place, cue) {
  const parts = [];
  if (cue.speaker) parts.push(Object.assign(document.createElement("bdi"), { className: "said-by", textContent: cue.speaker }));
  const words = wordsOf(cue);
  if (!words) parts.push(cue.text);
  for (const [index, { text, at }] of (words ?? []).entries()) {
    const word = Object.assign(document.createElement("span"), { className: "word", textContent: text });
    word.dataset.at = at;
    if (index) parts.push(" ");
    parts.push(word);
  }
  place.replaceChildren(...parts);
}

/** Mark the word of a row that is said at a time, and no other one of the list. */
export function markWord(list, at) {
  const words = [...list.querySelectorAll('.cue[aria-current="true"] .word')];
  const now = words.findLast((word) => Number(word.dataset.at) <= at) ?? null;
  const before = list.querySelector(".word.now");
  if (before === now) return;
  before?.classList.remove("now");
  now?.classList.add("now");
}

/** The word of a row that is so many on from the one at a time; null where there is none. */
export function wordFrom(row, at, step) {
  const words = [...row.querySelectorAll(".word")];
  const place = words.findLastIndex((word) => Number(word.dataset.at) <= at);
  return words[place + step] ?? null;
}
