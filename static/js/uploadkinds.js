/** What a file seems to be by its name: good enough to spare a guest the sending of what would be refused anyway. */

/** Names that a browser may know no type for. */
const BY_END = { mkv: "video", mov: "video", avi: "video", ts: "video", mxf: "video", flac: "audio", m4a: "audio", heic: "image", heif: "image", avif: "image" };
/** Containers whose name does not tell whether there are pictures in them: the bytes decide. */
const EITHER = /\.(og[agv]|webm|mka|3gpp?|3g2)$/i;

/** Whether a file may be of one of the kinds; no kinds are all kinds, and a name that tells nothing is let pass. */
export function mayBeOf(kinds, { name, type }) {
  if (!kinds?.length) return true;
  const told = /^(video|audio|image)\//.exec(type ?? "")?.[1] ?? BY_END[name.split(".").pop().toLowerCase()];
  if (!told || kinds.includes(told)) return true;
  return EITHER.test(name) && told !== "image" && (kinds.includes("video") || kinds.includes("audio"));
}
