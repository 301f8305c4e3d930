/**
 * Keeps the page "your devices" up to date, and empties it when this device is logged out elsewhere: what it showed is nobody's
 * business any more. It listens to a gateway of socket.io, or with `?live=graphql` to a subscription. The page also works without this
 * script.
 */
(() => {
  if (new URLSearchParams(location.search).get('live') === 'graphql') listenByGraphql();
  else listenBySocketIo();

  function listenBySocketIo() {
    const library = document.createElement('script');
    // The server of socket.io delivers its client, too.
    library.src = '/live/devices/socket.io.min.js';
    library.addEventListener('load', () => {
      const socket = globalThis.io({ path: '/live/devices', transports: ['websocket'] });
      socket.on('connect', () => {
        socket.emit('watch');
        note('yes');
      });
      socket.on('disconnect', () => note('no'));
      socket.on('devices-changed', () => void refresh());
      socket.on('session-ended', () => {
        socket.close();
        closePage();
      });
    });
    document.head.append(library);
  }

  /** As much of the protocol `graphql-transport-ws` as one subscription needs. */
  function listenByGraphql(pause = 1_000) {
    const loginEnded = 4401;
    const address = new URL('/graphql', location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address, 'graphql-transport-ws');
    const send = (message) => socket.send(JSON.stringify(message));
    socket.addEventListener('open', () => send({ type: 'connection_init' }));
    socket.addEventListener('message', ({ data }) => {
      const { type } = JSON.parse(data);
      if (type === 'connection_ack') {
        send({ id: 'devices', type: 'subscribe', payload: { query: 'subscription { devicesChanged }' } });
        note('yes');
      }
      if (type === 'ping') send({ type: 'pong' });
      if (type === 'next') void refresh();
    });
    socket.addEventListener('close', ({ code }) => {
      note('no');
      if (code === loginEnded) return closePage();
      // The server may be restarting.
      setTimeout(() => listenByGraphql(Math.min(2 * pause, 30_000)), pause);
    });
  }

  /** Says on the page whether it is live. */
  function note(isLive) {
    document.documentElement.dataset.live = isLive;
  }

  /** Takes the list as it is now. If that asks for the password again, the browser shows that page. */
  async function refresh() {
    const response = await fetch('/devices/list');
    if (response.redirected || !response.ok) return location.reload();
    const part = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.querySelector('#devices')?.replaceWith(part.querySelector('#devices'));
  }

  function closePage() {
    const heading = document.createElement('h1');
    heading.textContent = 'You have been logged out';
    const text = document.createElement('p');
    text.className = 'lead';
    text.setAttribute('role', 'alert');
    text.textContent = 'This device was logged out, here or on another device.';
    const again = document.createElement('a');
    again.className = 'button';
    again.href = '/auth/login';
    again.textContent = 'Log in again';
    document.querySelector('#main').replaceChildren(heading, text, again);
  }
})();
