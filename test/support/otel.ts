import { AsyncLocalStorage } from 'node:async_hooks';
import {
  context,
  metrics,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type ContextManager,
} from '@opentelemetry/api';
import { DataPointType, MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** The context manager for Node is in a package of its own, of which the tests need nothing else. */
class AsyncContexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(thisArg, args));
  }

  bind<T>(_active: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    this.#storage.disable();
    return this;
  }
}

class PulledMetrics extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    // Nothing is kept.
  }

  protected override async onShutdown(): Promise<void> {
    // Nothing is open.
  }
}

/** One value of a metric. */
export interface Point {
  readonly attributes: Attributes;
  /** The sum of a counter, the number of measurements of a histogram. */
  readonly count: number;
  /** In a histogram, the sum of what was measured. */
  readonly sum: number;
}

/** The SDK of OpenTelemetry, registered for this process, which keeps in memory what it is given. */
export class Otel {
  readonly #spans = new InMemorySpanExporter();
  readonly #reader = new PulledMetrics();
  readonly #tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#spans)] });
  readonly #meters = new MeterProvider({ readers: [this.#reader] });

  static start(): Otel {
    const otel = new Otel();
    context.setGlobalContextManager(new AsyncContexts().enable());
    trace.setGlobalTracerProvider(otel.#tracers);
    metrics.setGlobalMeterProvider(otel.#meters);
    return otel;
  }

  async stop(): Promise<void> {
    context.disable();
    trace.disable();
    metrics.disable();
    await Promise.all([this.#tracers.shutdown(), this.#meters.shutdown()]);
  }

  /** The finished spans of one name, oldest first. */
  spans(name?: string): ReadableSpan[] {
    return this.#spans.getFinishedSpans().filter((span) => name === undefined || span.name === name);
  }

  forgetSpans(): void {
    this.#spans.reset();
  }

  /** Every metric that has been measured. */
  async metrics(): Promise<MetricData[]> {
    const { resourceMetrics } = await this.#reader.collect();
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  /** What a metric holds; none: it has not been measured. */
  async points(name: string): Promise<Point[]> {
    const found = (await this.metrics()).find(({ descriptor }) => descriptor.name === name);
    if (found === undefined) return [];
    if (found.dataPointType === DataPointType.HISTOGRAM) {
      return found.dataPoints.map(({ attributes, value }) => ({
        attributes,
        count: value.count,
        sum: value.sum ?? 0,
      }));
    }
    if (found.dataPointType !== DataPointType.SUM) throw new Error(`${name} is neither a counter nor a histogram.`);
    return found.dataPoints.map(({ attributes, value }) => ({ attributes, count: value, sum: value }));
  }
}
