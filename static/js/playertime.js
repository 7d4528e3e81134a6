/** A second of a film in an address: read when the page is opened, and put there to be passed on. */

import { toast } from "./tell.js";
import { clock, t } from "./words.js";

/** Seconds from "83", "83.5s", "1m23s", "1h2m3s", "1:23" or "1:02:03"; null for anything else. */
export function secondsOf(text) {
  const named = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s?)?$/.exec(text ?? "");
  const clocked = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text ?? "");
  const found = (text && named) || clocked;
  return found ? Number(found[1] ?? 0) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : null;
}

/** The second that the page's own address asks for (`?t=83` or `#t=1m23s`), else the one at which a stage opens, or null. */
export function askedSecond(stage) {
  const hash = new URLSearchParams(location.hash.slice(1)).get("t");
  return secondsOf(new URLSearchParams(location.search).get("t") ?? hash ?? stage.dataset.at);
}

/** The address of a stage's page at a second. */
export function linkAt(stage, second) {
  const link = new URL(stage.dataset.link || location.pathname, location.href);
  link.searchParams.set("t", String(Math.floor(second)));
  return link.href;
}

/** Put the address of a second on the clipboard; where that is not allowed, it is shown. */
export async function copyLink(stage, second) {
  const link = linkAt(stage, second);
  try {
    await navigator.clipboard.writeText(link);
    toast(t("player.linkCopied", { at: clock(second) }));
  } catch {
    toast(link);
  }
}
