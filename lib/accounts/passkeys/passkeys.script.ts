/**
 * The script of the pages with passkeys: asks the browser for one, puts it into a form, and sends that, so that everything else goes the way
 * it does without a script. It converts by itself what browsers of this decade know (`parseRequestOptionsFromJSON()`, `toJSON()`), since those
 * before 2025 do not, and extensions that replace `navigator.credentials` often forget `toJSON()`.
 */
export const passkeysScript = `'use strict';
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const refreshAfter = 240000;
  const bytesOf = (text) => {
    const base64 = text.replace(/-/g, '+').replace(/_/g, '/');
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  };
  const textOf = (buffer) => {
    let binary = '';
    for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
    return btoa(binary).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '');
  };
  const withBytes = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytesOf(one.id) }));

  const publicKeyOf = (options) => ({
    ...options,
    challenge: bytesOf(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytesOf(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: withBytes(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: withBytes(options.allowCredentials) }),
  });

  const jsonOf = ({ id, type, response, ...credential }) => {
    const json = { clientDataJSON: textOf(response.clientDataJSON) };
    for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (response[name]) json[name] = textOf(response[name]);
    }
    if (response.attestationObject && response.getTransports) json.transports = response.getTransports();
    return { id, rawId: id, type, response: json };
  };

  const fieldsOf = (form) => {
    const fields = {};
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') fields[name] = value;
    return fields;
  };

  const send = async (url, form, method = 'POST') => {
    const { flow, credential, ...body } = fieldsOf(form);
    const headers = { accept: 'application/json', 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: JSON.stringify(body), credentials: 'same-origin' });
    return { status: response.status, body: response.ok ? await response.json() : null };
  };

  const say = (form, name) => {
    const place = form.querySelector('[data-passkey-says]');
    if (!place) return;
    place.textContent = name ? place.dataset[name] : '';
    place.hidden = !name;
  };

  const submit = (form, flow, credential) => {
    form.elements.flow.value = flow;
    form.elements.credential.value = JSON.stringify(credential);
    const remember = document.querySelector('input[type=checkbox][name=remember]');
    if (remember && form.elements.remember) form.elements.remember.value = remember.checked ? 'on' : '';
    form.submit();
  };

  let waiting = null;
  const stopWaiting = () => {
    if (waiting) waiting.abort();
    waiting = null;
  };

  /** Asks for the options first, then the browser for a passkey. */
  const run = async (form, more) => {
    const { status, body } = await send(form.dataset.options, form);
    if (status === 401 && form.dataset.verify) location.assign(form.dataset.verify);
    if (!body) throw new Error('no options');
    const isNew = form.dataset.passkey === 'create';
    const request = { ...more, publicKey: publicKeyOf(body.options) };
    const credential = await (isNew ? navigator.credentials.create(request) : navigator.credentials.get(request));
    if (!credential) throw new Error('no passkey');
    const json = jsonOf(credential);
    if (isNew && credential.getClientExtensionResults) {
      const { credProps } = credential.getClientExtensionResults();
      json.clientExtensionResults = credProps ? { credProps } : {};
    }
    submit(form, body.flow, json);
  };

  const press = async (form) => {
    stopWaiting();
    say(form, null);
    const button = form.querySelector('button');
    button.disabled = true;
    try {
      await run(form, {});
    } catch (error) {
      say(form, error && error.name === 'InvalidStateError' ? 'known' : 'failed');
    }
    button.disabled = false;
  };

  /** Passkeys among what the browser proposes to fill in. What it waits with gets stale, so it begins anew. */
  const fillIn = async (form) => {
    const isOffered = PublicKeyCredential.isConditionalMediationAvailable;
    if (!isOffered || !(await PublicKeyCredential.isConditionalMediationAvailable())) return;
    const begin = () => {
      const mine = (waiting = new AbortController());
      const timer = setTimeout(() => {
        if (waiting !== mine) return;
        stopWaiting();
        begin();
      }, refreshAfter);
      // Whoever chooses none, or presses the button, is told nothing.
      run(form, { mediation: 'conditional', signal: mine.signal }).catch(() => clearTimeout(timer));
    };
    begin();
  };

  const signal = async (name, details) => {
    try {
      if (PublicKeyCredential[name]) await PublicKeyCredential[name](details);
    } catch {
      // A hint, which no authenticator has to follow.
    }
  };

  const signalAll = async ({ rpId, userId, name, displayName, allAcceptedCredentialIds }) => {
    await signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds });
    await signal('signalCurrentUserDetails', { rpId, userId, name, displayName });
  };

  const change = async (form) => {
    const { status, body } = await send(form.action, form);
    if (status === 401 && form.dataset.verify) return location.assign(form.dataset.verify);
    // The page says what is wrong.
    if (!body) return form.submit();
    if (body.credentialId && body.signal) {
      await signal('signalUnknownCredential', { rpId: body.signal.rpId, credentialId: body.credentialId });
    }
    if (body.signal) await signalAll(body.signal);
    location.reload();
  };

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void press(form);
    });
    if (form.dataset.passkey === 'get' && 'autofill' in form.dataset) fillIn(form).catch(() => {});
  }
  for (const form of document.querySelectorAll('form[data-passkey-change]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      change(form).catch(() => form.submit());
    });
  }
  for (const place of document.querySelectorAll('[data-passkey-signal]')) void signalAll(JSON.parse(place.dataset.passkeySignal));
})();
`;
