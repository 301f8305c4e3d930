import { Module, type DynamicModule } from '@nestjs/common';
import { EmittedEvents, EVENT_PREFIX } from './emitted-events.js';

/** @publicApi */
export interface SessionEventsOptions {
  /** What the names of the events begin with. Default: `session.` */
  readonly prefix?: string;
}

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
 * The events are those of {@link SessionObserver}.
 *
 * @publicApi
 */
@Module({})
export class SessionEventsModule {
  static forRoot({ prefix = 'session.' }: SessionEventsOptions = {}): DynamicModule {
    return { module: SessionEventsModule, providers: [{ provide: EVENT_PREFIX, useValue: prefix }, EmittedEvents] };
  }
}
