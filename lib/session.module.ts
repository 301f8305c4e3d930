import {
  Global,
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { guardOf, inheritGuards } from './auth/access/inherited-guards.js';
import { SessionAuthGuard } from './auth/access/session-auth.guard.js';
import { auditAtBoot } from './auth/audit/boot-audit.js';
import { auditOfContext } from './auth/audit/route-audit.js';
import { AccessService } from './auth/access/access.service.js';
import { boundAuth } from './auth/auth-binding.js';
import type { AuthFeature } from './auth/auth-feature.js';
import { isPersonal } from './auth/access/personal-route.js';
import { authExports, authProviders } from './auth/auth.providers.js';
import { AuthService } from './auth/auth.service.js';
import { LoginAttempts } from './auth/limiter/login-attempts.decorator.js';
import { CurrentUser } from './auth/users/current-user.decorator.js';
import { addedFeatures } from './auth/features.js';
import { AUTH_FEATURES } from './auth/tokens.js';
import { environmentOf } from './config/environment.js';
import { loggable } from './config/loggable.js';
import type { OptionValues } from './config/read.js';
import { createKeyRing, KeyRing } from './cookie/key-ring.js';
import { resolveCookie } from './cookie/resolved-cookie.js';
import { cookiesOf } from './cookies-of-application.js';
import { SessionConfigError } from './errors.js';
import { discover } from './http/discovery.js';
import { hasResolvers, separateOperations } from './http/graphql.js';
import { claimCookies } from './http/platforms/claimed-cookies.js';
import { platformOf, type AdapterLike } from './http/platforms/index.js';
import { Notices } from './http/notices.js';
import { RequestContext } from './http/request-context.js';
import { routeNotices } from './http/route-notices.js';
import { hideTypes } from './http/routes.js';
import { SessionEventHub } from './http/session-event-hub.js';
import { SessionExceptionFilter } from './http/session-exception.filter.js';
import { SessionMigration } from './http/session-migration.js';
import { SessionInterceptor } from './http/session.interceptor.js';
import { eagerMiddleware } from './http/session.middleware.js';
import { SESSION_LISTENER } from './http/session-listener.decorator.js';
import { Session } from './http/session.decorator.js';
import { SessionRuntime } from './http/session-runtime.js';
import { SessionService } from './http/session.service.js';
import { endsChannelOf, isStoreGiven, openStore, sealedSessions, storedSessions } from './session-wiring.js';
import { commandAccess } from './session-module-access.js';
import type { SessionModuleOptions } from './session-module-options.js';
import { isSealed, keysNotRead, readConfig, type SessionConfig } from './session-module.options.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type HandedIn,
  SESSION_OPTIONS,
  withHiddenOptions,
} from './session.module-definition.js';
import { SessionSettingsModule } from './session-settings.module.js';
import { SessionObject } from './session/session.js';
import { socketProviders } from './sockets/sockets.providers.js';
import { TransportNotice } from './http/transport-notice.js';
import { Lifetime } from './session/lifetime.js';
import { refreshIntervalOf } from './session/session.options.js';
import { StoreCleanup } from './session/store-cleanup.js';
import { StoreProbe } from './session/store-probe.js';
import { timeoutPresets, timeoutsUnder } from './session/timeouts.js';
import { SessionStore } from './stores/session-store.js';
import { ROUTE_AUDIT, SESSION_CONFIG, SESSION_STORE, SESSION_SETTINGS } from './tokens.js';

const logger = new Logger('SessionModule');
const ROUTES_PREPARED = Symbol('nestjs-session-auth routes prepared');

const providers: Provider[] = [
  {
    provide: SESSION_CONFIG,
    inject: [{ token: SESSION_OPTIONS, optional: true }, SESSION_SETTINGS, ModulesContainer],
    useFactory: (options: HandedIn | undefined, settings: OptionValues, modules: ModulesContainer): SessionConfig => {
      assertImportedOnce(options, modules);
      // First: a setting under a wrong name may be why the others cannot be used.
      for (const warning of keysNotRead(process.env)) logger.warn(warning);
      const { options: config, warnings } = readConfig(
        options?.options ?? {},
        settings,
        environmentOf(process.env['NODE_ENV']),
      );
      for (const warning of warnings) logger.warn(warning);
      return config;
    },
  },
  {
    provide: SESSION_STORE,
    inject: [SESSION_CONFIG],
    useFactory: (config: SessionConfig): Promise<SessionStore> => openStore(config, logger),
  },
  { provide: SessionStore, useExisting: SESSION_STORE },
  { provide: StoreCleanup, inject: [SESSION_STORE], useFactory: (store: SessionStore) => new StoreCleanup(store) },
  {
    provide: StoreProbe,
    inject: [SESSION_STORE, SESSION_CONFIG],
    useFactory: (store: SessionStore, { keyPrefix }: SessionConfig) => new StoreProbe(store, keyPrefix),
  },
  {
    provide: SessionEventHub,
    inject: [SESSION_CONFIG],
    useFactory: (config: SessionConfig) => new SessionEventHub(logger, config.observer),
  },
  {
    provide: KeyRing,
    inject: [SESSION_CONFIG],
    useFactory: createKeyRing,
  },
  {
    provide: SessionRuntime,
    inject: [SESSION_CONFIG, SESSION_STORE, KeyRing, SessionEventHub],
    useFactory: (
      config: SessionConfig,
      store: SessionStore,
      keys: KeyRing,
      counters: SessionEventHub,
    ): SessionRuntime => {
      const { clock } = config;
      const observer = counters.toObserver();
      const { idleTimeout, absoluteTimeout } = timeoutsUnder(config.timeouts, config);
      const lifetime = new Lifetime(
        idleTimeout,
        absoluteTimeout,
        refreshIntervalOf(config),
        config.rotateEvery,
        config.timeouts === null ? undefined : timeoutPresets[config.timeouts],
      );
      const cookie = resolveCookie(config.cookie, environmentOf(process.env['NODE_ENV']));
      const notices = new Notices(logger);
      const surroundings = { store, keys, lifetime, observer, cookie, onInstance: noticeOfInstances(notices) };
      const { repository, sessionCookie } = isSealed(config)
        ? sealedSessions(config, surroundings)
        : storedSessions(config, surroundings);
      // Not all of the settings: the runtime can be reached from a request, and they hold the secret.
      const { commit, commitOnError, eager, requestContext, onStoreError, storeTimeout, publicUrl, guardedCache } =
        config;
      const options = {
        commit,
        commitOnError,
        eager,
        requestContext,
        onStoreError,
        storeTimeout,
        publicUrl,
        guardedCache,
      };
      const migration =
        config.migrateFrom.length === 0
          ? null
          : new SessionMigration(config.migrateFrom, {
              repository,
              observer,
              cookie,
              timeout: storeTimeout,
              report,
              now: clock,
            });
      const isProduction = environmentOf(process.env['NODE_ENV']) === 'production';
      const isPublicByHttps = config.publicUrl?.origin.startsWith('https:') ?? false;
      return new SessionRuntime(
        repository,
        sessionCookie,
        lifetime,
        options,
        observer,
        report,
        clock,
        notices,
        migration,
        isProduction ? new TransportNotice(notices, isPublicByHttps) : null,
        endsChannelOf(config, store, repository, notices),
      );
    },
  },
  {
    // Nest leaves out what a factory does not make: without a global interceptor a request costs a fifth less.
    provide: APP_INTERCEPTOR,
    inject: [SESSION_CONFIG, SessionRuntime, ApplicationConfig],
    useFactory: (config: SessionConfig, runtime: SessionRuntime, application: ApplicationConfig) =>
      config.commit === 'interceptor' ? new SessionInterceptor(runtime, application) : undefined,
  },
  {
    // While providers are made, Nest knows the routes and has not set them up yet.
    provide: ROUTES_PREPARED,
    inject: [ModulesContainer],
    useFactory: (modules: ModulesContainer): void => {
      inheritGuards(modules);
      hideTypes(modules, new Set<unknown>([Session, CurrentUser, LoginAttempts, SessionObject]));
    },
  },
  { provide: APP_FILTER, useClass: SessionExceptionFilter },
  // A value exists in preview mode, too.
  { provide: ROUTE_AUDIT, useValue: auditOfContext },
  commandAccess,
  ...authProviders,
  ...socketProviders,
  SessionService,
];

/**
 * Server-side sessions and logins for the whole application.
 *
 * @publicApi
 */
@Global()
@Module({
  imports: [SessionSettingsModule.find()],
  providers,
  exports: [SESSION_STORE, SessionStore, StoreProbe, SessionService, SessionRuntime, KeyRing, ...authExports],
})
export class SessionModule extends ConfigurableModuleClass implements NestModule, OnModuleInit, OnApplicationShutdown {
  #releaseCookies: (() => void) | null = null;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly runtime: SessionRuntime,
    private readonly auth: AuthService,
    private readonly access: AccessService,
    private readonly guard: SessionAuthGuard,
    private readonly counters: SessionEventHub,
    @Inject(AUTH_FEATURES) private readonly features: AuthFeature[],
    private readonly modules: ModulesContainer,
    private readonly application: ApplicationConfig,
    @Inject(SESSION_CONFIG) private readonly config: SessionConfig,
    @Inject(SESSION_STORE) private readonly store: SessionStore,
  ) {
    super();
  }

  /**
   * Settings given in code go before those of ConfigService (or the process environment), and those before the defaults.
   *
   * @throws SessionConfigError while the application starts, naming every invalid setting
   */
  static override forRoot(options: SessionModuleOptions = {}): DynamicModule {
    return withHiddenOptions(super.forRoot(options));
  }

  /** As {@link forRoot}, with options that a factory or a class makes. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return withHiddenOptions(super.forRootAsync(options));
  }

  configure(consumer: MiddlewareConsumer): void {
    // Before the routes are made: on an instance of Express that several applications share, the place of theirs tells them apart.
    this.#attach();
    if (this.config.eager) consumer.apply(eagerMiddleware(() => this.runtime)).forRoutes('{*path}');
  }

  onModuleInit(): void {
    for (const { instance } of discover(this.modules, SESSION_LISTENER)) this.counters.add(instance);
    this.features.push(...addedFeatures(this.modules));
    if (adapterOf(this.adapterHost) === null) return;
    const { isSessionExposed, notices } = this.runtime;
    for (const notice of routeNotices(this.modules, { isSessionExposed, isPersonal })) notices.once(notice, notice);
    this.#audit();
  }

  #audit(): void {
    const { audit } = this.config;
    if (audit === null) return;
    const application = { modules: this.modules, config: this.application, isPreview: false };
    const warning = auditAtBoot(application, audit);
    if (warning !== null) this.runtime.notices.once('audit', warning);
  }

  #attach(): void {
    const adapter = adapterOf(this.adapterHost);
    if (adapter === null) return;
    const cookies = cookiesOf(this.config, environmentOf(process.env['NODE_ENV']));
    // Contexts of one Fastify have instances of their own, and the server in common.
    const shared = [adapter.getInstance(), adapter.getHttpServer()];
    this.#releaseCookies = claimCookies(shared, cookies, (message) => {
      logger.warn(message);
    });
    const platform = platformOf(adapter);
    // GraphQL's usual context has the request alone.
    if (hasResolvers(this.modules)) platform.keepResponses?.();
    separateOperations(this.modules);
    this.runtime.attach(platform, adapter.getHttpServer());
    if (this.config.requestContext) platform.putInContext(new RequestContext(this.runtime));
    boundAuth.set(this.runtime, {
      auth: this.auth,
      access: this.access,
      guardOf: (type) => guardOf(this.modules, type, this.guard),
      anonymousUser: this.config.anonymousUser,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#releaseCookies?.();
    this.runtime.heldLogins.close();
    if (!isStoreGiven(this.config)) await this.store.close?.();
  }
}

/** What comes back from the store is data: an object without its class, and so without its methods. */
function noticeOfInstances(notices: Notices): (className: string) => void {
  return (className) => {
    notices.once(
      'class-instance',
      `A session holds an instance of the class ${className}. What comes back is plain data, without the methods of the class: store the data ` +
        'that you need, and make the object anew where you read it.',
    );
  };
}

/** Null in a worker or a command (`createApplicationContext`), which has no requests; Nest's type does not say so. */
function adapterOf({ httpAdapter }: { readonly httpAdapter: AdapterLike | null | undefined }): AdapterLike | null {
  return httpAdapter ?? null;
}

/** The module is global: a second import would have settings of its own, and nobody could say which of them hold. */
function assertImportedOnce(options: HandedIn | undefined, modules: ModulesContainer): void {
  const imports = [...modules.values()].filter(({ metatype }) => metatype === SessionModule).length;
  if (imports === 1 && options !== undefined) return;
  const problem =
    imports > 1
      ? 'is imported more than once: import SessionModule.forRoot() or forRootAsync() once, in the root module; it is there for all others, too'
      : 'is imported without options: import SessionModule.forRoot() or forRootAsync()';
  throw new SessionConfigError([{ setting: 'SessionModule', problem }]);
}

function report(error: unknown): void {
  logger.error(loggable(error));
}
