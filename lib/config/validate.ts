import { SessionConfigError } from '../errors.js';
import type { Environment, OptionTree, ResolvedOptions } from './option.js';
import { type GivenOptions, resolveOptions } from './read.js';
import type { RoomCheck } from './room-check.js';

export interface ValidOptions<Tree> {
  readonly options: ResolvedOptions<Tree>;
  /** Settings that work but deserve attention; to be logged. */
  readonly warnings: readonly string[];
}

/**
 * Reads a tree of options, and lets each room check its own.
 *
 * @throws SessionConfigError with every problem, those of reading first.
 */
export function validateOptions<Tree extends OptionTree>(
  tree: Tree,
  given: GivenOptions,
  checks: readonly ((options: ResolvedOptions<Tree>, environment: Environment) => RoomCheck)[] = [],
): ValidOptions<Tree> {
  const { options, problems, unread } = resolveOptions(tree, given);
  const found = checks.map((check) => check(options, given.environment));
  // A setting that could not be read has its default here; a problem with that default is not worth reporting.
  const further = found.flatMap((check) => check.problems).filter(({ setting }) => !unread.has(setting));
  if (problems.length + further.length > 0) throw new SessionConfigError([...problems, ...further]);
  return { options, warnings: found.flatMap((check) => check.warnings) };
}
