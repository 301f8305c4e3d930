import { Injectable } from '@nestjs/common';
import { stateOf } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { atProvider } from './oauth-failure.js';
import { OAuthProviders } from './oauth-providers.js';
import { OAuthSessions } from './oauth-sessions.js';

/** Leads from a logout here to that of the provider. */
@Injectable()
export class OAuthLogout {
  constructor(
    private readonly config: AccountsConfig,
    private readonly providers: OAuthProviders,
    private readonly sessions: OAuthSessions,
    private readonly paths: AccountPaths,
  ) {}

  /** Where the provider of the request's login ends its session; ask before the logout. Null: nowhere, or not at the moment. */
  async placeOf(exchange: Exchange): Promise<string | null> {
    const session = await exchange.session();
    const { auth } = stateOf(session);
    const login = auth === null ? null : this.sessions.of(session, auth);
    const provider = (await this.providers.all(exchange)).find(({ name }) => name === login?.provider);
    if (login === null || provider?.settings.logout !== true) return null;
    try {
      return await atProvider(provider, async () => {
        const configuration = await this.providers.configurationOf(provider);
        if (configuration.serverMetadata().end_session_endpoint === undefined) return null;
        const back = this.paths.publicUrl.origin + this.paths.place(this.config.options.afterLogout);
        return this.providers.library.buildEndSessionUrl(configuration, {
          post_logout_redirect_uri: back,
          ...(login.idToken === null ? {} : { id_token_hint: login.idToken }),
        }).href;
      });
    } catch (error) {
      // Whatever the provider does, a logout here is one.
      if (error instanceof AccountsException) return null;
      throw error;
    }
  }
}
