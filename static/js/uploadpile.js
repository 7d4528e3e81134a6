/**
 * The pile: files that the portal has already, set aside until a person decides. It outlasts a reload of its tab, but
 * the bytes do not: whoever wants such a file sent after all chooses it again.
 */

const MOST = 200;

/** `owner` names whose files they are; without one nothing is kept. */
export class Pile {
  constructor(owner = "") {
    this.place = owner ? `portal.pile.${owner}` : "";
    this.lines = this.read();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place)) ?? [];
    } catch {
      return [];
    }
  }

  write() {
    if (!this.place) return;
    const lasting = this.lines.slice(-MOST).map(kept);
    try {
      if (lasting.length) sessionStorage.setItem(this.place, JSON.stringify(lasting));
      else sessionStorage.removeItem(this.place);
    } catch {
      // A full store must not stop an upload; the lines stay on this page.
    }
  }

  find(id) {
    return this.lines.find((line) => line.id === id);
  }

  /** Set a file aside. */
  add({ same, ...line }) {
    this.lines = [...this.lines, { ...line, state: "known", notice: { same, same_name: [] } }];
    this.write();
  }

  take(id) {
    this.lines = this.lines.filter((line) => line.id !== id);
    this.write();
  }
}

/** What is kept of a line. Pictures of what is here come by links that end, so they are not. */
function kept({ data, meta, notice, ...line }) {
  const same = notice.same.map(({ id, title, url }) => ({ id, title, url }));
  return { ...line, meta: { relativePath: meta?.relativePath ?? null }, notice: { same, same_name: [] } };
}
