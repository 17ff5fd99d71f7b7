// The API, and nothing else: JSON in, JSON out, problems as errors. ETags stay in memory, for answers are no-store.
import {state, change} from './state.js';

const kept = new Map(); // path and what is searched for → {etag, document}
export const LONGEST_WAIT = 30_000; // API Gateway waits no longer

export class Problem extends Error {
  constructor(status, document, retryAfter) {
    super(document.detail || document.title || String(status));
    this.status = status;
    this.document = document;
    this.errors = document.errors || [];
    this.retryAfter = retryAfter;
  }
}

export const electionPath = (path) => `./v1/elections/${encodeURIComponent(state.account.election)}/${path}`;

// Read a path; what has not changed since the last time is not sent again. What is searched for, names and words of
// SMS, goes in headers: an address is written down by whoever carries it.
export async function get(path, search = {}, wait = LONGEST_WAIT) {
  const words = Object.entries(search).filter(([, value]) => value).map(([name, value]) => [`Search-${name}`, encodeURIComponent(value)]);
  const asked = JSON.stringify([path, words]);
  const known = kept.get(asked);
  const headers = {...Object.fromEntries(words), ...(known?.etag && {'If-None-Match': known.etag})};
  const answer = await ask(path, {headers}, wait);
  if (answer.status === 304) return known;
  const document = await read(answer);
  const etag = answer.headers.get('ETag');
  kept.set(asked, {etag, document});
  return {document, etag};
}

// Change something: `seen` is the ETag of what was read, `key` names the action, so that a retry is the same one.
export async function send(path, body, {method = 'POST', seen = null, key = newKey()} = {}) {
  const headers = {'Content-Type': 'application/json', 'Idempotency-Key': key};
  if (seen !== null) headers['If-Match'] = seen;
  const answer = await ask(path, {method, headers, body: JSON.stringify(body ?? {})});
  const document = await read(answer);
  return {document, etag: answer.headers.get('ETag'), status: answer.status};
}

export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export function forget() {
  kept.clear();
}

async function ask(path, options, wait = LONGEST_WAIT) {
  const answer = await fetch(path, {
    ...options,
    headers: {Accept: 'application/json', ...options.headers},
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(wait),
  });
  if (state.isExpired && answer.status < 400 && !path.startsWith('./v1/session')) change({isExpired: false}); // signed in elsewhere
  const date = Date.parse(answer.headers.get('Date') || '');
  if (date && Math.abs(date - Date.now() - state.ahead) > 2000) state.ahead = date - Date.now();
  return answer;
}

async function read(answer) {
  const text = await answer.text();
  let document = {};
  try {
    document = text ? JSON.parse(text) : {};
  } catch {
    document = {detail: text.slice(0, 200)};
  }
  if (answer.ok) return document;
  if (answer.status === 401 && state.account) change({isExpired: true});
  throw new Problem(answer.status, document, Number(answer.headers.get('Retry-After')) || null);
}
