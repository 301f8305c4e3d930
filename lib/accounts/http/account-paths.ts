import { Injectable } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import type { AddressInfo } from 'node:net';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { PublicUrl } from '../../http/public-url.js';
import { AccountsConfig } from '../accounts-config.js';

/** Nest's form of a route without the global prefix. */
interface ExcludedRoute {
  readonly pathRegex: RegExp;
}

/** Where the module's pages are for browsers. Nothing here comes from a request. */
@Injectable()
export class AccountPaths {
  constructor(
    private readonly config: AccountsConfig,
    private readonly runtime: SessionRuntime,
    private readonly application: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** The path of a page for browsers, such as `/shop/api/auth/login`. @param page such as `/login` */
  page(page: string): string {
    const own = this.config.prefix + page;
    return this.publicUrl.prefix + this.#globalPrefixOf(own) + own;
  }

  /** The page that asks for who one is again, and then leads to another page. */
  verification(page: string): string {
    return `${this.page('/verify')}?next=${encodeURIComponent(this.page(page))}`;
  }

  /** A place of the application, such as `/`, for browsers. */
  place(path: string): string {
    return this.publicUrl.prefix + path;
  }

  /** The whole URL of a page with a token, for a mail. @param template of the application's own page */
  link(page: string, token: string | null, template: string | null = null): string {
    if (template !== null) return template.replace('{token}', encodeURIComponent(token ?? ''));
    const query = token === null ? '' : `?token=${encodeURIComponent(token)}`;
    return this.publicUrl.origin + this.page(page) + query;
  }

  /** The name of the site. */
  get site(): string {
    return this.config.options.site ?? new URL(this.publicUrl.origin).host;
  }

  /** The sender of mails. */
  get sender(): string {
    const host = new URL(this.publicUrl.origin).hostname;
    // An address of the network is no domain of an address for mail.
    return this.config.options.mail.from ?? `no-reply@${/^[\d.]+$|^\[/.test(host) ? 'localhost' : host}`;
  }

  /** The application's URL for browsers. Outside of production, what it listens at, if no setting says. */
  get publicUrl(): PublicUrl {
    return this.config.options.publicUrl ?? this.runtime.options.publicUrl ?? this.#listening();
  }

  #listening(): PublicUrl {
    // A command has no server.
    const adapter = this.adapterHost.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server = adapter?.getHttpServer() as { address(): AddressInfo | string | null } | undefined;
    const address = server?.address() ?? null;
    const port = typeof address === 'object' && address !== null ? `:${String(address.port)}` : '';
    return { origin: `http://localhost${port}`, prefix: '' };
  }

  #globalPrefixOf(path: string): string {
    const prefix = this.application.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
    if (prefix === '') return '';
    const excluded = (this.application.getGlobalPrefixOptions().exclude ?? []) as readonly ExcludedRoute[];
    return excluded.some(({ pathRegex }) => pathRegex.test(path)) ? '' : `/${prefix}`;
  }
}
