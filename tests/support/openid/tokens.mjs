// id_tokens, good ones and such as nobody should believe.
import { createHmac, createPrivateKey, createPublicKey, createSign, constants, generateKeyPairSync } from 'node:crypto';

// ORCID's keys name no `alg`.
export function makeKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, secret: { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// An override of null takes the member away.
function changed(base, overrides = {}) {
  const out = { ...base, ...overrides };
  for (const name of Object.keys(out)) if (out[name] === null) delete out[name];
  return out;
}

const publicPem = (key) => createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' });
const rsa = (algorithm, input, key, padding = constants.RSA_PKCS1_PADDING) =>
  createSign(algorithm).update(input).sign({ key, padding }).toString('base64url');
const another = makeKey('another');

// The header's own `alg` says nothing about what is done here: that is the point of it.
const signatures = {
  rs256: (input, key) => rsa('RSA-SHA256', input, key.privateKey),
  rs512: (input, key) => rsa('RSA-SHA512', input, key.privateKey),
  ps256: (input, key) => rsa('RSA-SHA256', input, key.privateKey, constants.RSA_PKCS1_PSS_PADDING),
  'another key': (input) => rsa('RSA-SHA256', input, another.privateKey),
  none: () => '',
  'public key as secret': (input, key) => createHmac('sha256', publicPem(key)).update(input).digest('base64url'),
  'modulus as secret': (input, key) => createHmac('sha256', Buffer.from(key.secret.n, 'base64url')).update(input).digest('base64url'),
};

// order: {header, claims: overrides, header_text, claims_text: the raw JSON instead, signature: one of the above,
// times: {exp, nbf, iat: seconds from now}, raw: the whole token, flip: a bit of the signature, embed: its own key}
export function mint(base, order, key) {
  if (order.raw !== undefined) return order.raw;
  const now = Math.floor(Date.now() / 1000);
  const times = Object.fromEntries(Object.entries(order.times ?? {}).map(([name, from]) => [name, now + from]));
  const own = order.embed ? { jwk: another.secret && createPublicKey(another.privateKey).export({ format: 'jwk' }) } : {};
  const header = changed({ alg: 'RS256', kid: key.kid, ...own }, order.header);
  const claims = changed({ iat: now, exp: now + 3600, ...base, ...times }, order.claims);
  const input = `${part(order.header_text ?? header)}.${part(order.claims_text ?? claims)}`;
  let signature = signatures[order.signature ?? 'rs256'](input, key);
  if (order.flip) signature = (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1);
  return `${input}.${signature}`;
}
