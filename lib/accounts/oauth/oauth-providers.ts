import { createHash } from 'node:crypto';
import { SessionConfigError } from '../../errors.js';
import type { AccountsConfig } from '../accounts-config.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { isLoopback, settingsOf, settingsProblem } from './check-providers.js';
import type { OpenIdClientLibrary, ProviderConfiguration, ProviderMetadata } from './openid-client-library.js';
import type { OAuthProviderSettings } from './provider-settings.js';

/** A provider as it is for one request. */
export interface OAuthProvider {
  /** Its name in the settings and in addresses. */
  readonly name: string;
  readonly label: string;
  readonly settings: OAuthProviderSettings;
  /** Whether it has OpenID Connect. */
  readonly isOidc: boolean;
}

/** A request, as its handler has it. */
export type ProviderContext = Exchange['context'];

/** How long what a provider says of itself is kept, in ms. */
const keptFor = 3_600_000;
/** The most configurations that are kept: those of tenants. */
const mostKept = 1_000;
/** For each answer of a provider, in ms. */
const defaultTimeout = 10_000;

/** The providers that one can sign in with, and what `openid-client` knows of them. */
export class OAuthProviders {
  readonly #kept = new Map<string, { readonly at: number; readonly configuration: Promise<ProviderConfiguration> }>();

  constructor(
    private readonly config: AccountsConfig,
    /** Null: there are no providers, so it was not loaded. */
    private readonly loaded: OpenIdClientLibrary | null,
    private readonly now: () => number,
  ) {}

  get library(): OpenIdClientLibrary {
    if (this.loaded === null) throw unknownProvider();
    return this.loaded;
  }

  /** @param name untrusted. @throws AccountsException 404 `OAUTH_PROVIDER_UNKNOWN` */
  async find(name: string, { context }: Exchange): Promise<OAuthProvider> {
    const provider = await this.named(name, context);
    if (provider === null) throw unknownProvider();
    return provider;
  }

  /**
   * Null: there is none of this name, at least not for this request.
   *
   * @param name untrusted
   * @param context null: there is no request, so only those that depend on none are found
   */
  async named(name: string, context: ProviderContext | null): Promise<OAuthProvider | null> {
    const { providers } = this.config.options.oauth;
    const option = Object.hasOwn(providers, name) ? providers[name] : undefined;
    if (option === undefined || (typeof option === 'function' && context === null)) return null;
    const given = typeof option !== 'function' ? option : await option(context?.switchToHttp().getRequest<unknown>());
    if (given === null) return null;
    const problem = typeof option === 'function' ? settingsProblem(name, given) : null;
    if (problem !== null) throw new SessionConfigError([{ setting: `oauth.providers.${name}`, problem }]);
    const settings = settingsOf(name, given);
    return { name, settings, label: settings.label ?? name, isOidc: settings.endpoints === undefined };
  }

  /** Those that there are for a request. */
  async all(exchange: Exchange): Promise<readonly OAuthProvider[]> {
    const names = Object.keys(this.config.options.oauth.providers);
    const found = await Promise.all(names.map((name) => this.named(name, exchange.context)));
    return found.filter((one) => one !== null);
  }

  /** Those, as pages and clients show them. */
  async shown(exchange: Exchange): Promise<readonly { readonly name: string; readonly label: string }[]> {
    return (await this.all(exchange)).map(({ name, label }) => ({ name, label }));
  }

  /** What `openid-client` needs to know of a provider; discovered where that is possible. Rejects with an error of the library. */
  configurationOf(provider: OAuthProvider): Promise<ProviderConfiguration> {
    const key = keyOf(provider.settings);
    const kept = this.#kept.get(key);
    if (kept !== undefined && this.now() - kept.at < keptFor) return kept.configuration;
    if (this.#kept.size >= mostKept) this.#kept.clear();
    const configuration = this.#configure(provider);
    const entry = { at: this.now(), configuration };
    this.#kept.set(key, entry);
    configuration.catch(() => {
      // The next request tries again; who has asked for this one hears of the error.
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    });
    return configuration;
  }

  /** Where forms of pages may lead, besides this site. */
  async formActions(exchange: Exchange): Promise<readonly string[]> {
    const origins = new Set<string>();
    for (const provider of await this.all(exchange)) {
      const { issuer, endpoints, formActions = [], logout = false } = provider.settings;
      const metadata = await this.#metadataOf(provider);
      const found = [metadata?.authorization_endpoint, logout ? metadata?.end_session_endpoint : undefined];
      for (const url of [...found, issuer, endpoints?.authorization, ...formActions]) {
        if (url !== undefined) origins.add(new URL(url).origin);
      }
    }
    return [...origins];
  }

  /** Undefined: not known at the moment. */
  async #metadataOf(provider: OAuthProvider): Promise<ProviderMetadata | undefined> {
    const kept = this.#kept.get(keyOf(provider.settings));
    try {
      // A page does not wait for a provider that was not asked yet: it is, in the background.
      const configuration = kept === undefined ? await this.#soon(provider) : await kept.configuration;
      return configuration?.serverMetadata();
    } catch {
      return undefined;
    }
  }

  /** Null: the provider takes longer than a page waits. */
  async #soon(provider: OAuthProvider): Promise<ProviderConfiguration | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, pageWaits, null);
    });
    try {
      return await Promise.race([this.configurationOf(provider), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #configure({ settings }: OAuthProvider): Promise<ProviderConfiguration> {
    const { clientId, issuer, endpoints, timeout = defaultTimeout } = settings;
    const { library } = this;
    if (endpoints !== undefined) {
      const { authorization, token } = endpoints;
      const url = new URL(authorization);
      const server = {
        issuer: endpoints.issuer ?? url.origin,
        authorization_endpoint: authorization,
        token_endpoint: token,
      };
      const authentication = this.#authentication(settings, undefined);
      const configuration = new library.Configuration(server, clientId, {}, authentication);
      configuration.timeout = timeout / 1000;
      if (isLoopback(url)) library.allowInsecureRequests(configuration);
      return configuration;
    }
    const url = new URL(issuer ?? '');
    const discovered: { methods?: string[] | undefined } = {};
    const authenticate: ReturnType<OpenIdClientLibrary['None']> = (...args) => {
      this.#authentication(settings, discovered.methods)(...args);
    };
    const configuration = await library.discovery(url, clientId, {}, authenticate, {
      timeout: timeout / 1000,
      // Signatures are checked although the token comes straight from the provider: one without a signature is none.
      execute: [library.enableNonRepudiationChecks, ...(isLoopback(url) ? [library.allowInsecureRequests] : [])],
    });
    discovered.methods = configuration.serverMetadata().token_endpoint_auth_methods_supported;
    return configuration;
  }

  #authentication(
    { clientSecret, clientAuthentication }: OAuthProviderSettings,
    supported: readonly string[] | undefined,
  ): ReturnType<OpenIdClientLibrary['None']> {
    if (clientSecret === undefined || clientAuthentication === 'none') return this.library.None();
    // Without a word of the provider, it is the one that RFC 8414 says.
    const method =
      clientAuthentication ??
      (supported === undefined || supported.includes('client_secret_basic')
        ? 'client_secret_basic'
        : 'client_secret_post');
    return method === 'client_secret_post'
      ? this.library.ClientSecretPost(clientSecret)
      : this.library.ClientSecretBasic(clientSecret);
  }
}

/** How long a page waits for a provider, in ms. */
const pageWaits = 1_000;

/** By their content: the settings of a tenant may be made anew for each request. */
function keyOf({
  clientId,
  clientSecret,
  issuer,
  endpoints,
  clientAuthentication,
  timeout,
}: OAuthProviderSettings): string {
  const parts = [clientId, clientSecret, issuer, endpoints, clientAuthentication, timeout];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function unknownProvider(): AccountsException {
  return new AccountsException(404, 'OAUTH_PROVIDER_UNKNOWN');
}
