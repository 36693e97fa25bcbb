import { at, call, doing, keepSession, secretOfAddress, usePasskey } from '/ui/api.js';

const button = at('sign-in');
const token = secretOfAddress();

/** Whoever made the link may want somebody else to work in their account: say whose it is, and ask. */
if (token) {
  doing(button, async () => {
    const { name } = await call('GET', '/api/account', undefined, token);
    at('whose').textContent = name;
    at('as').textContent = `Sign in as ${name}`;
    at('link').hidden = false;
  });
}

at('as').addEventListener('click', () => doing(at('as'), async () => {
  keepSession(await call('POST', '/api/sessions', undefined, token));
  location.assign('/account');
}));

button.addEventListener('click', () => doing(button, async () => {
  const asked = await call('POST', '/api/passkeys/login/options');
  keepSession(await call('POST', '/api/passkeys/login', { id: asked.id, credential: await usePasskey(asked.options) }));
  location.assign('/account');
}));
