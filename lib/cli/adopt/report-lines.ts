import type { AdoptionGroup, AdoptionNote, AdoptionRefusal, AdoptionReport } from '../../accounts/index.js';
import { table } from '../table.js';
import { number } from './progress-line.js';

const refusals: Readonly<Record<AdoptionRefusal, string>> = {
  EMAIL_MISSING: 'there is no address',
  EMAIL_INVALID: 'it is no valid address',
  EMAIL_DUPLICATE: 'a user before it has the same address, spelled differently',
  EMAIL_TAKEN: 'another account has the address',
  ID_TAKEN: 'another account has the id; see --new-ids',
  SECOND_FACTOR_UNREADABLE: 'a second factor cannot be read, without which the account would be less safe',
  PASSKEY_TAKEN: 'another account has the passkey',
  VALUE_INVALID: 'a value cannot be stored, or is not what its column should hold',
};

const notes: Readonly<Record<AdoptionNote, string>> = {
  PASSWORD_MISSING: 'no password: the owner can set one by mail',
  PASSWORD_UNKNOWN: 'a hash of a form that is not known: adopted without a password',
  PASSWORD_TOO_COSTLY: 'a hash that costs too much to check: adopted without a password',
  USERNAME_INVALID: 'the username is none here: adopted without one',
  USERNAME_DUPLICATE: 'a user before it has the username, spelled differently: adopted without one',
  USERNAME_TAKEN: 'another account has the username: adopted without one',
  SECOND_FACTOR_BY_MAIL: 'codes by mail were the second factor; see mailAsSecondFactor',
  RECOVERY_CODES_UNREADABLE: 'recovery codes that cannot be read are left out',
  UNCONFIRMED: 'the address is not confirmed; see --confirmed',
  DISABLED: 'disabled, and stays so',
};

/** A report for persons. */
export function reportLines(report: AdoptionReport): string[] {
  const { hashes, credentials, roles } = report;
  const counts = Object.entries(credentials).map(([kind, count]) => [kind, number(count)]);
  return [
    ...summary(report),
    '',
    `Columns: ${Object.entries(report.columns)
      .map(([what, name]) => (what === name ? what : `${what}=${name}`))
      .join(', ')}`,
    ...section(
      ['HASH', 'USERS', ''],
      hashes.map(({ kind, count, isKnown }) => [kind, number(count), isKnown ? '' : 'cannot be checked']),
    ),
    ...section(['SECOND FACTORS AND PASSKEYS', 'COUNT'], counts),
    ...section(['NOT ADOPTED', 'USERS', 'BECAUSE', 'IDS'], rowsOf(report.refused, refusals)),
    ...section(['ADOPTED WITH', 'USERS', 'MEANING', 'IDS'], rowsOf(report.notes, notes)),
    ...(roles.length === 0 ? [] : ['', `Roles: ${roles.join(', ')}`]),
    ...(report.hints.length === 0 ? [] : ['', ...report.hints]),
  ];
}

function summary(report: AdoptionReport): string[] {
  const { users, adopted, before, updated, kept, deleted, seconds } = report;
  const verb = report.isDryRun ? 'would be adopted' : 'adopted';
  const speed = number(Math.round(users / Math.max(seconds, 0.001)));
  const lines = [
    `${number(adopted)} of ${number(users)} users ${verb} (${report.source}), in ${seconds.toFixed(1)} s: ${speed} rows/s.`,
  ];
  if (before > 0) lines.push(`${number(before)} were adopted before.`);
  if (updated > 0) {
    lines.push(`${number(updated)} have changed since, and ${report.isDryRun ? 'would be' : 'were'} brought along.`);
  }
  if (kept.count > 0) {
    lines.push(`${number(kept.count)} have changed since, and were used or changed here: ${idsOf(kept)}.`);
  }
  if (deleted > 0) lines.push(`${number(deleted)} have been deleted here, and do not come back.`);
  if (report.isInterrupted) lines.push('Interrupted. Run the same command again: it goes on from here.');
  return lines;
}

function rowsOf<Name extends string>(
  groups: Readonly<Partial<Record<Name, AdoptionGroup>>>,
  meanings: Readonly<Record<Name, string>>,
): string[][] {
  const names = Object.keys(meanings) as Name[];
  return names.flatMap((name) => {
    const group = groups[name];
    return group === undefined ? [] : [[name, number(group.count), meanings[name], idsOf(group)]];
  });
}

function idsOf({ count, ids }: AdoptionGroup): string {
  const shown = ids.slice(0, 5);
  return `${shown.join(', ')}${count > shown.length ? ', …' : ''}`;
}

function section(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', ...table(head, rows)];
}
