import {
  applyDecorators,
  createParamDecorator,
  Injectable,
  SetMetadata,
  UseGuards,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { SessionConfigError } from '../../errors.js';
import type { ParameterPipe } from '../../http/session.decorator.js';
import { boundAuth } from '../auth-binding.js';
import { CAN, POLICY, type WantedAction } from './requirement.js';
import { SessionAuthGuard } from './session-auth.guard.js';

/** The options of `@Can()`. @publicApi */
export interface CanOptions {
  /**
   * The parameter whose value names the resource: of the route's path, the arguments of a resolver, or the data of a message. `null`: the
   * action is on no single resource, such as to create one; the policy then decides by the user alone. Default: `id`.
   */
  readonly param?: string | null;
}

/**
 * Marks a provider as the policy of a resource: each of its methods but `find` decides on an action of that name.
 *
 * ```ts
 * @Policy(Post)
 * export class PostPolicy {
 *   constructor(private readonly posts: PostsService) {}
 *   find(id: string) { return this.posts.find(id); }
 *   edit(user: User, post: Post) { return post.authorId === user.id; }
 * }
 * ```
 *
 * @param resource the class of the resources; it only names them, and nothing is made of it. There can be one policy for each.
 *
 * @publicApi
 */
export const Policy = (resource: Type): ClassDecorator => applyDecorators(Injectable(), SetMetadata(POLICY, resource));

/**
 * Admits only users whom the policy of a resource lets do something: `@Can('edit', Post)` asks the method `edit` of the provider with
 * `@Policy(Post)`. Others get a 403; a resource that its `find` does not find is a 404. Includes `SessionAuthGuard`; the requirements of
 * controller and route add up. What was found is injected by `@Resource(Post)`.
 *
 * An action without a method is an error at boot.
 *
 * @throws SessionConfigError for a missing action or resource
 *
 * @publicApi
 */
export function Can(
  action: string,
  resource: Type,
  { param = 'id' }: CanOptions = {},
): ClassDecorator & MethodDecorator {
  const mistake = mistakeIn(action, resource, param);
  if (mistake !== null) throw new SessionConfigError([{ setting: '@Can()', problem: mistake }]);
  const add = (target: object, _property?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const place: unknown = descriptor === undefined ? target : descriptor.value;
    if (typeof place !== 'function') return;
    const before = (Reflect.getOwnMetadata(CAN, place) ?? []) as readonly WantedAction[];
    Reflect.defineMetadata(CAN, [...before, { action, resource, param }], place);
  };
  return applyDecorators(add, UseGuards(SessionAuthGuard));
}

function mistakeIn(action: unknown, resource: unknown, param: unknown): string | null {
  if (typeof action !== 'string' || action === '') return "expected the name of an action, such as 'edit'";
  if (action === 'find' || action === 'constructor') return `no action can be called ${action}`;
  // A class of a file that imports this one may not be there yet.
  if (typeof resource !== 'function') return `expected a class after '${action}'; undefined: a circular import`;
  return param === null || (typeof param === 'string' && param !== '')
    ? null
    : 'expected the name of a parameter, or null';
}

/**
 * Injects the resource that `@Can()` has found for the handler, by its class: `@Resource(Post) post: Post`.
 *
 * @publicApi
 */
export const Resource: (resource: Type, ...pipes: ParameterPipe[]) => ParameterDecorator = createParamDecorator(
  (resource: Type, context: ExecutionContext) => boundAuth.behind(context).access.resourceOf(context, resource),
);
