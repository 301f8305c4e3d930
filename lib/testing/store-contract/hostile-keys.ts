import { randomBytes } from 'node:crypto';

/** Keys that might make a store confuse them, leave its folder, or read them as a pattern or a command. */
export function hostileKeys(): string[] {
  const unique = randomBytes(6).toString('hex');
  return [
    `../../../../tmp/${unique}`,
    `/etc/${unique}`,
    `..\\..\\${unique}`,
    `${unique}/../${unique}`,
    `${unique}/`,
    unique,
    `${unique}.`,
    `${unique} `,
    ` ${unique}`,
    `${unique}\0`,
    `${unique}\0.session`,
    `${unique}\n`,
    `${unique}\r\nDEL ${unique}\r\n`,
    `${unique}*`,
    `${unique}?[a-z]`,
    `{${unique}}a`,
    `{${unique}}b`,
    `'; DROP TABLE sessions; -- ${unique}`,
    `${unique}%2e%2e%2f`,
    `${unique}:key`,
    `${unique}:KEY`,
    `${unique}:é`,
    `${unique}:e\u0301`,
    `${unique}:😀`,
    `${unique}:__proto__`,
    `${unique}:${'k'.repeat(1_000)}`,
    `${unique}:${'k'.repeat(1_001)}`,
  ];
}
