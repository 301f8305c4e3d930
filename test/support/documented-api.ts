import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import {
  openApiDocument,
  type DocumentedOperation,
  type DocumentedResponse,
} from '../../lib/accounts/openapi/document.js';
import type { Schema } from '../../lib/accounts/openapi/schema.js';

/** A request and its answer, as JSON. */
export interface Exchanged {
  readonly method: string;
  /** Below the prefix. */
  readonly path: string;
  /** Undefined: none was sent, or no JSON. */
  readonly sent?: unknown;
  readonly status: number;
  /** Undefined: it has no body. */
  readonly answered?: unknown;
}

/** An operation, by its method and its path in the document. */
export interface DocumentedRoute {
  readonly name: string;
  readonly operation: DocumentedOperation;
  readonly pattern: RegExp;
}

/** The OpenAPI document, read as strictly as can be: what it does not name must not be there. */
export class DocumentedApi {
  readonly document = openApiDocument();
  readonly routes: readonly DocumentedRoute[] = Object.entries(this.document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${path}`,
        operation,
        pattern: new RegExp(`^${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      })),
    )
    // A path without parameters comes first, as it does in Nest.
    .sort((one, other) => one.name.split('{').length - other.name.split('{').length);
  readonly #ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  readonly #validators = new Map<Schema, ValidateFunction>();

  constructor() {
    this.#ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    for (const [name, schema] of Object.entries(this.document.components.schemas)) {
      // What an application adds to users, it adds by itself.
      const { additionalProperties: _more, ...user } = schema;
      this.#ajv.addSchema({ ...absolute(closed(name === 'User' ? user : schema)), $id: idOf(name) });
    }
  }

  find({ method, path }: Pick<Exchanged, 'method' | 'path'>): DocumentedRoute | undefined {
    return this.routes.find(({ pattern }) => pattern.test(`${method} ${path}`));
  }

  /** The fields that a route takes, in its body or its query. */
  fieldsOf({ operation: { requestBody, parameters = [] } }: DocumentedRoute): readonly string[] {
    const body = requestBody?.content['application/json']?.schema ?? {};
    const inBody = [body, ...(body.anyOf ?? [])].flatMap(({ properties }) => Object.keys(properties ?? {}));
    return [...inBody, ...parameters.flatMap((one) => (one.in === 'query' ? [one.name ?? ''] : []))];
  }

  /** What the document has otherwise, in words; empty: it is as it says. */
  problemsOf(exchanged: Exchanged): readonly string[] {
    const route = this.find(exchanged);
    const what = `${exchanged.method} ${exchanged.path} → ${String(exchanged.status)}`;
    if (route === undefined) return [`${what}: the route is not in the document`];
    const { operation } = route;
    const response = this.#responseOf(operation, exchanged.status);
    const isDone = exchanged.status < 400;
    const body = operation.requestBody?.content['application/json']?.schema;
    return [
      ...(isDone && exchanged.sent !== undefined && body !== undefined
        ? this.#judge(`${what}, its body`, body, exchanged.sent)
        : []),
      ...this.#judge(what, response.content?.['application/json']?.schema, exchanged.answered),
      ...(isDone && response === this.#responseOf(operation, 'default') ? [`${what}: the status is not said`] : []),
    ];
  }

  #responseOf({ responses }: DocumentedOperation, status: number | 'default'): DocumentedResponse {
    const response = responses[status] ?? responses['default'] ?? {};
    const [, name = ''] = /([^/]+)$/.exec(response.$ref ?? '') ?? [];
    return this.document.components.responses[name] ?? response;
  }

  #judge(what: string, schema: Schema | undefined, value: unknown): readonly string[] {
    if (schema === undefined) return value === undefined ? [] : [`${what}: has a body that is not said`];
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(absolute(closed(schema)));
    this.#validators.set(schema, validate);
    if (validate(value)) return [];
    const errors = (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${String(message)} ${JSON.stringify(params)}`,
    );
    return [`${what}: ${errors.join('; ')} in ${JSON.stringify(value)}`];
  }
}

/** The same schema, in which objects have no properties but those that it names, unless it says that they do. */
function closed(schema: Schema): Schema & { readonly unevaluatedProperties?: false } {
  const { properties, items, anyOf, allOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one)])),
      ...(additionalProperties === undefined && { unevaluatedProperties: false }),
    }),
    ...(items !== undefined && { items: closed(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(closed) }),
    ...(allOf !== undefined && { allOf, unevaluatedProperties: false }),
  };
}

/** With references to the schemas of the document by their ids. */
function absolute(schema: Schema): Schema {
  const text = JSON.stringify(schema).replaceAll(
    /"#\/components\/schemas\/(\w+)"/g,
    (_, name: string) => `"${idOf(name)}"`,
  );
  return JSON.parse(text) as Schema;
}

function idOf(name: string): string {
  return `https://shop.example/schemas/${name}`;
}
