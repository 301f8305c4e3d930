import type { DynamicModule } from '@nestjs/common';
import type { ConfigService } from '@nestjs/config';
import { processValues } from './config/environment.js';
import type { OptionValues } from './config/read.js';
import { SessionPeerMissingError } from './errors.js';
import { importPeer } from './stores/import-peer.js';
import { SESSION_SETTINGS } from './tokens.js';

/**
 * Where settings come from: ConfigService of `@nestjs/config`, when the application has made it available everywhere,
 * otherwise the process environment. The package is an optional peer, and so is looked for when a module is built.
 */
export class SessionSettingsModule {
  static async find(): Promise<DynamicModule> {
    const config = await (configLooked ??= configPackage());
    return {
      module: SessionSettingsModule,
      providers: [
        {
          provide: SESSION_SETTINGS,
          inject: config === null ? [] : [{ token: config.ConfigService, optional: true }],
          useFactory: (service?: OptionValues): OptionValues => service ?? processValues(),
        },
      ],
      exports: [SESSION_SETTINGS],
    };
  }
}

/** Looked for once, for all modules that have settings. */
let configLooked: ReturnType<typeof configPackage> | null = null;

async function configPackage(): Promise<{ readonly ConfigService: typeof ConfigService } | null> {
  try {
    return await importPeer('@nestjs/config', 'ConfigService', () => import('@nestjs/config'));
  } catch (error) {
    if (error instanceof SessionPeerMissingError) return null;
    throw error;
  }
}
