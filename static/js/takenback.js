/** Whether what a page shows beside the player's own page was taken back: a decision, its owner or a manager has said so. */

import { subscribe } from "./live.js";

const TAKEN_BACK = new Set(["asset.blocked", "asset.held", "asset.removed", "asset.changed"]);

/** Call `gone` when an asset that this page plays may not be seen any longer; the page's own address is asked whether it is so. */
export function followTakenBack(assetId, gone) {
  subscribe(`asset:${assetId}`, async (event) => {
    if (!TAKEN_BACK.has(event.type) && event.code !== "not_permitted") return;
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (answer && !answer.ok && answer.status < 500) gone();
  });
}
