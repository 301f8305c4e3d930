import type { Provider } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { guardOf } from '../auth/access/inherited-guards.js';
import { SessionAuthGuard } from '../auth/access/session-auth.guard.js';
import type { CsrfOptions } from '../auth/csrf/csrf.options.js';
import { SessionRuntime } from '../http/session-runtime.js';
import { SESSION_CONFIG } from '../tokens.js';
import { gatewaysIn, saveAfterMessages } from './gateways.js';
import { Sockets } from './sockets.js';
import type { SocketsOptions } from './sockets.options.js';

/** The module's settings that this room needs. */
interface SocketSettings {
  readonly sockets: SocketsOptions;
  readonly csrf: Pick<CsrfOptions, 'trustedOrigins'>;
  readonly sealed: { readonly revocations: unknown };
}

/** The providers of this room. */
export const socketProviders: Provider[] = [
  {
    // While providers are made, Nest knows the gateways and has not connected them yet.
    provide: Sockets,
    inject: [SESSION_CONFIG, ModulesContainer, ApplicationConfig, SessionRuntime, SessionAuthGuard],
    useFactory: async (
      { sockets, csrf, sealed }: SocketSettings,
      modules: ModulesContainer,
      application: ApplicationConfig,
      runtime: SessionRuntime,
      guard: SessionAuthGuard,
    ): Promise<Sockets | null> => {
      // Operations of GraphQL come over sockets without a gateway.
      runtime.socketOrigins = sockets.allowedOrigins;
      runtime.heldLogins.recheckInterval = sockets.recheckInterval;
      const gateways = gatewaysIn(modules);
      if (gateways.length === 0) return null;
      for (const gateway of gateways) saveAfterMessages(gateway);
      if (runtime.repository.isByValue && sealed.revocations === null) runtime.notices.once('sealed-sockets', endsLate);
      // An application with gateways has it.
      const { WsException } = await import('@nestjs/websockets');
      const made = new Sockets(
        {
          runtime,
          trusted: new Set([...csrf.trustedOrigins, ...sockets.allowedOrigins]),
          isUse: sockets.countAsUse && !runtime.repository.isByValue,
          errorFor: (refusal) => new WsException({ status: 'error', ...refusal }),
          guardsOfAll: () => [
            ...application.getGlobalGuards(),
            ...application.getGlobalRequestGuards().flatMap(({ metatype }) => metatype ?? []),
          ],
          guardOf: (type) => guardOf(modules, type, guard),
        },
        gateways,
      );
      made.attach(application);
      return made;
    },
  },
];

const endsLate =
  'Sessions are in cookies, and their ends are not noted: a WebSocket stays open until its cookie expires, unless the login ends in this ' +
  'process. Set SESSION_SEALED_REVOCATIONS (sealed.revocations).';
