import type { FeatureApi, Method, Operation, RouteName } from './feature-api.js';
import { featureApis } from './features.js';
import { fieldCodes, sharedSchemas } from './shared.api.js';
import { about, listOf, named, object, oneOf, text, type Schema } from './schema.js';

/** An operation of the document. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

export interface DocumentedResponse {
  readonly $ref?: string;
  readonly description?: string;
  readonly headers?: object;
  readonly content?: Content;
}

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** An OpenAPI 3.1 document, as much of it as there is. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, DocumentedResponse>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly securitySchemes: object;
  };
}

const meanings: Readonly<Record<number, string>> = {
  200: 'Done.',
  201: 'Created.',
  202: 'Accepted.',
  204: 'Done.',
  303: 'The browser is redirected.',
  400: 'The request is invalid.',
  401: 'Nobody is logged in, or the credentials are wrong or not sufficient.',
  403: 'Not allowed.',
  404: 'Not found, or the feature is off.',
  409: 'Not possible in the current state.',
  501: 'The session store does not support this.',
  503: 'Temporarily not available.',
};

/** What every error says. */
const errorSchemas: Readonly<Record<string, Schema>> = {
  Error: object({
    statusCode: { type: 'integer' },
    message: about('For people, in the language of the request.', text()),
    'error?': about('The name of the status.', text()),
    'code?': about('For programs.', text()),
    'fields?': named('FieldErrors'),
    'retryAfter?': about('After how many seconds the request can be repeated.', { type: 'integer', minimum: 0 }),
  }),
  FieldErrors: about('Error codes by field of the body.', {
    type: 'object',
    additionalProperties: listOf(named('FieldCode')),
  }),
  FieldCode: oneOf(...fieldCodes),
};

/** Why no route is used that changes something: another site may have sent the request, or an administrator is in the user's place. */
const notOurs = [
  ...['CSRF_CROSS_SITE', 'CSRF_FOREIGN_ORIGIN', 'CSRF_TOKEN_MISSING', 'CSRF_TOKEN_INVALID'],
  'IMPERSONATING',
];

const securities: Readonly<Record<Operation['for'], readonly object[]>> = {
  anybody: [],
  login: [{ session: [] }],
  pending: [{ session: [] }],
  owner: [{ session: [] }],
  token: [{ token: [] }, {}],
};

/** The document of all built-in routes. */
export function openApiDocument(): OpenApiDocument {
  const paths: Record<string, Record<string, DocumentedOperation>> = {};
  const add = (route: RouteName, operation: DocumentedOperation) => {
    const [method, path] = route.split(' ') as [Method, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
  };
  for (const api of featureApis) {
    for (const [route, operation] of entriesOf(api.operations)) {
      add(route, documented(api, route, operation));
      if (operation.form !== undefined) add(operation.form, documented(api, operation.form, forForms(operation)));
    }
    for (const [route, meaning] of entriesOf(api.pages ?? {})) add(route, documentedPage(api, route, meaning));
  }
  const own = featureApis.flatMap(({ schemas = {} }) => Object.entries(schemas));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Accounts',
      version: '1',
      summary: 'The built-in routes of nestjs-session-auth/accounts.',
      description:
        'Paths begin at `prefix` (`/auth` unless set). A response is JSON unless the request prefers HTML; then it is a page, or a redirect to one. A body can also be a form. The routes of a feature that is off are a 404.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/auth' }],
    tags: featureApis.map(({ tag: name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: { ...sharedSchemas, ...Object.fromEntries(own), ...errorSchemas },
      responses: {
        NotAllowed: errorOf(
          'The request may come from another site, or an administrator impersonates the user.',
          notOurs,
        ),
        TooMany: {
          ...errorOf('Too many requests.', ['TOO_MANY_REQUESTS']),
          headers: { 'Retry-After': { description: 'In seconds.', schema: { type: 'integer', minimum: 0 } } },
        },
        Failed: errorOf('The request failed. After a 503, it can be repeated.', null),
      },
      parameters: {
        CsrfToken: {
          name: 'x-csrf-token',
          in: 'header',
          required: false,
          description:
            'The `csrfToken` of `GET /`. Required if `csrf.mode` is `token`, and from clients that send cookies without `Origin` or `Sec-Fetch-Site`.',
          schema: text(),
        },
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'An access token or a refresh token of this package.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-session',
          description: 'The session cookie. Its name depends on the application.',
        },
      },
    },
  };
}

function documented(api: FeatureApi, route: RouteName, operation: Operation): DocumentedOperation {
  const { id, summary, description, body } = operation;
  const isChecked = !route.startsWith('GET') && operation.isExempt !== true;
  const parameters = [
    ...[...route.matchAll(/\{(\w+)\}/g)].map(([, name = '']): Parameter => {
      const meaning = operation.params?.[name];
      return {
        name,
        in: 'path',
        required: true,
        ...(meaning !== undefined && { description: meaning }),
        schema: text(),
      };
    }),
    ...Object.entries(operation.query ?? {}).map(([name, schema]): Parameter => ({ name, in: 'query', schema })),
    ...(isChecked ? [{ $ref: '#/components/parameters/CsrfToken' }] : []),
  ];
  return {
    operationId: id,
    tags: [api.tag],
    summary,
    ...(description !== undefined && { description }),
    security: securities[operation.for],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: (body.required ?? body.anyOf ?? []).length > 0, content: json(body) },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(operation.answers).map((answer) => answerOf(operation, answer))),
      ...refusalsOf(operation, isChecked),
    },
  };
}

function answerOf({ hasPage }: Operation, [status, schema]: [string, Schema | null]): [string, DocumentedResponse] {
  const description = meanings[Number(status)] ?? '';
  const page = hasPage === true && { 'text/html': { schema: text() } };
  return [status, { description, ...(schema !== null && { content: { ...json(schema), ...page } }) }];
}

function refusalsOf({ for: who, body, query, refusals = {}, isLimited }: Operation, isChecked: boolean) {
  const codes = new Map(Object.entries(refusals));
  const add = (status: string, more: readonly string[]) => codes.set(status, [...(codes.get(status) ?? []), ...more]);
  if (body !== undefined || query !== undefined) add('400', ['INPUT_INVALID']);
  if (who === 'login' || who === 'owner') add('401', []);
  if (isChecked) add('403', notOurs);
  if (isChecked && codes.has('409')) add('409', ['IMPERSONATION_ENDED']);
  const responses = Object.fromEntries(
    Array.from(codes, ([status, some]): [string, DocumentedResponse] => {
      const isPlain = status === '403' && some.length === notOurs.length;
      return [status, isPlain ? responseNamed('NotAllowed') : errorOf(meanings[Number(status)] ?? '', some)];
    }),
  );
  const limited = isLimited === true && { 429: responseNamed('TooMany') };
  return { ...responses, ...limited, default: responseNamed('Failed') };
}

/** @param codes those that there are, where there is one; null: not said */
function errorOf(description: string, codes: readonly string[] | null): DocumentedResponse {
  const schema = named('Error');
  const isCoded = codes !== null && codes.length > 0;
  return {
    description,
    content: json(isCoded ? { allOf: [schema, { properties: { code: oneOf(...codes) } }] } : schema),
  };
}

function responseNamed(name: string): DocumentedResponse {
  return { $ref: `#/components/responses/${name}` };
}

function json(schema: Schema): Content {
  return { 'application/json': { schema } };
}

/** The same operation under another name. */
function forForms(operation: Operation): Operation {
  return { ...operation, id: `${operation.id}ByForm`, summary: `${operation.summary} (for forms)` };
}

const pageTypes: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript' };

function documentedPage(api: FeatureApi, route: RouteName, summary: string): DocumentedOperation {
  const [, path = ''] = route.split(' ');
  const type = pageTypes[path.split('.')[1] ?? ''] ?? 'text/html';
  const words = path.split(/\W+/).filter((word) => word !== '');
  return {
    operationId: `show${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`,
    tags: [api.tag],
    summary,
    security: [],
    responses: {
      200: { description: 'The page.', content: { [type]: { schema: text() } } },
      default: responseNamed('Failed'),
    },
  };
}

function entriesOf<Value>(routes: Readonly<Record<RouteName, Value>>): [RouteName, Value][] {
  return Object.entries(routes) as [RouteName, Value][];
}
