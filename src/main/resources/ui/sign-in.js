import { at, call, doing, secretOfAddress, usePasskey } from '/ui/api.js';

const button = at('sign-in');
const token = secretOfAddress();

if (token) {
  doing(button, async () => {
    await call('POST', '/api/sessions', undefined, token);
    location.assign('/account');
  });
}

button.addEventListener('click', () => doing(button, async () => {
  const asked = await call('POST', '/api/passkeys/login/options');
  await call('POST', '/api/passkeys/login', { id: asked.id, credential: await usePasskey(asked.options) });
  location.assign('/account');
}));
