import { at, call, createPasskey, doing, keepSession, secretOfAddress } from '/ui/api.js';

const invitation = secretOfAddress();
const form = at('new');
const accept = at('accept');

async function begin() {
  if (!invitation) throw new Error('The link is not whole: an invitation stands behind its #.');
  const offer = await call('POST', '/api/invitations/look', { invitation });
  at('what').textContent = offer.organization ? `Join ${offer.organization}` : 'Make the first account';
  at('offer').textContent = (offer.organization ? `As ${offer.role}. ` : '')
    + `This works once, until ${new Date(offer.expires_at).toLocaleString()}.`;
  let user = null;
  try { user = (await call('GET', '/api/account')).name; } catch (error) { if (error.status !== 401) throw error; }
  at('user').textContent = user ?? '';
  at('known').hidden = !user || !offer.organization;
  form.hidden = !at('known').hidden;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  doing(form, async () => {
    const name = at('name').value;
    const asked = await call('POST', '/api/invitations/passkey/options', { invitation, name });
    const credential = await createPasskey(asked.options);
    keepSession(await call('POST', '/api/invitations/passkey', { invitation, id: asked.id, credential, name: 'first passkey' }));
    location.assign('/account');
  });
});

accept.addEventListener('click', () => doing(accept, async () => {
  await call('POST', '/api/invitations/accept', { invitation });
  location.assign('/account');
}));

doing(accept, begin);
