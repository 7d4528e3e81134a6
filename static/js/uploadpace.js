/** How fast each file goes, and how long it still needs. */

/** A measure counts half after so many ms. */
const HALF = 3_000;
const STEADY = 1_500;

export class Pace {
  constructor() {
    this.notes = new Map();
  }

  /** So many bytes of a file have gone. */
  note(id, bytes) {
    const now = performance.now();
    const note = this.notes.get(id);
    if (!note || bytes < note.bytes) {
      this.notes.set(id, { at: now, since: now, bytes, speed: 0 });
      return;
    }
    const taken = now - note.at;
    if (taken < 200) return;
    const measured = ((bytes - note.bytes) * 1000) / taken;
    const weight = note.speed ? 1 - 0.5 ** (taken / HALF) : 1;
    this.notes.set(id, { ...note, at: now, bytes, speed: note.speed + weight * (measured - note.speed) });
  }

  /** Bytes a second, and the seconds left of `total` bytes; 0 while it is too early to tell. */
  of(id, total) {
    const note = this.notes.get(id);
    if (!note?.speed || note.at - note.since < STEADY) return { speed: 0, left: 0 };
    return { speed: note.speed, left: Math.max(1, (total - note.bytes) / note.speed) };
  }
}
