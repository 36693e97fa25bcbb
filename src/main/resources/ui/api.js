// What all pages need: calls to the API, passkeys, and saying what went wrong.

// The browser sends its cookie to every port of this host, an app's among them. This half of the session it keeps for this one.
const KEPT = 'caution-session';
export const keepSession = (answer) => localStorage.setItem(KEPT, answer.session);
export const dropSession = () => localStorage.removeItem(KEPT);

export async function call(method, path, body, token) {
  const sent = body === undefined ? undefined : JSON.stringify(body);
  try {
    return await send(method, path, sent, token);
  } catch (error) {
    if (error.code !== 'proof_required') throw error;
  }
  return send(method, path, sent, token, await proof(method, path, sent));
}

/** A passkey's word for this very call: what somebody who stole the session does not have. */
async function proof(method, path, body) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body ?? ''));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const asked = await send('POST', '/api/proofs', JSON.stringify({ origin: location.origin, method, path, body_sha256: hex }));
  if (!asked.options) {
    throw new Error('This takes a passkey, to prove that it is you, and you have none here. At a terminal your SSH key does:'
      + ' use the command there, or get a new link for your first passkey: caution passkeys link');
  }
  return `${asked.id} ${btoa(JSON.stringify(await usePasskey(asked.options)))}`;
}

async function send(method, path, body, token, proven) {
  const headers = {};
  const session = localStorage.getItem(KEPT);
  if (session && !token) headers['Caution-Session'] = session;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  if (proven) headers['Caution-Proof'] = proven;
  const answer = await fetch(path, { method, headers, credentials: 'same-origin', body });
  const text = await answer.text();
  let json = null;
  try { json = text ? JSON.parse(text) : null; } catch { /* not ours: the status says enough */ }
  if (!answer.ok) {
    const error = new Error(json?.detail ?? `The server answered ${answer.status}.`);
    error.status = answer.status;
    error.code = json?.code;
    throw error;
  }
  return json;
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const known = (list) => (list ?? []).map((one) => ({ type: 'public-key', id: bytes(one.id) }));

function secure() {
  if (!window.PublicKeyCredential) {
    throw new Error(window.isSecureContext
      ? 'This browser knows no passkeys.'
      : 'Passkeys need https, or http on localhost. Open this page under such an address.');
  }
}

export async function createPasskey(options) {
  secure();
  const made = await navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: known(options.excludeCredentials),
    extensions: undefined,
  } });
  return {
    id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {},
    response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) },
  };
}

export async function usePasskey(options) {
  secure();
  const used = await navigator.credentials.get({ publicKey: {
    ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials), extensions: undefined,
  } });
  return {
    id: used.id, rawId: text(used.rawId), type: used.type, clientExtensionResults: {},
    response: {
      clientDataJSON: text(used.response.clientDataJSON),
      authenticatorData: text(used.response.authenticatorData),
      signature: text(used.response.signature),
      userHandle: used.response.userHandle ? text(used.response.userHandle) : null,
    },
  };
}

export const at = (id) => document.getElementById(id);

/** Does what a button or form is for; it rests meanwhile, and what goes wrong is said. */
export async function doing(element, what) {
  const button = element.tagName === 'FORM' ? element.querySelector('button') : element;
  button.disabled = true;
  at('problem').textContent = '';
  try {
    await what();
  } catch (error) {
    at('problem').textContent = error.name === 'NotAllowedError' ? 'Nothing was done: the device said no, or waited too long.' : error.message;
  } finally {
    button.disabled = false;
  }
}

/** Takes a secret out of the address at once, so that it stays in no history. */
export function secretOfAddress() {
  const secret = location.hash.slice(1);
  if (secret) history.replaceState(null, '', location.pathname);
  return secret;
}
