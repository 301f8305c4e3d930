import { Inject, Injectable } from '@nestjs/common';
import { metrics, type Attributes, type Counter, type Meter } from '@opentelemetry/api';
import { SessionListener } from '../http/session-listener.decorator.js';
import { SessionRuntime } from '../http/session-runtime.js';
import { observeAll, type SessionEventName, type SessionEventOf } from '../session/observer.js';
import {
  countedEvents,
  featureEvents,
  SCOPE,
  type AttributeName,
  type CountedEvent,
  type Instrument,
} from './instruments.js';
import { TracingMeter } from './tracing-meter.js';

/** The attribute that has the name of an event. */
const eventName: AttributeName = 'nestjs_session.event';

/** Measures the sessions of the application that it is provided in. */
@Injectable()
@SessionListener()
export class SessionTelemetry {
  constructor(@Inject(SessionRuntime) { repository }: SessionRuntime) {
    // Not before: until the SDK is registered, the API returns meters that measure nothing.
    const meter = metrics.getMeter(SCOPE);
    repository.metering.meter = new TracingMeter(meter);
    const counters = new CounterSet(meter);
    // By name, since features may have added events.
    const counted: { readonly [Name in SessionEventName]?: CountedEvent<Name> | null } = countedEvents;
    const listeners = observeAll((name, event) => {
      const how = counted[name];
      if (how) counters.of(how.instrument).add(1, attributesOf(how, event));
      else if (how === undefined) counters.of(featureEvents).add(1, { [eventName]: name });
    });
    Object.assign(this, listeners);
  }
}

/** Counters by name: events may share one. */
class CounterSet {
  readonly #counters = new Map<string, Counter>();

  constructor(private readonly meter: Meter) {}

  of({ name, unit, description }: Instrument): Counter {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = this.meter.createCounter(name, { unit, description });
      this.#counters.set(name, counter);
    }
    return counter;
  }
}

function attributesOf<Name extends SessionEventName>(
  { attributes }: CountedEvent<Name>,
  event: SessionEventOf<Name>,
): Attributes {
  const result: Attributes = {};
  for (const key of Object.keys(attributes) as AttributeName[]) result[key] = attributes[key]?.(event);
  return result;
}
