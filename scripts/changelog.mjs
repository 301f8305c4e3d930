const unreleased = '## [Unreleased]';

/**
 * The changelog with what stood under "Unreleased" under a version of its own.
 *
 * @param {string} text in the form of Keep a Changelog
 * @param {string} version e.g. `0.2.0`
 * @param {string} date `YYYY-MM-DD`
 */
export function released(text, version, date) {
  const start = text.indexOf(`${unreleased}\n`);
  if (start < 0) throw new Error(`CHANGELOG.md needs a heading "${unreleased}".`);
  if (text.includes(`\n## [${version}]`)) throw new Error(`CHANGELOG.md has a section for ${version} already.`);
  const body = start + unreleased.length;
  const next = text.indexOf('\n## [', body);
  const changes = text.slice(body, next < 0 ? undefined : next);
  if (!/^- /m.test(changes)) {
    throw new Error('CHANGELOG.md lists nothing under "Unreleased", so there is nothing to release.');
  }
  return `${text.slice(0, body)}\n\n## [${version}] - ${date}${text.slice(body)}`;
}

/**
 * Refuses a version that does not follow the present one by a step of semver.
 *
 * @param {string} version @param {string} present
 */
export function assertFollows(version, present) {
  const [major, minor, patch] = parse(present);
  const steps = [
    [major + 1, 0, 0],
    [major, minor + 1, 0],
    [major, minor, patch + 1],
  ].map((parts) => parts.join('.'));
  parse(version);
  if (!steps.includes(version)) throw new Error(`${version} does not follow ${present}: name ${steps.join(', ')}.`);
}

function parse(version) {
  const match = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (match === null) throw new Error(`${JSON.stringify(version)} is no version such as 0.2.0.`);
  return match.slice(1).map(Number);
}
