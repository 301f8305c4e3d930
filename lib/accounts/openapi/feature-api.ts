import type { Schema } from './schema.js';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** A method and a path below the prefix, such as `POST /login`; `{id}` is a parameter. */
export type RouteName = `${Method} /${string}`;

/** What a route answers where it does what was asked; null: nothing. */
export type Answers = Readonly<Record<number, Schema | null>>;

/** The codes of what a route rejects, by their status. Those that many routes have are added: see {@link Operation}. */
export type Refusals = Readonly<Record<number, readonly string[]>>;

/** A route that answers JSON. */
export interface Operation {
  /** Its name for programs that make clients. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /**
   * Who may ask. `anybody`; `login`: who is logged in (otherwise a 401); `pending`: a session whose login waits for a second factor;
   * `owner`: who is logged in, or has to set up a factor; `token`: who has a token, in the header or in the body.
   */
  readonly for: 'anybody' | 'login' | 'pending' | 'owner' | 'token';
  /** Whether no check is made of where a request comes from. Default: no. */
  readonly isExempt?: boolean;
  /** What the parameters of the path mean, where the name does not say it. */
  readonly params?: Readonly<Record<string, string>>;
  /** The parameters of the query, by their names. */
  readonly query?: Readonly<Record<string, Schema>>;
  /** The body, for which a 400 with `INPUT_INVALID` is added. */
  readonly body?: Schema;
  readonly answers: Answers;
  readonly refusals?: Refusals;
  /** Whether there is a limit on how often one may ask, which adds a 429. */
  readonly isLimited?: boolean;
  /** The same for the forms of pages, which know no other methods. */
  readonly form?: RouteName;
  /** Whether a browser gets a page instead. */
  readonly hasPage?: boolean;
}

/** What the routes of a feature take and answer. It describes them and runs nowhere: `npm run docs` makes the document of it. */
export interface FeatureApi {
  /** What the feature is called. */
  readonly tag: string;
  readonly description: string;
  readonly operations: Readonly<Record<RouteName, Operation>>;
  /** The routes that only browsers need, by what they are. */
  readonly pages?: Readonly<Record<RouteName, string>>;
  /** The schemas that have names. */
  readonly schemas?: Readonly<Record<string, Schema>>;
}
