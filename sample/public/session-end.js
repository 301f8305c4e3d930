/**
 * Warns logged-in users before the session ends. Asking how much time is left does not extend the session; the button does.
 * The shop also works without this script.
 */
(() => {
  const warnBefore = 2 * 60_000;
  /** The longest and shortest time between two checks, in ms. Another tab may have extended the session. */
  const longestPause = 60 * 60_000;
  const shortestPause = 1_000;
  let timer;

  const notice = document.createElement('div');
  notice.className = 'ending';
  notice.setAttribute('role', 'status');
  const text = document.createElement('p');
  const stay = document.createElement('button');
  stay.className = 'button';
  stay.textContent = 'Stay logged in';
  stay.addEventListener('click', () => void keepAlive());
  const again = document.createElement('a');
  again.className = 'button';
  again.href = location.href;
  again.textContent = 'Continue';
  notice.append(text, stay, again);

  function show(message, action) {
    text.textContent = message;
    stay.hidden = action !== stay;
    again.hidden = action !== again;
    notice.dataset.state = action === stay ? 'warning' : 'over';
    if (!notice.isConnected) document.body.append(notice);
  }

  async function look() {
    const response = await fetch('/api/session/status').catch(() => null);
    if (response === null || !response.ok) return lookIn(60_000);
    const { isLoggedIn, expiresIn } = await response.json();
    if (!isLoggedIn) return show('Your session has ended.', again);
    if (expiresIn > warnBefore) {
      notice.remove();
      return lookIn(expiresIn - warnBefore);
    }
    show(`Your session ends in ${inWords(expiresIn)}.`, stay);
    lookIn(Math.min(expiresIn, 15_000));
  }

  function lookIn(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), Math.max(shortestPause, Math.min(ms, longestPause)));
  }

  /** Any request that is not passive extends the session. */
  async function keepAlive() {
    await fetch('/api/me').catch(() => null);
    await look();
  }

  function inWords(ms) {
    const seconds = Math.ceil(ms / 1000);
    const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
    return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }

  // Timers do not run while a computer sleeps.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look();
  });
  void look();
})();
