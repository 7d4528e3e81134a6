/** Calls to the portal's own API, with the session's CSRF token. */

/** The token that a write must carry. */
export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** What the door answered instead of a result: RFC 9457 problem details. */
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail || document.title || "");
    this.code = document.code || (status ? `http_${status}` : "offline");
    this.status = status;
    this.errors = document.errors ?? [];
    this.document = document;
  }
}

/**
 * Send JSON or a form, get JSON. Throws `Problem`; status 0 means that no answer came, or not `within` so many milliseconds.
 * `keepalive`: also from a page that goes.
 */
export async function call(method, url, body, { keepalive = false, within = 0 } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": csrf() };
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  const signal = within ? AbortSignal.timeout(within) : undefined;
  let answer;
  let text;
  try {
    answer = await fetch(url, { method, headers, credentials: "same-origin", keepalive, signal, body: form || body === undefined ? body : JSON.stringify(body) });
    text = await answer.text();
  } catch {
    throw new Problem({}, 0);
  }
  const document = parse(text);
  if (!answer.ok) throw new Problem(document ?? {}, answer.status);
  return document;
}

/** JSON, or null for what is none. */
export function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
