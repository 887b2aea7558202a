// Draws ZPL labels as PNG files. Standard input: a JSON list of {zpl, png, widthMm, heightMm, dotsPerMm}.
import { readFileSync, writeFileSync } from "node:fs";
import { ready } from "zpl-renderer-js";

const jobs = JSON.parse(readFileSync(0, "utf8"));
const { api } = await ready;
for (const job of jobs) {
  const zpl = readFileSync(job.zpl, "utf8");
  const picture = await api.zplToBase64Async(zpl, job.widthMm, job.heightMm, job.dotsPerMm);
  writeFileSync(job.png, Buffer.from(picture, "base64"));
}
console.log(`${jobs.length} labels drawn`);
process.exit(0); // the WebAssembly runtime would keep the process alive
