// Sends a file with tus-js-client and prints what became of it as one line of JSON.
//
//   node tus_client.cjs ENDPOINT TOKEN FILE OPTIONS
//
// OPTIONS is JSON: what tus-js-client knows, and `breakAfter`: abort after so many bytes and go on with a new upload.
const fs = require("node:fs");
const { PassThrough } = require("node:stream");
const tus = require("../../node_modules/tus-js-client");

const [, , endpoint, token, file, text] = process.argv;
const { breakAfter, streamed, ...options } = JSON.parse(text);

function send(url) {
  return new Promise((resolve, reject) => {
    const told = {};
    const bytes = fs.createReadStream(file);
    const upload = new tus.Upload(streamed ? bytes.pipe(new PassThrough()) : bytes, {
      endpoint,
      uploadUrl: url,
      headers: { Authorization: `Bearer ${token}` },
      metadata: { filename: "from node.png", filetype: "image/png" },
      uploadLengthDeferred: Boolean(streamed),
      retryDelays: [0, 100, 500],
      ...options,
      onAfterResponse(_request, response) {
        told.asset_id = response.getHeader("X-Asset-Id") ?? told.asset_id;
        told.job_id = response.getHeader("X-Job-Id") ?? told.job_id;
      },
      onProgress(sent) {
        if (breakAfter && !url && sent >= breakAfter) {
          upload.abort().then(() => resolve(send(upload.url)), reject);
        }
      },
      onError: reject,
      onSuccess: () => resolve({ url: upload.url, ...told }),
    });
    upload.start();
  });
}

send(null).then(
  (told) => console.log(JSON.stringify(told)),
  (error) => {
    console.error(String(error));
    process.exit(1);
  },
);
