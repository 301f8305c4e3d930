import { SessionConfigError } from '../errors.js';
import type { Environment, OptionTree, ResolvedOptions } from './option.js';
import { type GivenOptions, keepable, type ReadOptions, readOptions } from './read.js';
import type { RoomCheck } from './room-check.js';

export interface ValidOptions<Tree> {
  readonly options: ResolvedOptions<Tree>;
  /** Settings that work but deserve attention; to be logged. */
  readonly warnings: readonly string[];
}

/** What is to be made of options that were read, before they are checked. */
export interface RevisedOptions<Tree> extends RoomCheck {
  readonly options: ResolvedOptions<Tree>;
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
  revise: (read: ReadOptions<Tree>) => RevisedOptions<Tree> = ({ options }) => ({
    options,
    problems: [],
    warnings: [],
  }),
): ValidOptions<Tree> {
  const read = readOptions(tree, given);
  const revised = revise(read);
  const options = keepable(tree, revised.options);
  const found = [revised, ...checks.map((check) => check(options, given.environment))];
  // A setting that could not be read has its default here; a problem with that default is not worth reporting.
  const further = found.flatMap((check) => check.problems).filter(({ setting }) => !read.unread.has(setting));
  if (read.problems.length + further.length > 0) throw new SessionConfigError([...read.problems, ...further]);
  return { options, warnings: found.flatMap((check) => check.warnings) };
}
