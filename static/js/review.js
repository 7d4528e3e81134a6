/** The cockpit of review: one case after the other, claimed, looked at, decided, without loading the page anew. */

import { call } from "./http.js";
import { subscribe } from "./live.js";
import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { breakOr, care, startCare, tellLook } from "./reviewcare.js";
import { startClock } from "./reviewclock.js";
import { startComments } from "./reviewcomments.js";
import { startCover } from "./reviewcover.js";
import { reviewKeys } from "./reviewkeys.js";
import { keepLease } from "./reviewlease.js";
import { startMoments } from "./reviewmoments.js";
import { offerUndo, undoNow } from "./reviewundo.js";
import { startVerdict } from "./reviewverdict.js";
import { startSound } from "./sound.js";
import { say, toast } from "./tell.js";
import { t } from "./words.js";

const cockpit = document.getElementById("cockpit");
const room = document.getElementById("case-room");
const NEXT = "/api/v1/moderation/cases/next";
const PLAYERS = { video: startPlayer, audio: startSound, image: startPicture };

/** The case on the page with all that acts on it, or null. */
let current = null;
let stopListening = () => {};

const first = document.getElementById("case");
/** What the page is called without a case. */
const TITLE = first ? document.title.slice(`${first.dataset.title} · `.length) : document.title;

const media = () => document.querySelector("#stage video") ?? document.querySelector("#stage [data-sound]")?.media ?? null;
const addressOf = (id) => `${cockpit.dataset.caseAt}${id}/`;

// A case ----------------------------------------------------------------------------------------------------------
function begin(root) {
  const stage = root.querySelector("#stage");
  const player = PLAYERS[stage.dataset.mode]?.(stage);
  const cover = startCover(root, { care: care(), media });
  const moments = startMoments(root, { media });
  const comments = startComments(root);
  const stopClock = startClock(root);
  const lease = keepLease(root, { changed: (state, name) => leaseChanged(root, state, name) });
  const id = root.dataset.case;
  let look = Promise.resolve();
  const verdict = startVerdict(root, {
    moment: moments.now,
    seconds: cover.whole,
    sending: () => {
      lease.rest(true);
      look = tellLook(id, cover.look());
    },
    decided: (answer) => decided(answer, look),
    refused: (code) => {
      lease.rest(false);
      if (code === "case_decided") lease.ended();
      else if (code) lease.lost();
    },
  });
  root.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) moments.step(Number(step.dataset.step));
    else if (event.target.closest("[data-worst]")) moments.worst();
    else if (event.target.closest("[data-claim]")) lease.claim();
    else if (event.target.closest("[data-release]")) putBack();
  });
  const leaving = () => tellLook(id, cover.look(), { keepalive: true });
  addEventListener("pagehide", leaving);
  current = {
    id,
    root,
    lease,
    cover,
    moments,
    verdict,
    comments,
    stop: () => {
      removeEventListener("pagehide", leaving);
      lease.stop();
      cover.stop();
      moments.stop();
      stopClock();
      (player?.stop ?? player)?.();
      current = null;
    },
  };
}

/** What the page says and where it puts the focus when the lease stands otherwise. */
function leaseChanged(root, state, name) {
  say(t(`review.${state}`, { name }));
  // Whatever had the focus may be out of reach now.
  const place = state === "mine" ? root.querySelector("[data-act]") : root.querySelector(`.lease-notice[data-for="${state}"] button`);
  place?.focus();
}

// From one to the next --------------------------------------------------------------------------------------------
/** Put something in the place of the case, and the focus on its head. */
function show(content) {
  current?.stop();
  stopListening();
  room.replaceChildren(content);
  const head = room.querySelector("h1");
  scrollTo(0, 0);
  head?.focus({ preventScroll: true });
}
const template = (name) => document.getElementById(name).content.cloneNode(true);

/** Claim the next case and show it; `after` is one that was just put back. One turn at a time. */
let taking = null;
function takeNext(wish = {}) {
  taking ??= claimNext(wish).finally(() => { taking = null; });
  return taking;
}

async function claimNext({ after }) {
  show(template("case-wait"));
  room.setAttribute("aria-busy", "true");
  try {
    const found = await call("POST", NEXT, after ? { after } : {});
    if (found.id === after) {
      await call("POST", `/api/v1/moderation/cases/${after}/release`);
      none("review.onlyThat");
      return;
    }
    await showCase(found.id);
  } catch (problem) {
    if (problem.code === "nothing_waiting") none();
    else wrong(problem);
  } finally {
    room.removeAttribute("aria-busy");
  }
}

/** Fetch a case's part of the page and show it. Throws `Problem`-like errors. */
async function showCase(id) {
  let answer;
  try {
    answer = await fetch(addressOf(id), { headers: { "X-Part": "case" }, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Error(t("noAnswer"));
  }
  if (!answer.ok) throw new Error(t("noAnswer"));
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("case");
  if (!found) throw new Error(t("noAnswer"));
  history.replaceState(null, "", addressOf(id));
  document.title = `${found.dataset.title} · ${TITLE}`;
  const root = document.importNode(found, true);
  show(root);
  window.htmx?.process(root);
  begin(root);
  say(t("review.opened", { title: root.dataset.title }));
}

/** Nothing waits; `only`: but for what was just put back. */
function none(only = "") {
  show(template("case-none"));
  document.title = TITLE;
  history.replaceState(null, "", cockpit.dataset.next);
  const word = room.querySelector("[data-none-word]");
  const button = room.querySelector("[data-take]");
  if (only) word.textContent = t(only);
  button.hidden = !only;
  stopListening = subscribe("moderation", (event) => {
    const frees = event.type === "case.changed" && event.data?.status === "waiting";
    if (event.type !== "case.opened" && !frees) return;
    word.textContent = t("review.come");
    button.hidden = false;
    say(t("review.come"));
  });
}

function wrong(problem) {
  show(template("case-wrong"));
  room.querySelector("[data-why]").textContent = problem.message || t("noAnswer");
}

/** A decision stands: offer to take it back, and go on. */
async function decided({ decision_id: decision, name }, look) {
  const { root } = current;
  offerUndo(t("review.decided", { title: root.dataset.title, act: name }), Number(root.dataset.undoSeconds), () => undo(decision));
  current.lease.stop();
  show(template("case-wait"));
  await look;
  if (await breakOr() === "rest") show(template("case-rest"));
  else await takeNext();
}

/** Take a decision back: its case is with this person again, so the one on the page is put back. */
async function undo(decision) {
  let found;
  await taking; // the next one may just be on its way
  try {
    found = await call("POST", `/api/v1/moderation/decisions/${decision}/undo`);
  } catch (problem) {
    toast(problem.message || t("noAnswer"));
    return;
  }
  await away();
  try {
    await showCase(found.id);
    say(t("review.undone"));
  } catch (problem) {
    wrong(problem);
  }
}

/** Leave the case on the page: what was looked at is told, and it is put back. */
async function away() {
  if (!current) return;
  const { id, cover, lease } = current;
  tellLook(id, cover.look());
  lease.rest(true);
  await lease.release().catch(() => {});
}

async function putBack() {
  if (!current) return;
  const { id } = current;
  await away();
  await takeNext({ after: id });
}

/** What the key of the queue does: claim the case on the page, or take the next one. */
function takeOrNext() {
  const state = current?.lease.state();
  if (state === "mine") say(t("review.decideFirst"));
  else if (state === "free" || state === "lost") current.lease.claim();
  else takeNext();
}

// The page --------------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => event.target.closest("[data-take]") && takeNext());
startCare({ changed: () => current?.cover.choose(care()) });
reviewKeys({
  hold: (wanted) => current?.cover.hold(wanted),
  acts: {
    n: () => current?.moments.step(1),
    p: () => current?.moments.step(-1),
    w: () => current?.moments.worst(),
    a: () => current?.verdict.choose("approve", { byKey: true }),
    r: () => current?.verdict.choose("reject", { byKey: true }),
    s: () => current?.verdict.choose("restrict", { byKey: true }),
    e: () => current?.verdict.choose("escalate", { byKey: true }),
    y: () => current?.verdict.reason(),
    t: () => current?.verdict.note(),
    i: () => current?.verdict.begin(),
    o: () => current?.verdict.end(),
    d: () => current?.comments.write(),
    x: () => current?.lease.state() === "mine" && putBack(),
    z: undoNow,
    q: takeOrNext,
  },
});
if (first) begin(first);
else takeNext();
