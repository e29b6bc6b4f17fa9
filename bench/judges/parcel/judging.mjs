// SPDX-License-Identifier: EUPL-1.2
// Judges the published vectors with the second reader. `suites` are those for which this platform has the primitives.

import { Refused, hex, join, open, sealStream, sha256, unhex } from "./reader.mjs";

const patched = (data, { at, remove, insert }) => join(data.slice(0, at), unhex(insert), data.slice(at + remove));

/** Give one line for each vector: [what, what was expected, what came out]. */
export const judge = async (vectors, parcel, suites) => {
  const verdicts = [];
  for (const { key, associated, size, sealed_sha256: expected } of vectors.streams) {
    const content = Uint8Array.from({ length: size }, (_, place) => place % 251);
    const sealed = await sealStream(unhex(key), unhex(associated), content);
    verdicts.push([`stream of ${size} bytes`, expected, hex(await sha256(sealed))]);
  }
  const attempt = async (data, name) => {
    try {
      return hex(await sha256(await open(data, vectors.keys[name])));
    } catch (error) {
      if (error instanceof Refused) return error.message;
      throw error;
    }
  };
  const names = Object.keys(vectors.keys).filter((name) => suites.includes(vectors.keys[name].suite));
  for (const name of names) {
    if (name in vectors.recipients) verdicts.push([`opened by ${name}`, vectors.content_sha256, await attempt(parcel, name)]);
  }
  for (const { what, key, reason, ...patch } of vectors.refused) {
    if (names.includes(key)) verdicts.push([`${what}, by ${key}`, reason, await attempt(patched(parcel, patch), key)]);
  }
  return verdicts;
};
