import { Injectable, type ExecutionContext, type OnModuleInit, type Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SessionConfigError } from '../../errors.js';
import { discover, type Discovered } from '../../http/discovery.js';
import { isObject } from '../../http/part-of.js';
import { routesIn } from '../../http/routes.js';
import { operationsIn } from '../audit/operations.js';
import { POLICY, requirementAt, type WantedAction } from './requirement.js';

/** The policies of an application, by the resources that they are for. */
@Injectable()
export class Policies implements OnModuleInit {
  readonly #policies = new Map<Type, Discovered<Type>>();

  constructor(private readonly modules: ModulesContainer) {}

  /** Finds them among the application's providers, and whether they have what its handlers ask of them. @throws SessionConfigError */
  onModuleInit(): void {
    for (const policy of discover<Type>(this.modules, POLICY)) {
      const other = this.#policies.get(policy.mark);
      if (other !== undefined) {
        const problem = `${other.name} is a policy of ${policy.mark.name}, too: there can be one for each resource`;
        throw new SessionConfigError([{ setting: policy.name, problem }]);
      }
      this.#policies.set(policy.mark, policy);
    }
    const problems = [...routesIn(this.modules), ...operationsIn(this.modules)].flatMap(
      ({ handler, controller, title }) =>
        requirementAt(handler, controller).actions.flatMap((wanted) => {
          const problem = this.#mistakeIn(wanted);
          return problem === null
            ? []
            : [{ setting: `@Can('${wanted.action}', ${wanted.resource.name}) of ${title}`, problem }];
        }),
    );
    if (problems.length > 0) throw new SessionConfigError(problems);
  }

  #mistakeIn({ action, resource, param }: WantedAction): string | null {
    const policy = this.#policies.get(resource);
    if (policy === undefined) return `needs a provider with @Policy(${resource.name})`;
    if (methodOf(policy, action) === null) return `${policy.name} needs a method ${action}(user, resource)`;
    if (param === null || methodOf(policy, 'find') !== null) return null;
    return `${policy.name} needs a method find(id); for an action on no single resource, pass { param: null }`;
  }

  /** The class of a resource for which there is a policy. @throws SessionConfigError if there is none */
  classOf(resource: object): Type {
    for (
      let type: unknown = resource.constructor;
      typeof type === 'function' && type !== Function.prototype;
      type = Object.getPrototypeOf(type)
    ) {
      if (this.#policies.has(type as Type)) return type as Type;
    }
    throw this.#lacking(resource.constructor.name);
  }

  /** Whether a user may do something; anything but `true` is a no. @throws SessionConfigError if no policy knows the action */
  async decide(
    user: object,
    { action, resource }: Pick<WantedAction, 'action' | 'resource'>,
    subject: unknown,
    context: ExecutionContext | null,
  ): Promise<boolean> {
    const mistake = this.#mistakeIn({ action, resource, param: null });
    if (mistake !== null) {
      throw new SessionConfigError([{ setting: `The policy of ${resource.name}`, problem: mistake }]);
    }
    const policy = this.#policies.get(resource);
    return (await (policy && methodOf(policy, action))?.(user, subject, context)) === true;
  }

  /** The resource that a handler was called for; null: there is none. @throws SessionConfigError if its route has no such parameter */
  async find({ action, resource, param }: WantedAction, context: ExecutionContext): Promise<unknown> {
    const policy = this.#policies.get(resource);
    const find = policy && methodOf(policy, 'find');
    if (!find || param === null) throw this.#lacking(resource.name);
    const values = valuesIn(context);
    const id: unknown = isObject(values) && Object.hasOwn(values, param) ? Reflect.get(values, param) : undefined;
    if (id === undefined && context.getType() === 'http') {
      const problem = `the route has no parameter :${param}: name the one that it has, { param: '…' }`;
      throw new SessionConfigError([{ setting: `@Can('${action}', ${resource.name})`, problem }]);
    }
    if (typeof id !== 'string' && typeof id !== 'number') return null;
    return (await find(String(id), context)) ?? null;
  }

  /** The error for a handler that has a parameter for what it does not require. */
  notAsked({ name }: Type, context: ExecutionContext): SessionConfigError {
    const handler = `${context.getClass().name}.${context.getHandler().name}()`;
    return new SessionConfigError([
      { setting: `@Resource(${name}) of ${handler}`, problem: `needs @Can('…', ${name}) on the same handler` },
    ]);
  }

  #lacking(name: string): SessionConfigError {
    return new SessionConfigError([{ setting: name, problem: `has no policy: add a provider with @Policy(${name})` }]);
  }
}

/** A method of a policy's own, bound to it; null: it has none of this name. */
function methodOf({ instance }: Discovered<Type>, name: string): ((...args: unknown[]) => unknown) | null {
  const method: unknown = name in Object.prototype ? null : Reflect.get(instance, name);
  return typeof method === 'function' ? (...args) => Reflect.apply(method, instance, args) as unknown : null;
}

/** What names resources in a call: the parameters of the path, the arguments of a resolver, the data of a message. */
function valuesIn(context: ExecutionContext): unknown {
  switch (context.getType<string>()) {
    case 'http':
      return context.switchToHttp().getRequest<{ readonly params?: unknown }>().params;
    case 'graphql':
      return context.getArgByIndex<unknown>(1);
    default:
      return context.switchToWs().getData<unknown>();
  }
}
