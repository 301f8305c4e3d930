import { parametersOf, type Route } from '../../http/routes.js';
import { sessionOf } from '../../http/session.decorator.js';
import { attemptsOf } from '../limiter/login-attempts.decorator.js';

/**
 * A sign that a handler changes something. `session`: it has the session as a parameter that it may change.
 * `login-attempts`: it has `@LoginAttempts()`. `name`: it is named like a change, such as `deleteAll()`. `every-method`: it is
 * called by all methods, so what it does by POST, a GET does, too.
 */
export type ChangeSign = 'session' | 'login-attempts' | 'name' | 'every-method';

/** The first words of names of handlers that change something. Those of pages with a form, such as `login()`, are not among them. */
const verbs: ReadonlySet<string> = new Set(
  (
    'add apply approve archive assign ban buy cancel change clear create delete destroy disable enable grant import insert invite ' +
    'logout merge move pay post publish purge put reject remove rename replace revoke save send set signout store submit ' +
    'subscribe transfer unsubscribe update upload write'
  ).split(' '),
);

/** The signs that a route changes something when it is called by GET; empty also if it is not. */
export function changesByGet(route: Route, method: string): ChangeSign[] {
  if (!['GET', 'HEAD', 'ALL'].includes(method)) return [];
  const parameters = parametersOf(route).map(([, parameter]) => parameter);
  const signs: ChangeSign[] = [];
  if (parameters.some(({ factory, data }) => factory === sessionOf && !isReadonly(data))) signs.push('session');
  if (parameters.some(({ factory }) => factory === attemptsOf)) signs.push('login-attempts');
  if (isNamedLikeChange(route.name)) signs.push('name');
  if (method === 'ALL') signs.push('every-method');
  return signs;
}

function isReadonly(parameter: unknown): boolean {
  return typeof parameter === 'object' && parameter !== null && Reflect.get(parameter, 'readonly') === true;
}

function isNamedLikeChange(name: string): boolean {
  const [first = ''] = name.split(/(?=[A-Z_\d])|_/);
  return verbs.has(first.toLowerCase()) || /^(?:log|sign)_?out/i.test(name);
}
