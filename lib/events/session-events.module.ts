import { Module, type DynamicModule } from '@nestjs/common';
import { EmittedEvents, EVENT_PREFIX } from './emitted-events.js';

/** @publicApi */
export interface SessionEventsOptions {
  /** The prefix of the event names. Default: `session.` */
  readonly prefix?: string;
}

const modules = new Map<string, DynamicModule>();

/**
 * Emits session and login events through `@nestjs/event-emitter`, whose module you import in the application:
 *
 * ```ts
 * @Module({ imports: [EventEmitterModule.forRoot(), SessionModule.forRoot(), SessionEventsModule.forRoot()] })
 * export class AppModule {}
 *
 * @OnEvent('session.rememberStolen')
 * warn({ userId }: SessionEventOf<'rememberStolen'>) { … }
 * ```
 *
 * The events are those of `SessionObserver`. If you import it several times, each event is emitted once; with another
 * prefix, once more under that prefix.
 *
 * @publicApi
 */
@Module({})
export class SessionEventsModule {
  static forRoot({ prefix = 'session.' }: SessionEventsOptions = {}): DynamicModule {
    // One object per prefix: for a new object, Nest would create another module, which would emit every event twice.
    let emitting = modules.get(prefix);
    if (emitting === undefined) {
      const providers = [{ provide: EVENT_PREFIX, useValue: prefix }, EmittedEvents];
      modules.set(prefix, (emitting = { module: SessionEventsModule, providers }));
    }
    return emitting;
  }
}
