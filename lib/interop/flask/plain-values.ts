import { FlaskMarkup, FlaskUuid } from './python-values.js';
import type { FlaskData } from './storable-values.js';

/** The data as a session of this package keeps it: tuples as arrays, Markup and UUIDs as strings. The rest is unchanged. */
export function plainValues(data: Readonly<FlaskData>): FlaskData {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Array.from(value, plainValue);
  if (value instanceof FlaskMarkup) return value.html;
  if (value instanceof FlaskUuid) return value.text;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  return plainValues(value as FlaskData);
}
