import { pathToFileURL } from 'node:url';
import Provider from 'oidc-provider';

/** A provider for this machine alone, that lets everybody in, and an API that keeps notes for those who have an access token. */
export function provider(issuer, application) {
  const notes = new Map();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'notes-page',
        client_secret: 'not-a-secret',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${application}/auth/oauth/idp/callback`],
      },
    ],
    scopes: ['openid', 'offline_access', 'notes'],
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false,
    rotateRefreshToken: true,
    // The API below looks at the token only.
    features: { dPoP: { enabled: false }, revocation: { enabled: true, allowedPolicy: () => true } },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  });
  provider.use(async (context, next) => {
    if (context.path !== '/notes') return next();
    const token = await provider.AccessToken.find(context.get('authorization').replace(/^Bearer /, ''));
    if (!token?.scope?.split(' ').includes('notes')) return context.throw(401);
    const own = notes.get(token.accountId) ?? [];
    if (context.method === 'POST') {
      let body = '';
      for await (const chunk of context.req) body += chunk;
      own.push(JSON.parse(body).text);
      notes.set(token.accountId, own);
    }
    context.body = own;
  });
  return provider;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  provider('http://localhost:4000', process.env.APP_ORIGIN ?? 'http://localhost:3000').listen(4000, '127.0.0.1');
}
