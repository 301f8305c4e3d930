import express from 'express';
import type { AddressInfo } from 'node:net';
import session from 'nestjs-session-auth/express';
import { decodeFlaskCookie, encodeFlaskCookie } from 'nestjs-session-auth/flask';
import { MemoryStore } from 'nestjs-session-auth/memory';

declare module 'nestjs-session-auth/express' {
  interface SessionData {
    visits?: number;
  }
}

const secret = 'a key for this test, of more than 32 bytes';
const app = express();
app.use(session({ secret, store: new MemoryStore(), resave: false, saveUninitialized: false }));
app.get('/visits', (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  res.json({ visits: req.session.visits });
});
app.get('/flask', (_req, res) => {
  const cookie = encodeFlaskCookie({ name: 'Ada' }, { secretKey: secret });
  res.json(decodeFlaskCookie(cookie, { secretKey: secret }));
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on ${(server.address() as AddressInfo).port}`);
});
