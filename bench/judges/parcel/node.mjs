// SPDX-License-Identifier: EUPL-1.2
// The P-256 suite in Node, whose WebCrypto has no ML-KEM.

import { readFile } from "node:fs/promises";
import { judge } from "./judging.mjs";

const folder = process.argv[2];
const vectors = JSON.parse(await readFile(`${folder}/vectors.json`, "utf8"));
const parcel = new Uint8Array(await readFile(`${folder}/${vectors.parcel}`));
console.log(JSON.stringify(await judge(vectors, parcel, ["p256-hkdfsha256-aes256gcm"])));
