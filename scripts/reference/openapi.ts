import { join } from 'node:path';
import {
  openApiDocument,
  type DocumentedOperation,
  type OpenApiDocument,
} from '../../lib/accounts/openapi/document.js';
import type { Schema } from '../../lib/accounts/openapi/schema.js';
import { formattedFiles } from './formatted.js';
import { library, project } from './library.js';

/** The files that are made of what the features of accounts declare, each with its text. */
export const openApiFiles = formattedFiles({
  [join(project, 'docs/reference/openapi.json')]: () => JSON.stringify(openApiDocument()),
  [join(library, 'client/routes.ts')]: () => clientTypes(openApiDocument()),
});

/** What a client needs no type for: its own class stands for errors. */
const errorSchemas = ['Error', 'FieldErrors'];

const head =
  '// Made by `npm run docs` from the declarations in lib/accounts/**/*.api.ts. Change those, and run it again.';

/** Codes that stand together wherever one of them does. */
const isOfCsrf = (code: string): boolean => code.startsWith('CSRF_');

/** The types of the client: those of the schemas, and of each route what it takes and answers. */
export function clientTypes(document: OpenApiDocument): string {
  const { schemas } = document.components;
  const types = Object.entries(schemas).flatMap(([name, schema]) =>
    errorSchemas.includes(name) ? [] : [`${commentOf(schema, '@publicApi')}${declarationOf(name, schema)}`],
  );
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, operation]) =>
      isForScripts(operation) ? [routeOf(`${method.toUpperCase()} ${path}`, operation, document)] : [],
    ),
  );
  const csrf = [
    ...new Set(
      Object.values(document.paths)
        .flatMap(Object.values<DocumentedOperation>)
        .flatMap((one) => codesIn(one, document)),
    ),
  ];
  return [
    head,
    ...types,
    `/** Why a request that changes something was taken for one of another site. @publicApi */
    export type CsrfCode = ${unionOf(csrf.filter(isOfCsrf))};`,
    `/** The routes by method and path: what each takes (\`params\` of the path, \`query\`, \`body\`), its \`answer\`, and the \`code\` of its errors. @publicApi */
    export interface Routes {\n${routes.join('\n')}\n}\n`,
  ].join('\n\n');
}

/** Pages have no JSON, and forms have twins with the methods that scripts know. */
function isForScripts({ operationId, responses }: DocumentedOperation): boolean {
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const areJson = answers.every(([, { content }]) => content === undefined || 'application/json' in content);
  return areJson && answers.length > 0 && !operationId.endsWith('ByForm');
}

function routeOf(name: string, operation: DocumentedOperation, document: OpenApiDocument): string {
  const { summary, description, requestBody, parameters = [] } = operation;
  const inPath = parameters.filter((one) => one.in === 'path').map((one) => `readonly ${one.name ?? ''}: string;`);
  const inQuery = parameters
    .filter((one) => one.in === 'query')
    .map(
      ({ name: key = '', schema = {} }) => `${commentOf(schema)}readonly ${key}?: ${typeOf(schema, true)} | undefined;`,
    );
  const body = requestBody?.content['application/json']?.schema;
  const isOptional = requestBody?.required === false;
  return `/** ${[summary, description].filter((text) => text !== undefined).join('. ')} */
  '${name}': {
    ${inPath.length === 0 ? '' : `readonly params: { ${inPath.join(' ')} };`}
    ${inQuery.length === 0 ? '' : `readonly query?: { ${inQuery.join('\n')} };`}
    ${body === undefined ? '' : `readonly body${isOptional ? '?' : ''}: ${typeOf(body, true)};`}
    readonly answer: ${answerOf(operation)};
    readonly code: ${codesOf(operation, document)};
  };`;
}

function answerOf({ responses }: DocumentedOperation): string {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) =>
      content === undefined ? 'undefined' : typeOf(content['application/json']?.schema ?? {}),
    );
  return [...new Set(types)].join(' | ');
}

function codesOf(operation: DocumentedOperation, document: OpenApiDocument): string {
  const codes = [...new Set(codesIn(operation, document))];
  const others = codes.filter((code) => !isOfCsrf(code));
  const names = [...(others.length < codes.length ? ['CsrfCode'] : []), ...others.map((code) => `'${code}'`)];
  return names.length === 0 ? 'never' : names.join(' | ');
}

function codesIn({ responses }: DocumentedOperation, document: OpenApiDocument): readonly string[] {
  return Object.values(responses).flatMap((response) => {
    const { content } =
      response.$ref === undefined ? response : (document.components.responses[lastOf(response.$ref)] ?? {});
    return (content?.['application/json']?.schema.allOf ?? []).flatMap(
      ({ properties }) => properties?.['code']?.enum ?? [],
    );
  });
}

function declarationOf(name: string, schema: Schema): string {
  return schema.properties === undefined
    ? `export type ${name} = ${typeOf(schema)};`
    : `export interface ${name} ${typeOf(schema)}`;
}

/** @param isTaken of a body: what a caller may leave out may be undefined, and arrays may be read-only */
function typeOf(schema: Schema, isTaken = false): string {
  const { $ref, type, anyOf, items, properties, required = [], additionalProperties } = schema;
  const inside = (one: Schema) => typeOf(one, isTaken);
  if ($ref !== undefined) return lastOf($ref);
  if (anyOf !== undefined) return anyOf.map(inside).join(' | ');
  if (schema.const !== undefined) return `'${schema.const}'`;
  if (schema.enum !== undefined) return unionOf(schema.enum);
  if (type === 'array') return `${isTaken ? 'readonly ' : ''}(${inside(items ?? {})})[]`;
  if (type === 'integer') return 'number';
  if (type === 'object' && properties === undefined) return 'object';
  if (type !== 'object') return type ?? 'unknown';
  const members = Object.entries(properties ?? {}).map(([name, one]) => {
    const [mark, end] = required.includes(name) ? ['', ''] : ['?', isTaken ? ' | undefined' : ''];
    return `${commentOf(one)}readonly ${name}${mark}: ${inside(one)}${end};`;
  });
  if (members.length === 0) return 'Readonly<Record<string, unknown>>';
  // What an application adds to answers, it adds to their types.
  if (additionalProperties === true && isTaken) members.push('readonly [name: string]: unknown;');
  return `{\n${members.join('\n')}\n}`;
}

function commentOf({ description }: Schema, ...more: readonly string[]): string {
  const text = [description, ...more].filter((part) => part !== undefined).join(' ');
  return text === '' ? '' : `/** ${text} */\n`;
}

function unionOf(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(' | ');
}

function lastOf(reference: string): string {
  return reference.split('/').at(-1) ?? '';
}
