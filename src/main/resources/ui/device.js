import { at, call, doing, keepSession, secretOfAddress, usePasskey } from '/ui/api.js';

const MEANING = {
  read: 'look at everything that you may look at',
  deploy: 'push, build and deploy',
  manage: 'change your account and your organizations, and let others in',
};

// It only fills the field: whoever sent the link must not be able to go on for somebody.
at('code').value = secretOfAddress();

async function begin() {
  let user = null;
  try { user = (await call('GET', '/api/account')).name; } catch (error) { if (error.status !== 401) throw error; }
  at('who').textContent = user ?? '';
  at('user').textContent = user ?? '';
  at('stranger').hidden = Boolean(user);
  at('type').hidden = !user;
}

at('sign-in').addEventListener('click', () => doing(at('sign-in'), async () => {
  const asked = await call('POST', '/api/passkeys/login/options');
  keepSession(await call('POST', '/api/passkeys/login', { id: asked.id, credential: await usePasskey(asked.options) }));
  await begin();
}));

const code = () => ({ user_code: at('code').value });

at('type').addEventListener('submit', (event) => {
  event.preventDefault();
  doing(at('type'), async () => {
    const asked = await call('POST', '/api/device/look', code());
    at('scopes').replaceChildren(...asked.scopes.map((scope) => {
      const item = document.createElement('li');
      item.textContent = MEANING[scope] ?? scope;
      return item;
    }));
    at('name').textContent = asked.name;
    at('when').textContent = new Date(asked.created_at).toLocaleTimeString();
    at('address').textContent = asked.address;
    at('near').textContent = asked.near ? 'where you are, too' : 'which is not where you are';
    at('shown').textContent = at('code').value.toUpperCase();
    at('type').hidden = true;
    at('asked').hidden = false;
  });
});

function over(words) {
  at('asked').hidden = true;
  at('done').textContent = words;
  at('done').hidden = false;
}

at('allow').addEventListener('click', () => doing(at('allow'), async () => {
  const asked = await call('POST', '/api/device/options', code());
  await call('POST', '/api/device/allow', { ...code(), id: asked.id, credential: await usePasskey(asked.options) });
  over('It is let in. You can close this page; your account page lists what it got, and ends it.');
}));

at('deny').addEventListener('click', () => doing(at('deny'), async () => {
  await call('POST', '/api/device/deny', code());
  over('It was refused.');
}));

doing(at('sign-in'), begin);
