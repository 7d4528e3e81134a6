/** The moments of a lane as they are drawn and walked through, without the page. A moment is [start, end, sure, words]. */

const START = 0;
const END = 1;
const SURE = 2;

/** Those that are sure enough (0 to 1). */
export const sureOnes = (moments, least) => (least > 0 ? moments.filter((one) => one[SURE] >= least) : moments);

/**
 * What is drawn between two seconds: marks `{ start, end, moments }`, in which those stand together whose gap is smaller
 * than `near` seconds, so that a lane never has more marks than a screen has room.
 */
export function marksOf(moments, from, until, near) {
  const marks = [];
  for (const one of moments) {
    if (one[END] < from || one[START] > until) continue;
    const last = marks.at(-1);
    const tiny = last && one[END] - one[START] < near && last.end - last.start < near * 4;
    if (tiny && one[START] - last.end < near) {
      last.end = Math.max(last.end, one[END]);
      last.moments.push(one);
    } else marks.push({ start: one[START], end: one[END], moments: [one] });
  }
  return marks;
}

/** The moment at a second: the one that runs, else the nearest within `near` seconds; null for none. */
export function momentAt(moments, second, near = 0) {
  let best = null;
  let least = near;
  for (const one of moments) {
    if (one[START] <= second && one[END] >= second) return one;
    const away = Math.min(Math.abs(one[START] - second), Math.abs(one[END] - second));
    if (away <= least) [best, least] = [one, away];
  }
  return best;
}

/** The next moment after a second, or the one before it; null at the ends. */
export function nextTo(moments, second, forward) {
  const edge = 0.05; // where one stands after having gone to a moment
  if (forward) return moments.find((one) => one[START] > second + edge) ?? null;
  return moments.findLast((one) => one[START] < second - edge) ?? null;
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** The seconds at which a ruler has its words, when a screen has room for so many. */
export function ticksOf(duration, room) {
  const step = STEPS.find((one) => duration / one <= room) ?? Math.ceil(duration / room / 3600) * 3600;
  return Array.from({ length: Math.floor(duration / step) + 1 }, (_none, index) => index * step);
}
