/** The service worker that keeps chosen files in memory while a page is left and the next one loaded. */

const READY_WITHIN = 3_000;
/** A worker that nobody speaks to is put to sleep after half a minute, and forgets. */
const PULSE = 15_000;

/** Whether the worker is in charge of this page; registers it. False where there is none to be had. */
export async function keeperReady(address) {
  if (!address || !navigator.serviceWorker) return false;
  try {
    const taken = new Promise((resolve) => { navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }); });
    await navigator.serviceWorker.register(address);
    const late = new Promise((resolve) => { setTimeout(resolve, READY_WITHIN); });
    if (!navigator.serviceWorker.controller) await Promise.race([taken, late]);
    return Boolean(navigator.serviceWorker.controller);
  } catch {
    return false;
  }
}

/** Speak to the worker as long as `needed` says so. */
export function keepAwake(needed) {
  setInterval(() => {
    if (needed()) navigator.serviceWorker?.controller?.postMessage({ type: "uppy/GET_FILES", store: "pulse" });
  }, PULSE);
}
