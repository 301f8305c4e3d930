import {
  attributeMeanings,
  contention,
  countedEvents,
  durations,
  featureEvents,
  SCOPE,
  type AttributeName,
  type Instrument,
} from '../../lib/opentelemetry/instruments.js';
import { code, page, table } from './markdown.js';

interface Row extends Instrument {
  readonly attributes: readonly AttributeName[];
  /** The events that are counted. */
  readonly events: readonly string[];
}

/** `docs/reference/metrics.md`: every instrument of `nestjs-session-auth/opentelemetry`. */
export function metricsPage(): string {
  return page(
    'Metrics',
    '`lib/opentelemetry/instruments.ts`',
    `What [\`SessionTelemetryModule\`](../operations/telemetry.md) measures, in the scope ${code(SCOPE)}.`,
    '## Durations',
    'Histograms. Each operation is also a span, whose name is that of the histogram without `.duration`, with the same attributes.',
    table(
      ['Histogram', 'Unit', 'What is timed', 'Attributes'],
      Object.entries(durations).map(([operation, { name, unit, description }]) => [
        code(name),
        code(unit),
        description,
        listed(operation === 'load' ? ['nestjs_session.found', 'error.type'] : ['error.type']),
      ]),
    ),
    '## Counts',
    'Counters.',
    table(
      ['Counter', 'Unit', 'What is counted', 'Attributes', 'Event'],
      counters().map(({ name, unit, description, attributes, events }) => [
        code(name),
        code(unit),
        description,
        listed(attributes),
        events.map((event) => `[${code(event)}](events.md#${event.toLowerCase()})`).join(', ') || '–',
      ]),
    ),
    '## Attributes',
    'None holds an id of a session or a user, an account name, or an address.',
    table(
      ['Attribute', 'Meaning'],
      Object.entries(attributeMeanings).map(([name, meaning]) => [code(name), meaning]),
    ),
  );
}

/** One row per counter: events may share one. */
function counters(): Row[] {
  const rows = new Map<string, Row>();
  for (const instrument of Object.values(contention)) {
    rows.set(instrument.name, { ...instrument, attributes: [], events: [] });
  }
  for (const [event, counted] of Object.entries(countedEvents)) {
    if (counted === null) continue;
    const { instrument, attributes } = counted;
    const events = [...(rows.get(instrument.name)?.events ?? []), event];
    rows.set(instrument.name, { ...instrument, attributes: Object.keys(attributes) as AttributeName[], events });
  }
  rows.set(featureEvents.name, { ...featureEvents, attributes: ['nestjs_session.event'], events: [] });
  return [...rows.values()];
}

const listed = (names: readonly string[]): string => names.map(code).join(', ') || '–';
