/** The dialog on the asset page in which a file is packaged anew, encrypted or not. */

import { call } from "./http.js";
import { sending } from "./submitting.js";
import { toast } from "./tell.js";
import { t } from "./words.js";

/** What the dialog orders. A key leaves the field with it. */
function ordered(form) {
  const { scheme, tracks, kid, key } = form.elements;
  if (!scheme.value) return { encryption: null };
  const encryption = { scheme: scheme.value, tracks: tracks?.value ?? "all" };
  if (kid.value.trim()) encryption.kid = kid.value.trim();
  if (key.value.trim()) encryption.key = key.value.trim();
  return { encryption };
}

sending("[data-package-form]", async (form) => {
  const made = await call("POST", "/api/v1/media/transcode", { asset_id: form.dataset.asset, package: ordered(form) });
  form.reset();
  form.closest("dialog").close();
  toast(t("packaging"));
  document.dispatchEvent(new CustomEvent("portal:retried", { detail: { job: made.job_id } }));
});
