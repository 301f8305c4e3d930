import { Inject, Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { SessionListener } from '../http/session-listener.decorator.js';
import { observeAll } from '../session/observer.js';

export const EVENT_PREFIX = Symbol('nestjs-session-auth event prefix');

/** Hands every event on to the application's emitter. */
@Injectable()
@SessionListener()
export class EmittedEvents {
  constructor(emitter: EventEmitter2, @Inject(EVENT_PREFIX) prefix: string) {
    Object.assign(
      this,
      observeAll((name, event) => void emitter.emit(prefix + name, event)),
    );
  }
}
