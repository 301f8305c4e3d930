import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';
import type { SessionModuleOptions } from './session-module-options.js';

/** The ways to hand options in: forRoot, and forRootAsync with useFactory, useClass and useExisting. */
export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: SESSION_OPTIONS,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<SessionModuleOptions>({ moduleName: 'Session' })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createSessionOptions')
  .build();

/** What a class given as `useClass` or `useExisting` has. @publicApi */
export interface SessionOptionsFactory {
  createSessionOptions(): SessionModuleOptions | Promise<SessionModuleOptions>;
}

let handedIn = 0;

/**
 * What an application has handed in, secrets among it. Nest keeps it in its container, which is looked through, logged and shown by
 * tools: private to the language, it is not seen there.
 */
export class HandedIn {
  readonly #options: SessionModuleOptions;
  /** Nest may tell modules apart by what of their providers can be seen. */
  readonly number = ++handedIn;

  constructor(options: SessionModuleOptions) {
    this.#options = options;
  }

  get options(): SessionModuleOptions {
    return this.#options;
  }
}

/** The same module, whose options are handed on as {@link HandedIn}. */
export function withHiddenOptions(definition: DynamicModule): DynamicModule {
  return { ...definition, providers: (definition.providers ?? []).map(hidden) };
}

function hidden(provider: Provider): Provider {
  if (typeof provider === 'function' || provider.provide !== SESSION_OPTIONS) return provider;
  if ('useValue' in provider) return { ...provider, useValue: new HandedIn(provider.useValue as SessionModuleOptions) };
  if (!('useFactory' in provider)) return provider;
  const make = provider.useFactory as (...needed: unknown[]) => SessionModuleOptions | Promise<SessionModuleOptions>;
  return { ...provider, useFactory: async (...needed: unknown[]) => new HandedIn(await make(...needed)) };
}
