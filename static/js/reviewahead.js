/**
 * What the next case needs is fetched while somebody still looks at this one: its pictures, and its film where it begins.
 * The case itself is with nobody until it is taken, and what is shown of it then comes fresh.
 */

import { ESTIMATE } from "./playerengine.js";

const FIRST_MS = 1_000;
/** What comes next may have changed since. */
const STALE_MS = 30_000;

/** Begin a moment from now. Returns `again`, which looks anew after a while, and `stop`. */
export function lookAhead(address) {
  const left = new AbortController();
  let asked = 0;
  let warmed = "";

  async function look() {
    if (left.signal.aborted || document.visibilityState !== "visible") return;
    asked = performance.now();
    try {
      const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", priority: "low", signal: left.signal });
      const found = answer.ok ? await answer.json() : {};
      if (!found.case || found.case === warmed) return;
      warmed = found.case;
      for (const picture of found.pictures) new Image().src = picture;
      if (found.manifest && window.shaka) await begin(found);
    } catch {
      // It is only quicker with it.
    }
  }

  /** Have the library fetch what it plays first, the same that the player asks for: by then it lies in the browser. */
  async function begin({ manifest, at }) {
    const player = new window.shaka.Player();
    left.signal.addEventListener("abort", () => player.destroy(), { once: true });
    player.configure({ abr: { defaultBandwidthEstimate: ESTIMATE }, manifest: { disableText: true } });
    const found = await player.preload(manifest, at || null);
    await found?.waitForFinish();
    await player.destroy();
  }

  const timer = setTimeout(look, FIRST_MS);
  return {
    again: () => performance.now() - asked > STALE_MS && look(),
    stop: () => {
      clearTimeout(timer);
      left.abort();
    },
  };
}
