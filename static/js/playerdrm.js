/** Keys for encrypted films: where each system asks for them, as the playback document says. */

import { csrf } from "./http.js";

/** The short names of the document, and those that browsers know. */
const SYSTEMS = {
  clearkey: "org.w3.clearkey",
  widevine: "com.widevine.alpha",
  playready: "com.microsoft.playready",
  fairplay: "com.apple.fps",
};

/** The `drm` part of Shaka Player's configuration. */
export function drmOf(playback) {
  const servers = {};
  const advanced = {};
  if (playback.license_url) servers[SYSTEMS.clearkey] = playback.license_url;
  for (const [name, { license_url: licence, certificate_url: certificate }] of Object.entries(playback.drm ?? {})) {
    const system = SYSTEMS[name] ?? name;
    if (licence) servers[system] = licence;
    if (certificate) advanced[system] = { serverCertificateUri: certificate };
  }
  return { servers, advanced };
}

/** Whether what is played is encrypted. */
export const isLocked = (playback) => Boolean(playback.license_url || Object.keys(playback.drm ?? {}).length);

/** A licence of our own door is asked for as every other change: with the session's token. */
export function signLicences(shaka, engine) {
  engine.registerRequestFilter((type, request) => {
    if (type !== shaka.net.NetworkingEngine.RequestType.LICENSE) return;
    if (new URL(request.uris[0], location.href).origin === location.origin) request.headers["X-CSRFToken"] = csrf();
  });
}
