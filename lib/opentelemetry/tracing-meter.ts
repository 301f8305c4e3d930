import { SpanStatusCode, trace, type Attributes, type Counter, type Histogram, type Meter } from '@opentelemetry/api';
import type { SessionMeter, SessionOperation } from '../session/session-meter.js';
import { contention, durationBounds, durations, errorType, SCOPE, type Instrument } from './instruments.js';

/** Measures operations, each in a span that is a child of the active one. */
export class TracingMeter implements SessionMeter {
  readonly #tracer = trace.getTracer(SCOPE);
  readonly #durations: ReadonlyMap<SessionOperation, Histogram>;
  readonly #conflicts: Counter;
  readonly #merges: Counter;

  constructor(meter: Meter) {
    const operations = Object.entries(durations) as [SessionOperation, Instrument][];
    const advice = { explicitBucketBoundaries: durationBounds };
    this.#durations = new Map(
      operations.map(([operation, { name, unit, description }]) => [
        operation,
        meter.createHistogram(name, { unit, description, advice }),
      ]),
    );
    this.#conflicts = counterOf(meter, contention.conflict);
    this.#merges = counterOf(meter, contention.merged);
  }

  run<Result>(operation: SessionOperation, work: () => Promise<Result>): Promise<Result> {
    return this.#tracer.startActiveSpan(`nestjs_session.${operation}`, async (span) => {
      const start = performance.now();
      let attributes: Attributes = {};
      try {
        const result = await work();
        if (operation === 'load') attributes = { 'nestjs_session.found': result !== null };
        return result;
      } catch (error) {
        attributes = { 'error.type': errorType(error) };
        // Without the message, which may name a server.
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        this.#durations.get(operation)?.record((performance.now() - start) / 1000, attributes);
        span.setAttributes(attributes);
        span.end();
      }
    });
  }

  conflict(): void {
    this.#conflicts.add(1);
    trace.getActiveSpan()?.addEvent('nestjs_session.conflict');
  }

  merged(): void {
    this.#merges.add(1);
  }
}

function counterOf(meter: Meter, { name, unit, description }: Instrument): Counter {
  return meter.createCounter(name, { unit, description });
}
