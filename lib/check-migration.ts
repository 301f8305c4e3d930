import type { RoomCheck } from './config/room-check.js';
import type { SessionSource } from './session/foreign-session.js';

/** What the sources of old sessions say of their settings. @param keyPrefix that of our store; null: there is none */
export function checkMigration(sources: readonly SessionSource[], keyPrefix: string | null): RoomCheck {
  const checks = sources.map((source, index) => {
    const name = `migrateFrom, item ${String(index + 1)} (${source.framework})`;
    const { problems, warnings } = source.check?.({ keyPrefix }) ?? { problems: [], warnings: [] };
    return {
      problems: problems.map(({ setting, problem }) => ({ setting: `${name}, ${setting}`, problem })),
      warnings: warnings.map((warning) => `${name}: ${warning}`),
    };
  });
  return {
    problems: checks.flatMap(({ problems }) => problems),
    warnings: checks.flatMap(({ warnings }) => warnings),
  };
}
