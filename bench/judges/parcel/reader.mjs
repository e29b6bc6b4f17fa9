// SPDX-License-Identifier: EUPL-1.2
// A second reader of sealed parcels after docs/parcel.md: it shares no code and no library with the first.
// Only WebCrypto is used, and a Keccak of its own, which WebCrypto lacks. It runs in Node 20 (P-256 suite) and in a
// browser whose WebCrypto has ML-KEM (both suites).

const subtle = globalThis.crypto.subtle;
const text = new TextEncoder();
const CHUNK = 2 ** 20, TAG = 16;
const XWING = "xwing-hkdfsha256-aes256gcm", P256 = "p256-hkdfsha256-aes256gcm";
const CONTENT = "stream1m-aes256gcm-hkdfsha256-p256sha256";
const WRAP_LENGTH = { [XWING]: 1168, [P256]: 113 };

export class Refused extends Error {}
const refuse = (why) => { throw new Refused(why); };

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
export const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
};
const number = (value, length) => Uint8Array.from({ length }, (_, place) => Math.floor(value / 256 ** (length - 1 - place)) % 256);
export const sha256 = async (...parts) => new Uint8Array(await subtle.digest("SHA-256", join(...parts)));
const hmac = async (key, ...parts) => {
  const imported = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await subtle.sign("HMAC", imported, join(...parts)));
};

// ── Keccak-f[1600] (FIPS 202), for SHA3-256 and SHAKE256 ─────────────────────────────────────────────────────────────

const MASK = (1n << 64n) - 1n;
const turn = (lane, by) => ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & MASK;
const roundConstants = () => {
  const constants = [];
  let register = 1;
  for (let round = 0; round < 24; round += 1) {
    let constant = 0n;
    for (let power = 0; power < 7; power += 1) {
      if (register & 1) constant |= 1n << BigInt(2 ** power - 1);
      register = register & 128 ? (register << 1) ^ 0x171 : register << 1;
    }
    constants.push(constant);
  }
  return constants;
};
const CONSTANTS = roundConstants();

const permute = (state) => {
  for (const constant of CONSTANTS) {
    const columns = [0, 1, 2, 3, 4].map((x) => state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]);
    for (let place = 0; place < 25; place += 1) {
      state[place] ^= columns[(place + 4) % 5] ^ turn(columns[(place + 1) % 5], 1);
    }
    let [x, y, lane] = [1, 0, state[1]];
    for (let step = 0; step < 24; step += 1) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const moved = turn(lane, ((step + 1) * (step + 2) / 2) % 64);
      lane = state[x + 5 * y];
      state[x + 5 * y] = moved;
    }
    for (let row = 0; row < 25; row += 5) {
      const old = state.slice(row, row + 5);
      for (let x5 = 0; x5 < 5; x5 += 1) state[row + x5] = old[x5] ^ (~old[(x5 + 1) % 5] & MASK & old[(x5 + 2) % 5]);
    }
    state[0] ^= constant;
  }
};

const keccak = (rate, suffix, message, length) => {
  const padded = new Uint8Array((Math.floor(message.length / rate) + 1) * rate);
  padded.set(message);
  padded[message.length] ^= suffix;
  padded[padded.length - 1] ^= 0x80;
  const state = new Array(25).fill(0n);
  for (let block = 0; block < padded.length; block += rate) {
    for (let place = 0; place < rate; place += 1) {
      state[place >> 3] ^= BigInt(padded[block + place]) << BigInt(8 * (place % 8));
    }
    permute(state);
  }
  // Nothing here asks for more than one block.
  return Uint8Array.from({ length }, (_, place) => Number((state[place >> 3] >> BigInt(8 * (place % 8))) & 255n));
};
export const sha3 = (message) => keccak(136, 0x06, message, 32);
export const shake = (message, length) => keccak(136, 0x1f, message, length);

// ── HPKE, base mode (RFC 9180) ───────────────────────────────────────────────────────────────────────────────────────

const extract = (suite, salt, label, material) =>
  hmac(salt.length ? salt : new Uint8Array(32), text.encode("HPKE-v1"), suite, text.encode(label), material);
const expand = async (suite, secret, label, info, length = 32) => {
  const labelled = join(number(length, 2), text.encode("HPKE-v1"), suite, text.encode(label), info);
  return (await hmac(secret, labelled, number(1, 1))).slice(0, length);
};

const decapsulateP256 = async (key, sent) => {
  const point = unhex(key.public), name = { name: "ECDH", namedCurve: "P-256" };
  const web = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const jwk = { kty: "EC", crv: "P-256", d: web(unhex(key.secret)), x: web(point.slice(1, 33)), y: web(point.slice(33)) };
  const own = await subtle.importKey("jwk", jwk, name, false, ["deriveBits"]);
  const other = await subtle.importKey("raw", sent, name, false, []);
  const agreed = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: other }, own, 256));
  const suite = join(text.encode("KEM"), number(0x10, 2));
  return expand(suite, await extract(suite, new Uint8Array(), "eae_prk", agreed), "shared_secret", join(sent, point));
};

const decapsulateXWing = async (key, sent) => {
  const expanded = shake(unhex(key.secret), 96);
  const seed = await subtle.importKey("raw-seed", expanded.slice(0, 64), { name: "ML-KEM-768" }, false, ["decapsulateBits"]);
  const lattice = new Uint8Array(await subtle.decapsulateBits({ name: "ML-KEM-768" }, seed, sent.slice(0, 1088)));
  const pkcs8 = join(unhex("302e020100300506032b656e04220420"), expanded.slice(64));
  const own = await subtle.importKey("pkcs8", pkcs8, { name: "X25519" }, false, ["deriveBits"]);
  const other = await subtle.importKey("raw", sent.slice(1088), { name: "X25519" }, false, []);
  const agreed = new Uint8Array(await subtle.deriveBits({ name: "X25519", public: other }, own, 256));
  return sha3(join(lattice, agreed, sent.slice(1088), unhex(key.public).slice(1184), unhex("5c2e2f2f5e5c")));
};

const unwrap = async (key, wrapped, info) => {
  const xwing = key.suite === XWING;
  const length = xwing ? 1120 : 65;
  const sent = wrapped.slice(0, length);
  const suite = join(text.encode("HPKE"), number(xwing ? 0x647a : 0x10, 2), number(1, 2), number(2, 2));
  try {
    const shared = await (xwing ? decapsulateXWing : decapsulateP256)(key, sent);
    const none = new Uint8Array();
    const context = join(number(0, 1), await extract(suite, none, "psk_id_hash", none), await extract(suite, none, "info_hash", info));
    const secret = await extract(suite, shared, "secret", none);
    const [raw, iv] = [await expand(suite, secret, "key", context), await expand(suite, secret, "base_nonce", context, 12)];
    const cipher = await subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    return new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, cipher, wrapped.slice(length)));
  } catch {
    return refuse("key.wrap-foreign");
  }
};

// ── the stream ───────────────────────────────────────────────────────────────────────────────────────────────────────

const nonce = (place, last) => join(number(place, 11), number(last ? 1 : 0, 1));
const chunksOf = (size) => Math.max(1, Math.ceil(size / CHUNK));

export const sealStream = async (key, associated, content) => {
  const cipher = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const parts = [];
  for (let place = 0; place < chunksOf(content.length); place += 1) {
    const iv = nonce(place, place === chunksOf(content.length) - 1);
    const chunk = content.slice(place * CHUNK, (place + 1) * CHUNK);
    parts.push(new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData: associated }, cipher, chunk)));
  }
  return join(...parts);
};

const openStream = async (key, sealed, size) => {
  const cipher = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const parts = [];
  const last = chunksOf(size) - 1;
  const whole = size + TAG * (last + 1);
  for (let place = 0; place <= last; place += 1) {
    const [begin, end] = [place * (CHUNK + TAG), Math.min((place + 1) * (CHUNK + TAG), whole)];
    if (sealed.length < end) refuse("form.cut-off");
    try {
      const iv = nonce(place, place === last);
      parts.push(new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, cipher, sealed.slice(begin, end))));
    } catch {
      refuse("content.chunk-broken");
    }
  }
  if (sealed.length > whole) refuse("form.too-much");
  return join(...parts);
};

// ── the cover ────────────────────────────────────────────────────────────────────────────────────────────────────────

const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
};
const closed = (value, names) => {
  if (value === null || typeof value !== "object" || Object.keys(value).sort().join() !== names) refuse("header.malformed");
};

const readHeader = (bytes) => {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    refuse("header.not-canonical");
  }
  if (hex(text.encode(canonical(value))) !== hex(bytes)) refuse("header.not-canonical");
  if (value.version === undefined) refuse("header.malformed");
  if (value.version !== 1) refuse("header.unknown-version");
  closed(value, "certificate,commitment,content,created,not_before,parcel,realm,recipients,sender,suite,version");
  if (value.suite !== CONTENT) refuse("header.unknown-suite");
  closed(value.content, "digest,sealed_digest,sealed_size,size");
  if (value.content.sealed_size !== value.content.size + TAG * chunksOf(value.content.size)) refuse("header.malformed");
  if (value.not_before !== null) closed(value.not_before, "digest,log,size");
  for (const one of value.recipients) {
    closed(one, "body,key,suite");
    if (!(one.suite in WRAP_LENGTH)) refuse("header.unknown-suite");
  }
  return value;
};

const readCover = (data) => {
  let at = 0;
  const take = (length) => {
    if (at + length > data.length) refuse("form.cut-off");
    at += length;
    return data.slice(at - length, at);
  };
  const takeNumber = (length) => take(length).reduce((sum, byte) => sum * 256 + byte, 0);
  const magic = text.encode("mukatabat-parcel-1\n");
  if (hex(data.slice(0, magic.length)) !== hex(magic)) refuse("form.unknown");
  take(magic.length);
  const written = take(takeNumber(4));
  const header = readHeader(written);
  const signature = take(64);
  const certificates = Array.from({ length: takeNumber(1) }, () => take(takeNumber(4)));
  const wraps = {};
  let last = -1;
  for (let left = takeNumber(2); left > 0; left -= 1) {
    const place = takeNumber(2);
    if (place <= last || place >= header.recipients.length) refuse("key.wrap-malformed");
    last = place;
    wraps[header.recipients[place].key] = take(WRAP_LENGTH[header.recipients[place].suite]);
  }
  return { written, header, signature, certificates, wraps, sealed: data.slice(at) };
};

const checkSignature = async ({ written, header, signature, certificates }) => {
  const own = certificates[0] ?? new Uint8Array();
  if (hex(await sha256(own)) !== header.certificate) refuse("header.other-certificate");
  // The public key of a P-256 certificate: its algorithm's name, then the point.
  const place = hex(own).indexOf("301306072a8648ce3d020106082a8648ce3d03010703420004") / 2;
  if (place < 0) refuse("header.signature-broken");
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await subtle.importKey("raw", own.slice(place + 24, place + 24 + 65), algorithm, false, ["verify"]);
  const signed = join(text.encode("mukatabat/parcel/1/header\0"), written);
  if (!await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed)) refuse("header.signature-broken");
};

/** Open a parcel with a recipient's key ({suite, secret, public}, hexadecimal); throws Refused with the reason's name. */
export const open = async (data, key) => {
  const cover = readCover(data);
  const { header } = cover;
  await checkSignature(cover);
  const id = hex(await sha256(text.encode(key.suite), number(0, 1), unhex(key.public)));
  if (!header.recipients.some((one) => one.key === id)) refuse("key.not-addressed");
  if (!(id in cover.wraps)) refuse("key.wrap-missing");
  const info = join(text.encode("mukatabat/parcel/1/wrap\0"), await sha256(cover.written), unhex(id));
  const secret = await unwrap(key, cover.wraps[id], info);
  const derived = (purpose) => hmac(secret, text.encode(`mukatabat/parcel/1/${purpose}`), number(1, 1));
  if (hex(await derived("commitment")) !== header.commitment) refuse("key.commitment-broken");
  const content = await openStream(await derived("chunks"), cover.sealed, header.content.size);
  if (hex(await sha256(await derived("salt"), content)) !== header.content.digest) refuse("content.changed");
  return content;
};
