/** A worker that hashes files by SHA-256, a piece at a time. Asked `{ id, file }`, it answers `{ id, sha256 }`; "" when it could not. */

import "../vendor/sha256.umd.min.js";

const PIECE = 4 * 2 ** 20;

async function hash(file) {
  const hasher = await self.hashwasm.createSHA256();
  for (let start = 0; start < file.size; start += PIECE) {
    hasher.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
  }
  return hasher.digest("hex");
}

// One at a time: reading two files at once is slower than one after the other.
let last = Promise.resolve();
addEventListener("message", ({ data: { id, file } }) => {
  last = last.then(() => hash(file)).then((sha256) => postMessage({ id, sha256 }), () => postMessage({ id, sha256: "" }));
});
