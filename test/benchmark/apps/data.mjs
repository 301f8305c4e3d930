/** What every application keeps, and what every application answers, so that all do the same work. */

export const USER = { id: 42, name: 'Ada Lovelace', email: 'ada@shop.example', roles: ['customer', 'reviewer'] };

/** The benchmark's session: 271 bytes of JSON. */
export const SESSION = {
  user: USER,
  cart: [
    { sku: 'mug-blue', title: 'Blue mug', price: 1250, qty: 2 },
    { sku: 'tea-earl', title: 'Earl Grey', price: 890, qty: 1 },
  ],
  locale: 'en-GB',
  theme: 'dark',
  visits: 100,
};

export const SESSION_BYTES = 271;
if (Buffer.byteLength(JSON.stringify(SESSION)) !== SESSION_BYTES) {
  throw new Error(`the benchmark's session must be ${SESSION_BYTES} bytes of JSON`);
}

/** A value of its own for each session, since a session library may change what it is given. */
export const newSession = () => structuredClone(SESSION);

/** The visit counter keeps its three digits, so that the record keeps its length. */
export const nextVisit = (visits) => 100 + ((visits - 99) % 900);

export const ADD_MS = 20;
export const SLOW_MS = 200;

/** What a session filled a moment ago must give: a fast answer that is wrong is no result. */
export const EXPECTED = {
  untouched: { ok: true },
  read: { theme: 'dark' },
  write: { visits: 101 },
};

/** A secret of a benchmark that listens on the loopback address only. */
export const SECRET = 'a-benchmark-secret-that-protects-nothing-0123456789';

/** The keys that `/add` made. */
export const addedKeys = (data) => Object.keys(data).filter((key) => key.startsWith('added')).length;
