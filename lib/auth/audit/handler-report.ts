import type { Freshness } from '../access/freshness.js';
import type { Wanted } from '../access/requirement.js';
import type { ChangeSign } from './changes-by-get.js';

/**
 * What calls a handler: an HTTP request; a query, mutation or subscription of GraphQL, the resolver of a field, or a reference of
 * a federation; a message to a WebSocket gateway; or a message or event of a microservice.
 */
export type HandlerKind =
  | 'http'
  | 'query'
  | 'mutation'
  | 'subscription'
  | 'field'
  | 'reference'
  | 'gateway'
  | 'message'
  | 'event';

/** What the audit tells of one handler. */
export interface HandlerReport {
  readonly kind: HandlerKind;
  /** Of HTTP: `GET`, or `ALL` for every method. Null: it is called in another way. */
  readonly method: string | null;
  /**
   * Of HTTP: as the decorators have it, without a global prefix or a version. Of GraphQL: the name of the operation or field, such
   * as `Cat.owner`. Otherwise the name of the message, or its pattern.
   */
  readonly paths: readonly string[];
  /** The class and its method: `CatsController.find()`. */
  readonly handler: string;
  /**
   * `login`: a guard requires a login. `public`: `@Public()`, or a handler of OPTIONS, which such guards admit. `parent`: the
   * resolver of a field, which is called only for what another resolver has returned. `unguarded`: none of these.
   */
  readonly access: 'login' | 'public' | 'parent' | 'unguarded';
  readonly guards: readonly GuardReport[];
  readonly roles: readonly Wanted[];
  readonly permissions: readonly Wanted[];
  /** What `@Can()` requires: an action on a resource, by the name of its class, and the parameter that names it. */
  readonly actions: readonly { readonly action: string; readonly resource: string; readonly param: string | null }[];
  /** What `@Fresh()` requires, with `within` in ms; null: nothing. */
  readonly fresh: Partial<Freshness> | null;
  /**
   * Whether `CsrfGuard` checks it. `exempt`: by `@CsrfExempt()`. `none`: no such guard applies. Null: it is called in a way that
   * such a guard lets through, such as by GET or through an open connection.
   */
  readonly csrf: 'checked' | 'exempt' | 'none' | null;
  /** Signs that it changes something when called by GET; none of them proves it, and without one it may still do so. */
  readonly changesByGet: readonly ChangeSign[];
}

/** A guard that was given for a handler. */
export interface GuardReport {
  readonly name: string;
  /** Where it was given: for the handler, for its class, or for the whole application. */
  readonly on: 'handler' | 'class' | 'application';
  /** Whether it is known to require a login. */
  readonly requiresLogin: boolean;
  /** Whether Nest runs it: for the resolvers of fields, only if `fieldResolverEnhancers` says so. */
  readonly runs: boolean;
}

/** The audit of an application. */
export interface AuditReport {
  readonly handlers: readonly HandlerReport[];
  /** How many guards of the whole application are made by a factory that was not called, so that they count as none. */
  readonly unknownGuards: number;
}
