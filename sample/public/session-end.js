/**
 * Warns whoever is logged in before the session ends. To ask how long it lives does not keep it alive; the button does. Without
 * this script the shop works as well.
 */
(() => {
  const warnBefore = 2 * 60_000;
  /** How often to look, at most and at least, in ms: another tab may have put the end off. */
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
  again.textContent = 'Go on';
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
    show(`Your session ends in ${inWords(expiresIn)}, unless you go on.`, stay);
    lookIn(Math.min(expiresIn, 15_000));
  }

  function lookIn(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), Math.max(shortestPause, Math.min(ms, longestPause)));
  }

  /** Any request that is not passive is a use of the session. */
  async function keepAlive() {
    await fetch('/api/me').catch(() => null);
    await look();
  }

  function inWords(ms) {
    const seconds = Math.ceil(ms / 1000);
    const [count, unit] = seconds < 60 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
    return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }

  // A computer that was asleep has missed its timers.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look();
  });
  void look();
})();
