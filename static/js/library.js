/** The library keeps itself fresh: cards change where they stand, new ones come in at the start. */

import { subscribe } from "./live.js";
import { handOver } from "./handover.js";

const shelf = () => document.getElementById("shelf");
const cards = () => document.getElementById("cards");

// Layout ----------------------------------------------------------------------------------------------------------
document.querySelector("[data-layout-choice]")?.addEventListener("change", (event) => {
  document.cookie = `layout=${event.target.value}; path=/; max-age=31536000; samesite=lax`;
  shelf().dataset.layout = event.target.value;
});

// Live ------------------------------------------------------------------------------------------------------------
const waiting = new Map();
/** Ask for a card again, soon, and once for many pieces of news. */
function refresh(id) {
  if (waiting.has(id)) return;
  waiting.set(id, setTimeout(() => {
    waiting.delete(id);
    const card = document.getElementById(`card-${id}`);
    if (card) window.htmx.ajax("GET", address(id), { target: card, swap: "outerHTML" });
    else bringIn(id);
  }, 350));
}

const address = (id) => `/assets/${id}/card/${cards()?.dataset.query ?? ""}`;

/** A file that is not on the page yet goes first when the newest stand first. */
async function bringIn(id) {
  const query = new URLSearchParams(location.search);
  if (!cards()) {
    window.htmx.ajax("GET", location.href, { target: "#shelf", select: "#shelf", swap: "outerHTML" });
    return;
  }
  if ((query.get("sort") ?? (query.get("q") ? "match" : "newest")) !== "newest" || query.has("after")) return;
  await window.htmx.ajax("GET", address(id), { target: cards(), swap: "afterbegin" });
}

subscribe("library", (event) => {
  const { data = {}, type } = event;
  if (!data.asset_id) return;
  const card = document.getElementById(`card-${data.asset_id}`);
  if (type === "asset.removed" || (type === "asset.blocked" && !data.state)) {
    card?.remove(); // gone, or not for this person any longer
    return;
  }
  if (type === "job.progress" && card?.dataset.state === "processing" && data.state === "processing") {
    move(card, data.progress);
    return;
  }
  if (type === "job.progress" && card && card.dataset.state === data.state) return;
  refresh(data.asset_id);
});

/** Move a card's bar and its word without asking the server. */
function move(card, progress) {
  const bar = card.querySelector("progress");
  const word = card.querySelector(".state .word");
  if (bar) bar.value = progress;
  if (word) word.textContent = word.textContent.replace(/\d+/, String(progress));
}

// Links to pictures are short-lived: one that has run out is asked for again, once.
document.addEventListener("error", (event) => {
  const card = event.target.matches?.("img") && event.target.closest(".card-of");
  if (!card || card.dataset.again) return;
  card.dataset.again = "1";
  refresh(card.dataset.asset);
}, true);

// Dropping files anywhere on the library brings them to the upload page.
handOver();
