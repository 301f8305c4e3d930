import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { OAuthProviders, type ProviderContext } from '../oauth-providers.js';
import { reasonOf } from '../oauth-failure.js';
import { clientOf } from '../oauth-start.service.js';
import type { KeptTokens } from './kept-tokens.js';

/** Revokes tokens at their providers (RFC 7009), where these offer it. Nobody waits for it but the shutdown. */
@Injectable()
export class TokenRevocation implements BeforeApplicationShutdown {
  readonly #logger = new Logger('OAuth');
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly providers: OAuthProviders) {}

  begin(context: ProviderContext | null, name: string, tokens: KeptTokens): void {
    const work = this.#revoke(context, name, tokens)
      .catch((error: unknown) => {
        this.#logger.warn(`Tokens of ${name} were not revoked: ${reasonOf(error)}.`);
      })
      .finally(() => {
        this.#running.delete(work);
      });
    this.#running.add(work);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #revoke(context: ProviderContext | null, name: string, tokens: KeptTokens): Promise<void> {
    const provider = await this.providers.named(name, context);
    if (provider === null || clientOf(provider) !== tokens.client) return;
    const configuration = await this.providers.configurationOf(provider);
    if (configuration.serverMetadata().revocation_endpoint === undefined) return;
    const { library } = this.providers;
    // With a refresh token, the provider revokes what was issued by it.
    await (tokens.refreshToken === null
      ? library.tokenRevocation(configuration, tokens.accessToken, { token_type_hint: 'access_token' })
      : library.tokenRevocation(configuration, tokens.refreshToken, { token_type_hint: 'refresh_token' }));
  }
}
