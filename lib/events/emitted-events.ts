import { Inject, Injectable, Optional } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { SessionConfigError } from '../errors.js';
import { SessionListener } from '../http/session-listener.decorator.js';
import { observeAll } from '../session/observer.js';

export const EVENT_PREFIX = Symbol('nestjs-session-auth event prefix');

/** The part of the emitter that is used; this package's declarations must not name an optional peer. */
interface Emitter {
  emitAsync(name: string, event: object): Promise<unknown>;
}

/** Forwards every event to the application's emitter. */
@Injectable()
@SessionListener()
export class EmittedEvents {
  /** @throws SessionConfigError if the application has no emitter */
  constructor(@Optional() @Inject(EventEmitter2) emitter: Emitter | undefined, @Inject(EVENT_PREFIX) prefix: string) {
    if (emitter === undefined) {
      const problem =
        'finds no emitter: import EventEmitterModule.forRoot() of @nestjs/event-emitter in the root module';
      throw new SessionConfigError([{ setting: 'SessionEventsModule', problem }]);
    }
    // Asynchronously: if the application lets handlers throw, a failing one must not end anything.
    const emitted = observeAll((name, event) => emitter.emitAsync(prefix + name, event));
    Object.assign(this, emitted);
  }
}
