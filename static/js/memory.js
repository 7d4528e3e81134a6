/** What is kept on this device; in a frame of another site a browser may keep nothing, and says so by an error. */

/** What was kept under a name, or null. */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep something under a name, where that is allowed. */
export function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Then it holds for this page alone.
  }
}
