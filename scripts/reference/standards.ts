/** A row of a standard that tests show. */
export interface StandardRow {
  /** The standard and its own id. A test shows the row by a name that begins with it. */
  readonly id: string;
  /** What the row asks, in short. */
  readonly asks: string;
  /** The names of the tests, without the id. Only where several rows have one id; otherwise all that begin with it. */
  readonly tests?: readonly string[];
  /** What this version does not do, or no test shows. */
  readonly left?: string;
}

/** The rows that this version shows by tests. */
export const standardRows: readonly StandardRow[] = [
  { id: 'ASVS 3.3.1', asks: '`Secure`, `__Secure-` where not `__Host-`' },
  { id: 'ASVS 3.3.2', asks: '`SameSite` by purpose' },
  { id: 'ASVS 3.3.3', asks: '`__Host-` unless shared on purpose' },
  { id: 'ASVS 3.3.4', asks: '`HttpOnly`; the token travels in `Set-Cookie` only' },
  { id: 'ASVS 3.3.5', asks: 'name and value within 4096 bytes', left: 'real browsers at the border' },
  { id: 'ASVS 3.5.1', asks: 'unsafe requests are proved to come from the application' },
  { id: 'ASVS 3.5.2', asks: 'simple requests cannot slip through' },
  { id: 'ASVS 3.5.3', asks: 'unsafe methods alone change anything' },
  { id: 'ASVS 3.7.2', asks: 'no redirect to other hosts' },
  { id: 'ASVS 6.1.1', asks: 'defence against guessed passwords, documented' },
  { id: 'ASVS 6.3.1', asks: 'guessing and stuffing are held up, and lock no owner out' },
  { id: 'ASVS 6.3.6', asks: 'mail is no factor' },
  { id: 'ASVS 6.6.1', asks: 'codes to telephones only beside a better choice' },
  { id: 'ASVS 6.6.2', asks: 'a code is bound to the request that it was sent for' },
  { id: 'ASVS 6.6.3', asks: 'a code that is sent can be tried a few times' },
  {
    id: 'ASVS 7.1.1',
    asks: 'timeouts are documented, with reasons',
    left: 'a line at boot with the timeouts in force and the level that they fit',
  },
  { id: 'ASVS 7.1.2', asks: 'how many sessions a user may have, and what happens at the limit' },
  { id: 'ASVS 7.2.1', asks: 'tokens are verified by a trusted back end' },
  { id: 'ASVS 7.2.3', asks: 'tokens are unique, random, of 128 bits or more' },
  {
    id: 'ASVS 7.2.4',
    asks: 'a new token at authentication, the old one ended',
    left: "second factors and role changes, which are the application's here",
  },
  { id: 'ASVS 7.3.1', asks: 'inactivity timeout' },
  { id: 'ASVS 7.3.2', asks: 'absolute lifetime' },
  { id: 'ASVS 7.4.1', asks: 'ended means ended' },
  { id: 'ASVS 7.4.2', asks: 'sessions end when the account does', left: 'ending all sessions of a user in the store' },
  { id: 'ASVS 7.4.3', asks: 'all other sessions end after a change of a factor' },
  { id: 'ASVS 7.4.4', asks: 'logout is easy to reach' },
  { id: 'ASVS 7.4.5', asks: "everybody's sessions, or one user's, can be ended" },
  { id: 'ASVS 7.5.1', asks: 'full re-authentication before what matters changes' },
  { id: 'ASVS 7.5.2', asks: 'users see and end their sessions' },
  { id: 'ASVS 7.5.3', asks: 'one more proof before highly sensitive operations' },
  { id: 'ASVS 7.6.2', asks: "no session without the user's action" },
  { id: 'ASVS 9.1.1', asks: 'self-contained tokens are verified before they are read' },
  { id: 'ASVS 9.2.3', asks: 'tokens are for one audience' },
  { id: 'ASVS 11.2.2', asks: 'keys can be replaced', left: 'tools that make keys and warn of their age' },
  { id: 'ASVS 11.2.4', asks: 'comparison of secrets in constant time', left: 'a measurement' },
  { id: 'ASVS 11.2.5', asks: 'a failure tells nothing' },
  { id: 'ASVS 11.3.2', asks: 'approved ciphers and modes alone' },
  { id: 'ASVS 11.3.3', asks: 'what is encrypted is authenticated: the pointer of a periodic rotation' },
  { id: 'ASVS 11.3.4', asks: 'nonces are not used twice' },
  { id: 'ASVS 11.5.1', asks: 'unguessable values of 128 bits or more' },
  { id: 'ASVS 13.1.3', asks: 'time limits for every service that is asked' },
  { id: 'ASVS 16.5.2', asks: 'defined behaviour when a service is down' },
  { id: 'ASVS 14.2.1', asks: 'no token in a URL' },
  { id: 'ASVS 14.2.2', asks: 'no caching of sensitive answers', left: 'a real shared cache' },
  { id: 'ASVS 14.3.2', asks: 'nothing is shown after a logout' },
  { id: 'ASVS 14.2.7', asks: 'old data are deleted' },
  { id: 'ASVS 14.3.3', asks: 'nothing readable is kept in the browser' },
  {
    id: 'ASVS 15.4.2',
    asks: 'check and act in one step (of each store: the cases `many-at-once` of the contract)',
  },
  { id: 'ASVS 15.4.3', asks: 'no deadlock, no endless retry' },
  { id: 'ASVS 16.2.5', asks: 'no session token in logs' },
  { id: 'ASVS 16.3.1', asks: 'each authentication is noted' },
  { id: 'ASVS 16.3.2', asks: 'each failed authorization is noted' },
  { id: 'ASVS 16.3.3', asks: 'attempts to get by are noted' },
  { id: 'ASVS 16.5.1', asks: 'generic messages' },
  { id: 'ASVS 16.5.3', asks: 'never fail open' },
  { id: 'OWASP SM', asks: 'a neutral cookie name', tests: ['the name of the cookie says nothing of what made it'] },
  {
    id: 'OWASP SM',
    asks: 'an unknown id is never adopted',
    tests: [
      'a cookie that is signed but unknown to the store is a fresh session',
      'an id is never adopted: one that was used up leads to a session with another one',
    ],
    left: 'an event for its arrival',
  },
  {
    id: 'OWASP SM',
    asks: 'the id is hostile input',
    tests: [
      '… in the cookie never leads to a session, and the server goes on',
      'takes its time with no header, however it is made',
      'hashes nothing of a value that has not the form and the length of one',
    ],
  },
  {
    id: 'OWASP SM',
    asks: 'cookies of one name and another scope',
    tests: ['passes over cookies of the name that do not verify'],
    left: 'a warning',
  },
  {
    id: 'OWASP SM',
    asks: 'renewal with a safety interval',
    tests: [
      'lets requests with the former cookie arrive for the grace time, and gives them the new one',
      'refuses the former cookie after the grace time',
    ],
    left: 'an alarm when a former id comes later',
  },
  {
    id: 'OWASP SM',
    asks: 'the life of a session is told by a hash of its id',
    tests: ['all that happens is heard once, by public ids'],
    left: 'a key of the installation in that hash',
  },
  { id: 'OWASP SM', asks: 'bind to client properties as a signal', tests: ['keeps its login, fresh, under …'] },
  {
    id: 'OWASP SM',
    asks: 'warning before the end, without extending it',
    tests: ['asking for it does not extend the session, behind a guard too'],
  },
  {
    id: 'OWASP SM',
    asks: 'an unknown id is an event',
    tests: ['a session that has ended is heard of when its cookie comes'],
  },
  { id: 'NIST 800-63B-4 2.2.3', asks: 'timeouts by level (2.1.3, 2.2.3, 2.3.3)' },
  { id: 'NIST 800-63B-4 3.2.2', asks: 'limited tries for one account' },
  {
    id: 'NIST 800-63B-4 5.1',
    asks: 'the secret does not survive a restart of the client',
    left: 'no cookie at all over plain HTTP in production; of the rest see ASVS 7.2.3, 7.2.4, 7.4.1',
  },
  { id: 'NIST 800-63B-4 5.1.1', asks: 'attributes of the cookie' },
  {
    id: 'NIST 800-63B-4 5.2',
    asks: 'activity restarts the idle timeout',
    left: 'authenticating again restarts the absolute timeout; its end see ASVS 7.3.1, 7.3.2',
  },
  {
    id: 'RFC 6265bis',
    asks: 'an attribute has at most 1024 octets',
    tests: ['an attribute of more than 1024 octets is refused (…)'],
  },
  {
    id: 'RFC 6265bis',
    asks: 'at most 400 days',
    tests: ['lives for 400 days at most, whatever was asked for'],
    left: 'longer settings are cut, not refused',
  },
  {
    id: 'RFC 6265bis',
    asks: '`SameSite=None` and `Partitioned` need `Secure`',
    tests: ['… is refused without Secure'],
  },
  {
    id: 'RFC 6265bis',
    asks: 'the order of cookies is not relied on',
    tests: [
      'takes of several the one issued last, and passes over what does not open',
      'takes of several the one issued last, and passes over what does not verify',
    ],
  },
  {
    id: 'RFC 6265bis',
    asks: 'a cookie is removed with the attributes that it was set with',
    tests: [
      'is removed with the attributes that it was set with: …, https …',
      'removes what may stand at another path or domain: with …, for …: …',
    ],
    left: 'a place that neither the settings name nor the request shows',
  },
  { id: 'RFC 6265bis', asks: 'one line for one cookie', tests: ['sets one cookie however often a request commits'] },
  {
    id: 'RFC 6265bis',
    asks: 'left-over parts of a session in several cookies are cleared',
    tests: ['clears all cookies that it does not take, whatever the request came with'],
  },
];

/** What is open: no test shows it, or it is not built. */
export const openRows: readonly { readonly standard: string; readonly rows: string }[] = [
  { standard: 'ASVS, chapter 7', rows: '7.1.3, 7.6.1' },
  { standard: 'ASVS, cookies and caching', rows: '3.1.1, 3.4.2, 3.5.8, 14.3.1' },
  {
    standard: 'ASVS, authentication',
    rows: 'of chapter 6 all but 6.1.1 and 6.3.1: passwords, factors and recovery are not part of this version',
  },
  { standard: 'ASVS, other', rows: '4.4.2 to 4.4.4, 10.1.2 to 10.5.5, 11.4.2, 13.1.4, 13.2.6, 13.3.4' },
  {
    standard: 'OWASP SM',
    rows: 'another cookie name before login; no switch between HTTP and HTTPS; an unknown or expired id is not answered with a clearing cookie; guessing of ids detected; device-bound credentials; high-risk events',
  },
  {
    standard: 'NIST 800-63B-4',
    rows: "2.1.3, 2.2.3, 2.3.3: without a preset the defaults [miss the rows for timeouts](../cookies-and-keys.md#nist-sp-800-63b-4), and a session that was idle under `daily` ends instead of waiting for a password; 3.x but 3.2.2, 4.2 and 5.3: the application's; 5.1's row on forged requests holds with `csrf.mode: 'token'` alone",
  },
  { standard: 'RFC 6265bis, CHIPS', rows: 'sessions in partitions, in a browser' },
  { standard: 'RFC 6238, WebAuthn', rows: 'not part of this version' },
];
