import { Module, type DynamicModule } from '@nestjs/common';
import { EmittedEvents, EVENT_PREFIX } from './emitted-events.js';

/** @publicApi */
export interface SessionEventsOptions {
  /** What the names of the events begin with. Default: `session.` */
  readonly prefix?: string;
}

const modules = new Map<string, DynamicModule>();

/**
 * Emits what happens to sessions and logins through `@nestjs/event-emitter`, whose module the application imports:
 *
 * ```ts
 * @Module({ imports: [EventEmitterModule.forRoot(), SessionModule.forRoot(), SessionEventsModule.forRoot()] })
 * export class AppModule {}
 *
 * @OnEvent('session.rememberStolen')
 * warn({ userId }: SessionEventOf<'rememberStolen'>) { … }
 * ```
 *
 * The events are those of {@link SessionObserver}. Imported several times, it emits each of them once; with another prefix,
 * once more under that.
 *
 * @publicApi
 */
@Module({})
export class SessionEventsModule {
  static forRoot({ prefix = 'session.' }: SessionEventsOptions = {}): DynamicModule {
    // One object for each prefix: Nest takes another one for another module, and would emit every event twice.
    let emitting = modules.get(prefix);
    if (emitting === undefined) {
      const providers = [{ provide: EVENT_PREFIX, useValue: prefix }, EmittedEvents];
      modules.set(prefix, (emitting = { module: SessionEventsModule, providers }));
    }
    return emitting;
  }
}
