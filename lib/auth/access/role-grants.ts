import { OptionMismatch, type OptionKind } from '../../config/option.js';

/** What a role grants besides itself. */
export interface RoleGrants {
  /** Further roles that its users have, and with them what those include. Each must be in the same map. Default: none. */
  readonly includes?: readonly string[];
  /** Permissions of its users, with wildcards, such as `articles:*`. Default: none. */
  readonly permissions?: readonly string[];
}

/** What roles grant, by their names. */
export type RoleMap = Readonly<Record<string, RoleGrants>>;

/** What a role grants in all, through the roles that it includes. */
interface Granted {
  readonly roles: ReadonlySet<string>;
  readonly permissions: ReadonlySet<string>;
}

/** A {@link RoleMap} once read. */
export class RoleHierarchy {
  static readonly none = new RoleHierarchy(new Map());

  constructor(private readonly granted: ReadonlyMap<string, Granted>) {}

  /** The roles that there are, in the order of the map. */
  get names(): readonly string[] {
    return [...this.granted.keys()];
  }

  get isEmpty(): boolean {
    return this.granted.size === 0;
  }

  /** Roles, and those that they include. */
  withIncluded(roles: ReadonlySet<string>): ReadonlySet<string> {
    return this.isEmpty
      ? roles
      : new Set([...roles].flatMap((role) => [role, ...(this.granted.get(role)?.roles ?? [])]));
  }

  /** The permissions that roles grant. */
  permissionsOf(roles: ReadonlySet<string>): string[] {
    return [...roles].flatMap((role) => [...(this.granted.get(role)?.permissions ?? [])]);
  }
}

/** Reads a {@link RoleMap}; one that includes itself, or what is not there, is an error. */
export function roleMap(): OptionKind<RoleHierarchy, RoleMap> {
  return {
    expected: 'an object of role names, each with { includes?, permissions? }, which are arrays of non-empty strings',
    parse(raw, source) {
      if (source !== 'code' || !isObject(raw)) return new OptionMismatch();
      const grants = new Map<string, Required<RoleGrants>>();
      for (const [role, value] of Object.entries(raw)) {
        const read = grantsIn(value);
        if (role === '' || read === null) return new OptionMismatch();
        grants.set(role, read);
      }
      const granted = new Map<string, Granted>();
      for (const role of grants.keys()) {
        const mistake = close(role, [], grants, granted);
        if (mistake !== null) return new OptionMismatch(mistake);
      }
      return new RoleHierarchy(granted);
    },
  };
}

/** Adds to `granted` what a role grants in all. @returns what is wrong; null: nothing */
function close(
  role: string,
  path: readonly string[],
  grants: ReadonlyMap<string, Required<RoleGrants>>,
  granted: Map<string, Granted>,
): string | null {
  if (granted.has(role)) return null;
  const own = grants.get(role);
  if (own === undefined) {
    return `the role ${String(path.at(-1))} includes ${role}, which is not in it: correct the name, or add ${role}: {}`;
  }
  if (path.includes(role)) return `the role ${role} includes itself: ${[...path, role].join(' → ')}`;
  const roles = new Set<string>();
  const permissions = new Set(own.permissions);
  for (const included of own.includes) {
    const mistake = close(included, [...path, role], grants, granted);
    if (mistake !== null) return mistake;
    const of = granted.get(included);
    for (const name of [included, ...(of?.roles ?? [])]) roles.add(name);
    for (const name of of?.permissions ?? []) permissions.add(name);
  }
  granted.set(role, { roles, permissions });
  return null;
}

function grantsIn(value: unknown): Required<RoleGrants> | null {
  if (!isObject(value)) return null;
  const { includes = [], permissions = [], ...others } = value;
  return Object.keys(others).length === 0 && isNames(includes) && isNames(permissions)
    ? { includes, permissions }
    : null;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const separator = ':';
const wildcard = '*';

/**
 * Whether a user with the permissions `held` has `wanted`. In what is held, a part that is `*` stands for any part in its place, and at the
 * end for any number of them, from one on: `articles:*` is `articles:edit` and `articles:edit:own`, and not `articles`.
 */
export function permits(held: ReadonlySet<string>, wanted: string): boolean {
  if (held.has(wanted)) return true;
  const parts = wanted.split(separator);
  for (const name of held) if (name.includes(wildcard) && covers(name.split(separator), parts)) return true;
  return false;
}

/** Whether a name has a wildcard, with which no route can require it. */
export function hasWildcard(permission: string): boolean {
  return permission.split(separator).includes(wildcard);
}

function covers(held: readonly string[], wanted: readonly string[]): boolean {
  const goesOn = held.at(-1) === wildcard && wanted.length > held.length;
  return (
    (goesOn || wanted.length === held.length) &&
    held.every((part, index) => part === wildcard || part === wanted[index])
  );
}
