/** The cockpit of review: one case after the other, claimed, looked at, decided, without loading the page anew. */

import { call } from "./http.js";
import { startPicture } from "./picture.js";
import { startPlayer } from "./player.js";
import { lookAhead } from "./reviewahead.js";
import { breakOr, care, startCare, startReminder, tellLook, welcomeBack } from "./reviewcare.js";
import { startClock } from "./reviewclock.js";
import { startComments } from "./reviewcomments.js";
import { startCover } from "./reviewcover.js";
import { ANSWER_WITHIN, fetchCase, takeCase } from "./reviewfetch.js";
import { reviewKeys } from "./reviewkeys.js";
import { keepLease } from "./reviewlease.js";
import { startMoments } from "./reviewmoments.js";
import { fill, isResting, room, TITLE, template, tellNone, tellWrong, whenLeft } from "./reviewroom.js";
import { offerUndo, undoNow } from "./reviewundo.js";
import { startVerdict } from "./reviewverdict.js";
import { startSound } from "./sound.js";
import { say, toast } from "./tell.js";
import { t } from "./words.js";

const cockpit = document.getElementById("cockpit");
const pause = document.getElementById("case-pause");
const PLAYERS = { video: startPlayer, audio: startSound, image: startPicture };

/** The case on the page with all that acts on it, or null. */
let current = null;
/** Counted up by whatever decides what is to stand on the page: an answer to an older wish comes too late, and goes back. */
let turn = 0;
/** The turn in which the next case is being asked for. */
let taking = 0;
/** Settles when no case is on its way: until it is put back, one that comes too late is not among those that wait. */
let arriving = Promise.resolve();
let undoing = false;

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
  const ahead = lookAhead(cockpit.dataset.ahead);
  const lease = keepLease(root, { changed: (state, name) => leaseChanged(root, state, name) });
  const id = root.dataset.case;
  let look = Promise.resolve();
  const verdict = startVerdict(root, {
    moment: moments.now,
    seconds: cover.whole,
    chosen: ahead.again,
    sending: () => {
      current.sent = true;
      lease.rest(true);
      look = tellLook(id, cover.look());
    },
    decided: (answer) => decided(root, answer, look),
    refused: (code) => {
      if (current?.root === root) current.sent = false;
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
      ahead.stop();
      stopClock();
      (player?.stop ?? player)?.();
      current = null;
    },
  };
  whenLeft(current.stop);
}

/** What the page says and where it puts the focus when the lease stands otherwise. */
function leaseChanged(root, state, name) {
  if (!pause.hidden) return;
  say(t(`review.${state}`, { name }));
  // Whatever had the focus may be out of reach now.
  const place = state === "mine" ? root.querySelector("[data-act]") : root.querySelector(`.lease-notice[data-for="${state}"] button`);
  place?.focus();
}

// From one to the next --------------------------------------------------------------------------------------------
/** Claim the next case and show it; `after` is one that was just put back. */
async function takeNext({ after } = {}) {
  if (taking && taking === turn) return;
  taking = ++turn;
  const mine = turn;
  // What counts anew after a break is known before the next case is there to be reminded of one.
  const rested = isResting() ? welcomeBack() : null;
  fill(template("case-wait"));
  room.setAttribute("aria-busy", "true");
  const before = arriving;
  let arrived;
  arriving = new Promise((resolve) => { arrived = resolve; });
  try {
    await before;
    if (mine !== turn) return;
    const [found] = await Promise.all([takeCase(cockpit.dataset.takeAt, after), rested]);
    if (!found) {
      if (mine === turn) tellNone();
    } else if (mine !== turn || found.dataset.case === after) {
      await giveBack(found.dataset.case).catch(() => {});
      if (mine === turn) tellNone("review.onlyThat");
    } else showCase(found);
  } catch (problem) {
    if (mine === turn) tellWrong(problem);
  } finally {
    if (taking === mine) taking = 0;
    arrived();
  }
}

const giveBack = (id) => call("POST", `/api/v1/moderation/cases/${id}/release`, {}, { within: ANSWER_WITHIN });

/** Show a case. */
function showCase(root) {
  history.replaceState(null, "", addressOf(root.dataset.case));
  document.title = `${root.dataset.title} · ${TITLE}`;
  fill(root);
  window.htmx?.process(root);
  begin(root);
  say(t("review.opened", { title: root.dataset.title }));
}

/** On to the next case, unless a break is due and wanted. */
async function goOn(wish) {
  const mine = ++turn;
  const answer = await breakOr();
  if (mine !== turn) return;
  if (answer === "rest") fill(template("case-rest"));
  else await takeNext(wish);
}

/** A decision stands: offer to take it back, and go on. */
async function decided(root, { decision_id: decision, name }, look) {
  offerUndo(t("review.decided", { title: root.dataset.title, act: name }), Number(root.dataset.undoSeconds), () => undo(decision));
  if (current?.root !== root) return; // something else has taken its place meanwhile
  const mine = ++turn;
  current.lease.stop();
  fill(template("case-wait"));
  await look;
  if (mine === turn) await goOn();
}

/**
 * Take a decision back: its case is with this person again, so it comes on the page at once. What is on it, or on its way
 * to it, is put back.
 */
async function undo(decision) {
  if (undoing) return;
  undoing = true;
  room.inert = true;
  turn += 1;
  let found = null;
  try {
    found = await call("POST", `/api/v1/moderation/decisions/${decision}/undo`, {}, { within: ANSWER_WITHIN });
  } catch (problem) {
    toast(problem.message || t("noAnswer"));
  } finally {
    undoing = false;
    room.inert = false;
  }
  if (!found) {
    // What is on its way is put back.
    if (room.querySelector(".case-skeleton")) await goOn();
    return;
  }
  const mine = ++turn;
  try {
    const [root] = await Promise.all([fetchCase(addressOf(found.id)), away()]);
    if (mine !== turn) return;
    showCase(root);
    say(t("review.undone"));
  } catch (problem) {
    if (mine === turn) tellWrong(problem);
  }
}

/** Leave the case on the page: what was looked at is told, and it is put back. */
async function away() {
  if (!current) return;
  const { id, cover, lease } = current;
  current.sent = true;
  const told = tellLook(id, cover.look());
  lease.rest(true);
  await lease.release().catch(() => {});
  await told;
}

async function putBack() {
  if (!current || undoing) return;
  const mine = ++turn;
  const { id } = current;
  await away();
  if (mine === turn) await goOn({ after: id });
}

// A break -----------------------------------------------------------------------------------------------------------
/** Have a break from the case on the page: it is put back meanwhile, and what was begun stays where it is. */
async function rest() {
  const held = current;
  if (!held || undoing) return;
  turn += 1;
  held.had = held.lease.state() === "mine";
  held.cover.rest(true);
  media()?.pause();
  room.hidden = true;
  pause.hidden = false;
  pause.replaceChildren(template("case-rest"));
  pause.querySelector("h1").focus();
  tellLook(held.id, held.cover.look());
  await held.lease.putDown();
}

/** The break is over: the case is claimed again, if it is still free. */
async function backFromRest() {
  const held = current;
  pause.hidden = true;
  pause.replaceChildren();
  room.hidden = false;
  held.cover.rest(false);
  held.root.querySelector("h1").focus();
  if (held.had) await held.lease.claim();
  await welcomeBack();
}

/** What the key of the queue does: claim the case on the page, or take the next one. */
function takeOrNext() {
  const state = current?.lease.state();
  if (!pause.hidden) backFromRest();
  else if (state === "mine") say(t("review.decideFirst"));
  else if (state === "free" || state === "lost") current.lease.claim();
  else takeNext();
}

// The page --------------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-take]")) return;
  if (pause.hidden) takeNext();
  else backFromRest();
});
startCare({ changed: () => current?.cover.choose(care()) });
// Between two cases it is asked by a dialog.
startReminder({ more: () => (current && !current.sent && pause.hidden ? current.cover.pending() : null), rest });

/** What acts on the case on the page, and on no other while that is changing. */
const onCase = (act) => () => current && pause.hidden && !undoing && act(current);
const choose = (act) => onCase(({ verdict }) => verdict.choose(act, { byKey: true }));
reviewKeys({
  hold: (wanted) => onCase(({ cover }) => cover.hold(wanted))(),
  acts: {
    n: onCase(({ moments }) => moments.step(1)),
    p: onCase(({ moments }) => moments.step(-1)),
    w: onCase(({ moments }) => moments.worst()),
    a: choose("approve"),
    r: choose("reject"),
    s: choose("restrict"),
    e: choose("escalate"),
    y: onCase(({ verdict }) => verdict.reason()),
    t: onCase(({ verdict }) => verdict.note()),
    i: onCase(({ verdict }) => verdict.begin()),
    o: onCase(({ verdict }) => verdict.end()),
    d: onCase(({ comments }) => comments.write()),
    x: onCase(({ lease }) => lease.state() === "mine" && putBack()),
    z: undoNow,
    q: takeOrNext,
  },
});
const first = document.getElementById("case");
if (first) begin(first);
else goOn();
