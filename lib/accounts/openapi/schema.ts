/** As much of JSON Schema (2020-12) as the document needs. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly description?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly format?: 'date-time' | 'uri';
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | true;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Adds what a value means. */
export function about(description: string, schema: Schema): Schema {
  return { ...schema, description };
}

/** @param most in characters, where more is rejected */
export function text(most?: number): Schema {
  return most === undefined ? { type: 'string' } : { type: 'string', maxLength: most };
}

export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
export const count: Schema = { type: 'integer', minimum: 0 };

export function only(value: string): Schema {
  return { type: 'string', const: value };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function either(...schemas: readonly Schema[]): Schema {
  return { anyOf: schemas };
}

export function nullable(schema: Schema): Schema {
  return either(schema, { type: 'null' });
}

/** A schema of the document by its name. */
export function named(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The properties of an object; a name that ends with `?` is of one that may be missing. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(properties);
  const required = entries.map(([name]) => name).filter((name) => !name.endsWith('?'));
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    ...(required.length > 0 && { required }),
  };
}

/** An object of which nothing else is said. */
export const anyObject: Schema = { type: 'object' };

/** An object that has other properties as well, such as those of the application. */
export function open(properties: Readonly<Record<string, Schema>>): Schema {
  return { ...object(properties), additionalProperties: true };
}
