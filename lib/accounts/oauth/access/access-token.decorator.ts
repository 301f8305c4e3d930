import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { requestSessionOf } from '../../../http/session-of.js';
import { boundTokens, type AccessTokenOptions } from './access-tokens.service.js';

interface Wanted {
  readonly provider: string;
  readonly options: AccessTokenOptions;
}

const wantedToken = createParamDecorator(async ({ provider, options }: Wanted, context: ExecutionContext) =>
  boundTokens.behind(context).get(await requestSessionOf(context).get(), provider, options),
);

/**
 * Injects a valid access token of a provider that the user has signed in with: `@AccessToken('acme') token: string`. It is renewed if it is
 * about to expire. Rejects as {@link AccessTokens.get} does: with a 401 if nobody is logged in, a 403 if there is no such token, and a 503
 * if the provider does not respond.
 *
 * @param provider its name in the settings
 *
 * @publicApi
 */
export const AccessToken = (provider: string, options: AccessTokenOptions = {}): ParameterDecorator =>
  wantedToken({ provider, options });
