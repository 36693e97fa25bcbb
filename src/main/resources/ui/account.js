import { at, call, createPasskey, doing, dropSession } from '/ui/api.js';

const day = (time) => new Date(time).toLocaleDateString();
const used = (time) => time ? `used ${day(time)}` : 'never used';

/** Everything from the server becomes text, never markup. */
function line(words, details, ...buttons) {
  const item = document.createElement('li');
  const left = document.createElement('span');
  left.className = 'grow';
  left.textContent = words;
  const right = document.createElement('span');
  right.className = 'quiet';
  right.textContent = details;
  item.append(left, right, ...buttons);
  return item;
}

function button(words, what) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = words;
  made.addEventListener('click', () => doing(made, async () => { await what(); await show().catch(signedOut); }));
  return made;
}

async function show() {
  const [account, passkeys, keys, sessions, tokens, organizations] = await Promise.all(
    ['/api/account', '/api/passkeys', '/api/account/ssh-keys', '/api/sessions', '/api/account/tokens', '/api/organizations']
      .map((path) => call('GET', path)));
  at('who').textContent = account.name;
  at('passkeys').replaceChildren(...passkeys.map((one) => line(one.name,
    `${one.synced ? 'synced, ' : ''}${used(one.last_used_at)}`,
    button('Rename', async () => {
      const name = prompt('A name for this passkey', one.name);
      if (name) await call('PATCH', `/api/passkeys/${one.id}`, { name });
    }),
    button('Remove', () => call('DELETE', `/api/passkeys/${one.id}`)))));
  at('ssh-keys').replaceChildren(...keys.map((one) => line(`${one.name} ${one.fingerprint}${one.app ? ` (pushes to ${one.app})` : ''}`, used(one.last_used_at),
    button('Remove', () => call('DELETE', `/api/account/ssh-keys/${one.id}`)))));
  at('sessions').replaceChildren(...sessions.map((one) => line(one.name,
    `${one.current ? 'this one, ' : ''}until ${new Date(one.expires_at).toLocaleString()}`,
    ...(one.current ? [] : [button('End', () => call('DELETE', `/api/sessions/${one.id}`))]))));
  at('tokens').replaceChildren(...tokens.map((one) => line(`${one.name}: ${one.scopes.join(', ')}${one.app ? ` of ${one.app}` : ''}`, one.expires_at ? `until ${day(one.expires_at)}` : '',
    button('Revoke', () => call('DELETE', `/api/account/tokens/${one.id}`)))));
  at('organizations').replaceChildren(...organizations.map((one) => line(one.name, one.role)));
}

at('add').addEventListener('submit', (event) => {
  event.preventDefault();
  doing(at('add'), async () => {
    const asked = await call('POST', '/api/passkeys/options');
    const credential = await createPasskey(asked.options);
    await call('POST', '/api/passkeys', { id: asked.id, credential, name: at('label').value });
    at('add').reset();
    await show();
  });
});

at('sign-out').addEventListener('click', () => doing(at('sign-out'), async () => {
  await call('DELETE', '/api/sessions/current');
  dropSession();
  location.assign('/');
}));

/** Also after one removed the passkey that one was signed in by. */
function signedOut(error) {
  if (error.status !== 401) throw error;
  dropSession();
  location.assign('/');
}

show().catch(signedOut).catch((error) => { at('problem').textContent = error.message; });
