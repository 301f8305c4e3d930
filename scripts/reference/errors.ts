import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HttpException } from '@nestjs/common';
import ts from 'typescript';
import { SessionError, type SessionErrorCode } from '../../lib/errors.js';
import { toHttpException } from '../../lib/http/session-exception.js';
import { code, page, table } from './markdown.js';
import { library } from './library.js';

interface ErrorClass {
  readonly name: string;
  /** Null: that of the class which it extends. */
  readonly code: SessionErrorCode | null;
  readonly base: string;
  /** Whether a visitor may have caused it: always, never, or (null) by the case. */
  readonly mayBeInput: boolean | null;
  readonly comment: string;
}

/** `docs/reference/errors.md`: every error class, from its declaration, with the status that the package answers it with. */
export function errorsPage(): string {
  const classes = errorClasses();
  const rows = classes.map((declared) => {
    const errorCode = codeOf(declared, classes);
    return [code(declared.name), code(errorCode), statusesOf(errorCode, declared.mayBeInput), declared.comment];
  });
  return page(
    'Errors',
    'the error classes in `lib/`',
    'Every error of the package extends `SessionError` and has a stable `code`. Go by the code, or by `isSessionError(error)`, which also holds where two ' +
      'copies of the package are loaded. No message holds a secret, a session id or a cookie value.',
    'The status is what the client gets where nothing else catches the error. The body gives nothing away; the error itself is the `cause` ' +
      'of the `HttpException`. "400 or 500" is 400 where a visitor may have sent what was refused, such as a key of a JSON body. ' +
      'What is thrown while the application starts has no request to answer.',
    table(['Class', '`code`', 'Status', 'Meaning'], rows),
    'Guards and the limiter throw exceptions of Nest instead: `UnauthorizedException` (401), `ForbiddenException` (403) and ' +
      '`TooManyAttemptsException` (429). See [guards](../auth/guards.md#how-it-refuses) and [the limiter](../auth/limiter.md).',
  );
}

/** The classes in the order of `lib/errors.ts`, and then those that a room declares by itself. */
function errorClasses(): ErrorClass[] {
  const rooms = readdirSync(library, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'errors.ts')
    .sort();
  return ['errors.ts', ...rooms].flatMap((path) => {
    const text = readFileSync(join(library, path), 'utf8');
    if (!/extends Session\w*Error\b/.test(text)) return [];
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    return source.statements.filter(ts.isClassDeclaration).flatMap(errorClass);
  });
}

function errorClass(declaration: ts.ClassDeclaration): ErrorClass[] {
  const base = declaration.heritageClauses?.flatMap(({ types }) => types.map((type) => type.expression.getText()))[0];
  if (base === undefined || !/^Session\w*Error$/.test(base)) return [];
  const fields = declaration.members.filter(ts.isPropertyDeclaration);
  const field = (name: string): ts.PropertyDeclaration | undefined => fields.find((one) => one.name.getText() === name);
  const initial = field('code')?.initializer;
  const input = field('mayBeInput');
  return [
    {
      name: declaration.name?.text ?? '',
      code: initial !== undefined && ts.isStringLiteral(initial) ? (initial.text as SessionErrorCode) : null,
      base,
      mayBeInput: input === undefined ? false : input.initializer?.kind === ts.SyntaxKind.TrueKeyword || null,
      comment: commentOf(declaration),
    },
  ];
}

function commentOf(declaration: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc);
  // The status has a column of its own.
  return (ts.getTextOfJSDocComment(doc?.comment) ?? '').replace(/\s+Becomes an? [^.]*\./, '').trim();
}

function codeOf(declared: ErrorClass, classes: readonly ErrorClass[]): SessionErrorCode {
  if (declared.code !== null) return declared.code;
  const base = classes.find(({ name }) => name === declared.base);
  if (base === undefined) throw new Error(`${declared.name} has no code, and neither has ${declared.base}.`);
  return codeOf(base, classes);
}

/** Asked of the function that makes the answers, so that nothing here can differ from it. */
function statusesOf(errorCode: SessionErrorCode, input: boolean | null): string {
  const statuses = (input === null ? [true, false] : [input]).map((mayBeInput) => {
    const exception = toHttpException(new ErrorOfCode(errorCode, mayBeInput));
    if (!(exception instanceof HttpException)) throw new Error(`${errorCode} becomes no HttpException.`);
    return exception.getStatus();
  });
  return [...new Set(statuses)].join(' or ');
}

class ErrorOfCode extends SessionError {
  constructor(
    readonly code: SessionErrorCode,
    override readonly mayBeInput: boolean,
  ) {
    super('');
  }
}
