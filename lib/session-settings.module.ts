import type { DynamicModule } from '@nestjs/common';
import { processValues } from './config/environment.js';
import type { OptionValues } from './config/read.js';
import { SESSION_SETTINGS } from './tokens.js';

/**
 * Where settings come from: ConfigService of `@nestjs/config`, when the application has made it available everywhere,
 * otherwise the process environment. The package is an optional peer, and so is looked for when a module is built.
 */
export class SessionSettingsModule {
  static async find(): Promise<DynamicModule> {
    const config = await configPackage();
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

async function configPackage(): Promise<typeof import('@nestjs/config') | null> {
  try {
    return await import('@nestjs/config');
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND');
}
