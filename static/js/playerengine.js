/** The library as a screen of ours uses it: its player, its controls, what it asks for and what it makes of captions. */

import { signLicences } from "./playerdrm.js";
import { arrange } from "./playerlook.js";
import { directedDisplay, wakeText } from "./playertracks.js";

/** As the library counts: an error that ends the streaming; one of captions alone. */
const FATAL = 2;
const TEXT = 2;

/** A set that grows is live to the library; all of it is there to be watched from its beginning, as near to its end as it is. */
const GROWS = { manifest: { hls: { liveSegmentsDelay: 0 } }, streaming: { stallEnabled: true } };

/** What is taken for the rate of the line (in bit/s) before it has been measured: it chooses the first quality. */
export const ESTIMATE = 3_000_000;

/**
 * Make a player with its controls over a screen's `video`. `grows`: the set is still being made; `stays` and `copyLink` as
 * `arrange` wants them; `filter` sees each request before it goes; `failed` hears of what ends the playing. Returns `player`
 * and `overlay`, which is to be destroyed.
 */
export async function engineOf(shaka, screen, video, { grows, stays, copyLink, filter, failed }) {
  const player = new shaka.Player();
  await player.attach(video);
  const overlay = new shaka.ui.Overlay(player, screen, video);
  arrange(shaka, overlay, screen, { stays, copyLink });
  player.configure({
    ...(grows ? GROWS : {}),
    abr: { enabled: true, defaultBandwidthEstimate: ESTIMATE },
    textDisplayFactory: directedDisplay(shaka),
  });
  player.configure("streaming", { bufferingGoal: 20, rebufferingGoal: 1, retryParameters: { maxAttempts: 4 } });
  player.addEventListener("error", ({ detail }) => {
    if (detail.severity === FATAL && detail.category !== TEXT) failed(detail);
  });
  const engine = player.getNetworkingEngine();
  signLicences(shaka, engine);
  engine.registerRequestFilter(filter);
  wakeText(shaka, player);
  return { player, overlay };
}

/**
 * Ask again for what broke off. The library puts a quality aside for half a minute when one of its segments cannot be had;
 * links run out for all qualities at once, so with newer ones none of them is to be missing. It has no call for that, and
 * takes them back when its own choosing is switched off.
 */
export function retry(player) {
  const { enabled } = player.getConfiguration().abr;
  for (const state of [false, enabled]) player.configure("abr.enabled", state);
  player.retryStreaming();
}
