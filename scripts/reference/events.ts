import { join } from 'node:path';
import ts from 'typescript';
import { code, page, table } from './markdown.js';
import { library, project } from './library.js';

interface EventField {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/** An event as `SessionObserver` declares it. */
export interface DeclaredEvent {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly EventField[];
}

/** `docs/reference/events.md`: every event and its fields, from the interface `SessionObserver`. */
export function eventsPage(): string {
  const events = declaredEvents();
  const ofAccounts = declaredAccountEvents();
  return page(
    'Events',
    '`SessionObserver` in `lib/session/observer.ts`',
    'What a `@SessionListener()`, the option `observer` and `@nestjs/event-emitter` hear: [how to listen](../events.md). With the emitter ' +
      'the names begin with `session.`. No event holds a session id, a cookie value, a remember-me token, a password or an account name.',
    listOf(events),
    'With [accounts](../accounts/README.md), there are also these. None holds a token, a code, a password, an address for mail or a username.',
    listOf(ofAccounts),
    ...[...events, ...ofAccounts].map(section),
  );
}

function listOf(events: readonly DeclaredEvent[]): string {
  return table(
    ['Event', 'When'],
    events.map(({ name, comment }) => [`[${code(name)}](#${name.toLowerCase()})`, firstSentence(comment)]),
  );
}

/** In the order of declaration. */
export function declaredEvents(): DeclaredEvent[] {
  return eventsIn(join(library, 'session', 'observer.ts'), 'SessionObserver');
}

/** Those that accounts add, in the order of declaration. */
export function declaredAccountEvents(): DeclaredEvent[] {
  return eventsIn(join(library, 'accounts', 'events', 'account-observer.ts'), 'AccountObserver');
}

function eventsIn(file: string, name: string): DeclaredEvent[] {
  const program = ts.createProgram([file], { ...compilerOptions(), types: [], noEmit: true });
  const checker = program.getTypeChecker();
  const observer = program.getSourceFile(file)?.statements.find(isInterface(name));
  if (observer === undefined) throw new Error(`${file} declares no ${name}.`);
  return observer.members.filter(ts.isMethodSignature).map((method) => {
    const [parameter] = method.parameters;
    if (parameter === undefined) throw new Error(`${method.name.getText()} takes no event.`);
    const fields = checker.getPropertiesOfType(checker.getTypeAtLocation(parameter)).map((field) => ({
      name: field.name,
      type: typeText(checker, field, parameter),
      comment: commentOf(checker, field),
    }));
    const symbol = checker.getSymbolAtLocation(method.name);
    return { name: method.name.getText(), comment: symbol ? commentOf(checker, symbol) : '', fields };
  });
}

function section({ name, comment, fields }: DeclaredEvent): string {
  const rows = fields.map((field) => [code(field.name), code(field.type), field.comment]);
  return `## ${name}\n\n${comment}\n\n${table(['Field', 'Type', 'Meaning'], rows)}`;
}

function isInterface(name: string): (statement: ts.Statement) => statement is ts.InterfaceDeclaration {
  return (statement): statement is ts.InterfaceDeclaration =>
    ts.isInterfaceDeclaration(statement) && statement.name.text === name;
}

function typeText(checker: ts.TypeChecker, field: ts.Symbol, place: ts.Node): string {
  const optional = (field.flags & ts.SymbolFlags.Optional) !== 0;
  const type = checker.getTypeOfSymbolAtLocation(field, place);
  const text = checker.typeToString(type, place, ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias);
  return `${text.replaceAll('"', "'")}${optional ? ' | undefined' : ''}`;
}

function commentOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s*\n\s*/g, ' ');
}

function firstSentence(comment: string): string {
  return /^.*?\.(?=\s|$)/.exec(comment)?.[0] ?? comment;
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  return ts.convertCompilerOptionsFromJson(config.compilerOptions, project).options;
}
