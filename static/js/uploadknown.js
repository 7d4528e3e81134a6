/** Asks, before a file is sent, whether the portal has it already: by its hash, and by its name in the collection. */

/** Larger files are sent without a look: reading them takes as long as sending them may. */
const LARGEST = 2 ** 30;

/** Looks files up. `hasher` is the worker's address, `known` the question's; without them nothing is known. */
export class Lookup {
  constructor({ hasher, known, headers = {} }) {
    this.address = known;
    this.headers = headers;
    this.waiting = new Map();
    this.worker = null;
    if (hasher && window.Worker && window.WebAssembly) this.start(hasher);
  }

  start(hasher) {
    this.worker = new Worker(hasher, { type: "module" });
    this.worker.addEventListener("message", ({ data: { id, sha256 } }) => this.settle(id, sha256));
    this.worker.addEventListener("error", () => {
      this.worker = null;
      for (const id of [...this.waiting.keys()]) this.settle(id, "");
    });
  }

  settle(id, sha256) {
    this.waiting.get(id)?.(sha256);
    this.waiting.delete(id);
  }

  /** The file's SHA-256 in hex, or "" for one that is too large or cannot be read. */
  hash(id, file) {
    if (!this.worker || file.size > LARGEST) return Promise.resolve("");
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.worker.postMessage({ id, file });
    });
  }

  /** What the portal has: `{ same, same_name }`, lists of `{ id, title, url, thumbnail_url }`. Empty when it does not say. */
  async ask({ sha256, filename, collection }) {
    const nothing = { same: [], same_name: [] };
    if (!this.address) return nothing;
    const query = new URLSearchParams({ filename: filename.slice(0, 255) });
    if (sha256) query.set("sha256", sha256);
    if (collection) query.set("collection", collection);
    try {
      const answer = await fetch(`${this.address}?${query}`, { headers: { Accept: "application/json", ...this.headers }, credentials: "same-origin", signal: AbortSignal.timeout(5_000) });
      return answer.ok ? { ...nothing, ...(await answer.json()) } : nothing;
    } catch {
      return nothing;
    }
  }
}
