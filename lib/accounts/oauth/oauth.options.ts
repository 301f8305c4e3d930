import { fn, nullable } from '../../config/kinds.js';
import { group, option, OptionMismatch, type OptionKind } from '../../config/option.js';
import type { JsonValue } from '../repository/json.js';
import { providersProblem } from './check-providers.js';
import type { OAuthProviderOption, OAuthProfile } from './provider-settings.js';

/** The account to create for a sign-up. @publicApi */
export interface OAuthSignUp {
  readonly email: string;
  /**
   * Whether the address is confirmed: only if you trust the provider to have verified it, for example `profile.emailVerified &&
   * profile.provider === 'google'`. Default: no; with `confirmation` on, no account is then created.
   */
  readonly emailConfirmed?: boolean | undefined;
  readonly username?: string | null | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly locale?: string | null | undefined;
  /** The application's own fields. */
  readonly data?: Readonly<Record<string, JsonValue>> | undefined;
}

/** Returns the account to create for a person without one, or null. @param request of the server, such as that of Express @publicApi */
export type OAuthSignUpHook = (
  profile: OAuthProfile,
  request: unknown,
) => OAuthSignUp | null | Promise<OAuthSignUp | null>;

/** Sign-in with other providers. */
export const oauthOptions = group('Sign-in with other providers by OpenID Connect or OAuth 2.', {
  providers: option<Readonly<Record<string, OAuthProviderOption>>>({
    env: null,
    kind: providers(),
    default: {},
    defaultText: 'none',
    meaning:
      'The providers, by the names they have in URLs: `{ google: { clientId, clientSecret }, acme: { issuer, clientId, clientSecret } }`. Needs `openid-client`.',
  }),
  signUp: option<OAuthSignUpHook | null>({
    env: null,
    kind: nullable(fn('a function (profile, request) => an account or null')),
    default: null,
    defaultText: 'no account is created',
    meaning:
      'Creates an account for a person without one: returns `{ email, emailConfirmed, … }` for their profile, or null to reject them.',
  }),
});

function providers(): OptionKind<Readonly<Record<string, OAuthProviderOption>>> {
  return {
    expected: 'an object of providers by name, each an object of settings or a function (request) => settings',
    parse(raw, source) {
      if (source !== 'code' || typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
        return new OptionMismatch();
      }
      const problem = providersProblem(raw);
      return problem === null ? raw : new OptionMismatch(problem);
    },
  };
}
