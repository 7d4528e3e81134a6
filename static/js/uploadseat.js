/**
 * A tab's seat: the name under which the browser keeps what this tab sends, so that the next page, or the next tab
 * after a crash, goes on with it, and no two tabs ever send the same file.
 *
 * A seat is held by a lock that the browser itself lets go when the page ends, however it ends. Where there are no
 * locks (a page without TLS), there is one seat for all.
 */

const SEATS = 8;
const MINE = "portal.seat";
/** A page that is just being left holds its seat for a moment. */
const LEAVING = 3_000;

const flag = (owner, number) => `portal.uploads.${owner}.${number}`;

/** How much a seat holds: `{ sending, drafts }`, counts of files. */
function held(owner, number) {
  try {
    return JSON.parse(localStorage.getItem(flag(owner, number))) ?? { sending: 0, drafts: 0 };
  } catch {
    return { sending: 0, drafts: 0 };
  }
}

/** Whether any seat of this person holds files that are not sent yet. */
export const anythingHeld = (owner) => numbers().some((number) => held(owner, number).sending);

/** How many files wait to be sent, chosen and then left. */
export const draftsHeld = (owner) => numbers().reduce((sum, number) => sum + held(owner, number).drafts, 0);

const numbers = () => Array.from({ length: SEATS }, (_, index) => index + 1);

/**
 * Take a seat. `any` takes an empty one where none holds files; without it the answer is null then.
 * Returns `{ name, restores, note(counts) }`: whether files are kept under its name, and a way to say how many.
 */
export async function takeSeat(owner, { any = true } = {}) {
  if (!navigator.locks) return any || held(owner, 1).sending ? seat(owner, 1) : null;
  const mine = Number(sessionStorage.getItem(MINE));
  const full = numbers().filter((number) => held(owner, number).sending || held(owner, number).drafts);
  const sending = full.filter((number) => held(owner, number).sending);
  const wanted = any ? [...full, ...numbers()] : sending;
  if (mine && (any || sending.includes(mine)) && (await take(owner, mine, LEAVING))) return seat(owner, mine);
  for (const number of wanted) if (await take(owner, number, 0)) return seat(owner, number);
  return any ? seat(owner, crypto.randomUUID()) : null;
}

function seat(owner, number) {
  sessionStorage.setItem(MINE, number);
  const before = held(owner, number);
  return {
    name: `portal-${owner}-${number}`,
    restores: before.sending + before.drafts > 0,
    note: (counts) => {
      if (counts.sending + counts.drafts) localStorage.setItem(flag(owner, number), JSON.stringify(counts));
      else localStorage.removeItem(flag(owner, number));
    },
  };
}

/** Hold the lock of a seat for as long as the page lives. Waits at most `patience` ms for it. */
function take(owner, number, patience) {
  return new Promise((resolve) => {
    const options = patience ? { signal: AbortSignal.timeout(patience) } : { ifAvailable: true };
    navigator.locks
      .request(flag(owner, number), options, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise(() => {}) : undefined;
      })
      .catch(() => resolve(false));
  });
}
