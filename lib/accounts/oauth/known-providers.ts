import type { ProviderApi } from './provider-api.js';
import type { OAuthProfileFacts, OAuthProviderSettings } from './provider-settings.js';

/** What is known of some providers; settings of an application go first. */
export const knownProviders: Readonly<Partial<Record<string, Partial<OAuthProviderSettings>>>> = {
  google: { issuer: 'https://accounts.google.com', label: 'Google' },
  // Whoever has an account there, of an organisation or of their own; the tenant is in the issuer of the ID token.
  microsoft: { issuer: 'https://login.microsoftonline.com/common/v2.0', label: 'Microsoft' },
  gitlab: { issuer: 'https://gitlab.com', label: 'GitLab' },
  github: {
    label: 'GitHub',
    endpoints: {
      issuer: 'https://github.com/login/oauth',
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
      api: 'https://api.github.com',
    },
    scope: 'read:user user:email',
    clientAuthentication: 'client_secret_post',
    profile: githubProfile,
  },
};

async function githubProfile(api: ProviderApi): Promise<OAuthProfileFacts> {
  const [user, emails] = await Promise.all([api.get('/user'), api.get('/user/emails')]);
  const claims = objectIn(user);
  const id = claims['id'];
  const listed: readonly unknown[] = Array.isArray(emails) ? emails : [];
  const primary = listed.map(objectIn).find((one) => one['primary'] === true) ?? {};
  return {
    // Names can change hands, the number cannot.
    subject: typeof id === 'number' ? String(id) : '',
    email: textIn(primary['email']),
    emailVerified: primary['verified'] === true,
    username: textIn(claims['login']),
    name: textIn(claims['name']),
    picture: textIn(claims['avatar_url']),
    claims,
  };
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
