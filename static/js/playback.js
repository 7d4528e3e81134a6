/** The playback document: what a player is told of what it plays, in the page and by the API. */

import { Problem, call } from "./http.js";

/** Answers that will stay the same. */
const NOT_HERE = new Set([401, 403, 404, 410]);

/** The document that stands in a stage. */
export const playbackIn = (stage) => JSON.parse(stage.dataset.document || "{}");

/** Ask for the document again. Throws `Problem`. */
export const askPlayback = (stage) => call("GET", stage.dataset.playback);

/** Whether an error says that this viewer may not watch it (any longer). */
export const isRefusal = (error) => error instanceof Problem && NOT_HERE.has(error.status);

/** Whether a document is that of somebody who may watch: otherwise it has no links at all. */
export const isPlayable = (document) => Object.entries(document).some(([name, value]) => name.endsWith("_url") && value);

/** The signed part of an address: everything up to and with the token. */
export const prefixOf = (address) => new URL(address, location.href).href.match(/^.*\/files\/[^/]+\//)?.[0] ?? address;
