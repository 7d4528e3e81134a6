/** What somebody has written and not saved, kept in this browser for each person and track. */

const START = "portal.captions.";
/** At most so many are kept, the newest. */
const MOST = 12;

const nameOf = (track) => `${START}${document.body.dataset.user}.${track}`;

/** Keep a draft: the version that it was made of, and the cues as the API takes them. A browser without room keeps none. */
export function keepDraft(track, version, cues) {
  const text = JSON.stringify({ at: Date.now(), version, cues });
  try {
    localStorage.setItem(nameOf(track), text);
  } catch {
    try {
      sweep(0);
      localStorage.setItem(nameOf(track), text);
    } catch {
      // Leaving the page is warned of all the same.
    }
  }
  sweep(MOST);
}

/** The draft of a track, or null. */
export function draftOf(track) {
  try {
    const draft = JSON.parse(localStorage.getItem(nameOf(track)));
    return draft && Array.isArray(draft.cues) ? draft : null;
  } catch {
    return null;
  }
}

/** Forget a draft. */
export function dropDraft(track) {
  try {
    localStorage.removeItem(nameOf(track));
  } catch {
    // There was none.
  }
}

/** Leave so many drafts, the newest. */
function sweep(most) {
  const kept = Object.keys(localStorage).filter((name) => name.startsWith(START));
  if (kept.length <= most) return;
  const age = (name) => /^\{"at":(\d+)/.exec(localStorage.getItem(name) ?? "")?.[1] ?? "0";
  kept.sort((one, other) => Number(age(other)) - Number(age(one)));
  for (const name of kept.slice(most)) localStorage.removeItem(name);
}
