import { describe, expect, it } from '@jest/globals';
import { hash as bcrypt } from 'bcryptjs';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { HashingQueue } from '../../../lib/accounts/passwords/hashing-queue.js';
import { shaCryptHash } from '../../../lib/accounts/passwords/foreign/sha-crypt-hash.js';
import { UnreadableHash } from '../../../lib/accounts/passwords/password-hash.js';
import { pwnedPasswords } from '../../../lib/accounts/passwords/password-ranges.js';
import { passwordOptions, type PasswordSettings } from '../../../lib/accounts/passwords/password.options.js';
import { PasswordService } from '../../../lib/accounts/passwords/password.service.js';
import { resolveOptions } from '../../../lib/config/read.js';

type Given = Parameters<typeof resolveOptions>[1]['code'];

function settings(code: Given = {}): PasswordSettings {
  const source = { get: () => undefined };
  const { options, problems } = resolveOptions(passwordOptions, { code, source, environment: 'test' });
  expect(problems).toEqual([]);
  return options;
}

function serviceOf(code: Given = {}, reports: string[] = []): Promise<PasswordService> {
  return PasswordService.create(settings(code), (message) => reports.push(message));
}

const light = { memory: '7mb', passes: 1 };

describe('PasswordService.hash', () => {
  it('makes argon2id of 19 MiB and two passes, with a salt of its own', async () => {
    const service = await serviceOf();
    const [first, second] = [await service.hash('correct horse'), await service.hash('correct horse')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second).not.toBe(first);
    expect(await service.verify(first, 'correct horse')).toBe(true);
    expect(await service.verify(first, 'correct horsf')).toBe(false);
    expect(service.needsRehash(first)).toBe(false);
  });

  it('is one for the spellings of a password that keyboards make', async () => {
    const service = await serviceOf({ hashing: light });
    const hash = await service.hash('Grüße ﬁsh');
    for (const spelling of ['Gru\u0308ße ﬁsh', 'Grüße fish']) expect(await service.verify(hash, spelling)).toBe(true);
    expect(await service.verify(hash, 'Grusse fish')).toBe(false);
  });

  it('takes every byte of a long password into account', async () => {
    const service = await serviceOf({ hashing: light });
    const hash = await service.hash('x'.repeat(4_096));
    expect(await service.verify(hash, 'x'.repeat(4_096))).toBe(true);
    expect(await service.verify(hash, `${'x'.repeat(4_095)}y`)).toBe(false);
  });

  it.each([
    ['longer than 4 kB', 'x'.repeat(4_097)],
    ['longer than 4 kB in bytes', '🚀'.repeat(1_025)],
    ['longer than 4 kB once taken apart', '\ufdfa'.repeat(400)],
    ['of a megabyte', 'x'.repeat(1024 * 1024)],
    ['with NUL', 'correct\0horse'],
    ['with half of a surrogate pair', 'correct\ud800horse'],
    ['that is no string', 12345678],
    ['that is an object', { length: 9 }],
  ])('refuses a password %s before it is hashed', async (_, password) => {
    const service = await serviceOf({ hashing: light });
    const hash = await service.hash('correct horse');
    const calls = [
      (): unknown => Reflect.apply(service.hash, service, [password]),
      (): unknown => Reflect.apply(service.verify, service, [hash, password]),
      (): unknown => Reflect.apply(service.verify, service, [null, password]),
      (): unknown => Reflect.apply(service.check, service, [password]),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: 'PASSWORD_UNUSABLE', mayBeInput: true });
    }
  });

  it('shows no secret when the service is inspected', async () => {
    const service = await serviceOf({
      hashing: light,
      peppers: [{ id: 'a', secret: 'pepper-'.repeat(5) }],
      flaskSalt: 'a-salt',
    });
    const shown = inspect(service, { depth: 9, showHidden: true }) + JSON.stringify(service);
    expect(shown).not.toMatch(/pepper-|a-salt/);
  });
});

describe('PasswordService.verify', () => {
  it('is false for an account without a password, after hashing as long', async () => {
    const service = await serviceOf();
    const hash = await service.hash('correct horse');
    const timed = async (stored: string | null): Promise<number> => {
      const begin = process.cpuUsage().user;
      for (let times = 0; times < 5; times++) expect(await service.verify(stored, 'wrong horse')).toBe(false);
      return process.cpuUsage().user - begin;
    };
    await timed(hash);
    const [known, unknown] = [await timed(hash), await timed(null)];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
  });

  it.each([
    ['nothing', ''],
    ['a plain password', 'correct horse'],
    ['an unknown algorithm', '$md5$abc'],
    ['a cut hash', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ'],
    [
      'argon2 of 4 GiB',
      '$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHRzYWx0$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY',
    ],
    [
      'argon2 of a million passes',
      '$argon2id$v=19$m=19456,t=1000000,p=1$c2FsdHNhbHRzYWx0$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY',
    ],
    ['bcrypt of cost 31', `$2b$31$${'a'.repeat(53)}`],
    ['PBKDF2 of a billion iterations', 'pbkdf2_sha256$1000000000$salt$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY='],
    ['PBKDF2 of no iterations', 'pbkdf2_sha256$0$salt$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY='],
    ['PBKDF2 of padding alone', 'pbkdf2_sha256$1000$salt$================'],
    ['PBKDF2 of twelve bytes', 'pbkdf2_sha256$1000$salt$c2FsdHNhbHRzYWx0'],
    ['scrypt of 4 GiB', '$scrypt$ln=22,r=8,p=1$c2FsdHNhbHRzYWx0$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY'],
    ['scrypt of an impossible cost', 'scrypt:1000:8:1$salt$aabbccddeeff00112233445566778899'],
    ['SHA-crypt of 999,999,999 rounds', `$6$rounds=999999999$salt$${'a'.repeat(86)}`],
    [
      'a pepper that is not there',
      '$argon2id$v=19$m=19456,t=2,p=1,keyid=b2xk$c2FsdHNhbHRzYWx0$jMnrkfWBZSKBJWrTzDkNUOy0jZPJZpJIjuyhfTJkmmY',
    ],
  ])('is false for a stored hash that is %s, and says so once, without the hash', async (_, stored) => {
    const reports: string[] = [];
    const service = await serviceOf({ hashing: light }, reports);
    expect(await service.verify(stored, 'correct horse')).toBe(false);
    expect(await service.verify(stored, 'correct horse')).toBe(false);
    expect(reports).toEqual([expect.stringContaining('cannot be checked')]);
    if (stored.length > 20) expect(reports.join()).not.toContain(stored.slice(-20));
  });

  it('hashes a few at once, lets some wait, and rejects the rest with a 503', async () => {
    const queue = new HashingQueue(2, 3);
    const ends: (() => void)[] = [];
    let most = 0;
    const run = (): Promise<void> =>
      queue.run(async () => {
        most = Math.max(most, ends.length + 1);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    const accepted = [run(), run(), run(), run(), run()];
    await expect(run()).rejects.toMatchObject({ code: 'ACCOUNTS_BUSY' });
    for (let ended = 0; ended < 5;) {
      await new Promise(setImmediate);
      for (const end of ends.splice(0)) {
        end();
        ended++;
      }
    }
    await Promise.all(accepted);
    expect(most).toBe(2);
    const again = run();
    ends.splice(0).forEach((end) => end());
    await again;
  });

  it('gives back the place of a hash that failed', async () => {
    const queue = new HashingQueue(1, 1);
    await expect(queue.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await queue.run(() => Promise.resolve('next'))).toBe('next');
  });
});

interface Vector {
  readonly maker: string;
  readonly form: string;
  readonly password: string;
  readonly hash: string;
  readonly salt?: string;
}

const made = JSON.parse(readFileSync(join(import.meta.dirname, 'password-vectors.json'), 'utf8')) as readonly Vector[];

const vectors: readonly Vector[] = [
  ...made,
  // hashlib.scrypt of Python, in the form of Django's ScryptPasswordHasher, which is of a later version than Debian's
  {
    maker: 'Django',
    form: 'scrypt',
    password: 'correct horse',
    hash: 'scrypt$1024$saltsaltsalt$8$5$Kc4G/Z/sXNdpyJ3LA2iScqjXi5dcUdJjvGFcHHaopUBuAIBmjcsT7arqi7ouFHELmir7VXCJnsuMxD3W9oBDHw==',
  },
  // await hashPassword(password) of better-auth/crypto 1.7.25
  {
    maker: 'better-auth',
    form: 'scrypt',
    password: 'correct horse',
    hash: '725a742c6085d9965fcc6d7e429e018c:6ee4ce7f66d4ebbd0078853dc8e3812420e688f0ff9764edf727fc8f809b2ad4e0c4e5692988707b949067e0c4cd5be9af3beac7d048e5a3c664dec5122cde27',
  },
  {
    maker: 'better-auth',
    form: 'scrypt',
    password: 'Grüße, ﬁsh & 🚀',
    hash: 'afe91c705efe9308bce4c237476921c1:e10fa3d65a842ea142036cb31acd17c5235bff9ed8d76ad444625011f8df4ca1326ed25e0afb2dd0375a6bcabef3f6ae0e34e0a311fbbe5b04e647f0ab7352a7',
  },
];

describe('hashes of other libraries', () => {
  it.each(vectors)('$maker $form: the right password, and no other ($password)', async (vector) => {
    const { maker, password, hash, salt } = vector;
    const service = await serviceOf({ hashing: light, ...(salt !== undefined && { flaskSalt: salt }) });
    expect(await service.verify(hash, password)).toBe(true);
    expect(service.needsRehash(hash)).toBe(true);
    // Those of Flask-Security are slow, and in the forms that are tried here anyway.
    if (maker !== 'Flask-Security') {
      expect(await service.verify(hash, `${password.slice(0, 5)}X${password.slice(6)}`)).toBe(false);
      expect(await service.verify(hash, '')).toBe(false);
    }
  });

  it('are those of Flask-Security only with its salt', async () => {
    const vector = vectors.find(({ maker, form }) => maker === 'Flask-Security' && form === 'pbkdf2_sha512');
    if (vector === undefined) throw new Error('no vector');
    expect(await (await serviceOf({ hashing: light })).verify(vector.hash, vector.password)).toBe(false);
    const other = await serviceOf({ hashing: light, flaskSalt: 'another salt' });
    expect(await other.verify(vector.hash, vector.password)).toBe(false);
  });

  it('are those of Flask-Security with a salt of any letters', async () => {
    const flaskSalt = 'ö'.repeat(32);
    const double = createHmac('sha512', flaskSalt).update('password').digest('base64');
    const service = await serviceOf({ hashing: light, flaskSalt });
    expect(await service.verify(await bcrypt(double, 4), 'password')).toBe(true);
  });

  it('are reported where bcrypt has cut the password, and the next hash has all of it', async () => {
    const vector = vectors.find(({ form }) => form === 'bcrypt, cut');
    if (vector === undefined) throw new Error('no vector');
    const reports: string[] = [];
    const service = await serviceOf({ hashing: light }, reports);
    expect(await service.verify(vector.hash, vector.password)).toBe(true);
    expect(reports).toEqual([expect.stringContaining('first 72 bytes')]);
    expect(service.needsRehash(vector.hash)).toBe(true);
    const next = await service.hash(vector.password);
    expect(await service.verify(next, vector.password.slice(0, 80))).toBe(false);
  });
});

describe('SHA-crypt', () => {
  it('is computed for no password over 512 bytes, whose work would stop the server', async () => {
    const stored = `$6$salt$${'a'.repeat(86)}`;
    const hash = shaCryptHash(stored);
    if (hash === null || hash instanceof UnreadableHash) throw new Error('no hash');
    expect(hash.longest).toBe(512);
    const service = await serviceOf({ hashing: light });
    const timed = async (length: number): Promise<number> => {
      const begin = process.cpuUsage().user;
      expect(await service.verify(stored, 'x'.repeat(length))).toBe(false);
      return process.cpuUsage().user - begin;
    };
    await timed(8);
    const [short, long] = [await timed(512), await timed(4_096)];
    expect(long).toBeLessThan(2 * short);
  });
});

describe('PasswordService.needsRehash', () => {
  it('is true for a hash that is weaker than new ones, and false for a stronger one', async () => {
    const weak = await serviceOf({ hashing: { memory: '7mb', passes: 1 } });
    const strong = await serviceOf({ hashing: { memory: '8mb', passes: 2 } });
    expect(strong.needsRehash(await weak.hash('correct horse'))).toBe(true);
    expect(weak.needsRehash(await strong.hash('correct horse'))).toBe(false);
  });
});

describe('peppers', () => {
  const [first, second] = [
    { id: '2026-01', secret: 'first-'.repeat(6) },
    { id: '2026-02', secret: Buffer.alloc(32, 7) },
  ];

  it('are part of a hash, with their id', async () => {
    const peppered = await serviceOf({ hashing: light, peppers: [first] });
    const hash = await peppered.hash('correct horse');
    expect(hash).toContain(`,keyid=${Buffer.from('2026-01').toString('base64').replace(/=+$/, '')}$`);
    expect(hash).not.toContain('first-');
    expect(await peppered.verify(hash, 'correct horse')).toBe(true);
    expect(await peppered.verify(hash, 'wrong horse')).toBe(false);
    expect(peppered.needsRehash(hash)).toBe(false);
    const other = await serviceOf({ hashing: light, peppers: [{ id: '2026-01', secret: 'other-'.repeat(6) }] });
    expect(await other.verify(hash, 'correct horse')).toBe(false);
  });

  it('can be replaced: hashes of former ones are checked, and made anew', async () => {
    const before = await serviceOf({ hashing: light, peppers: [first] });
    const without = await serviceOf({ hashing: light });
    const after = await serviceOf({ hashing: light, peppers: [second, first] });
    for (const hash of [await before.hash('correct horse'), await without.hash('correct horse')]) {
      expect(await after.verify(hash, 'correct horse')).toBe(true);
      expect(after.needsRehash(hash)).toBe(true);
    }
    expect(after.needsRehash(await after.hash('correct horse'))).toBe(false);
  });

  it.each([
    ['a short secret', [{ id: 'a', secret: 'short' }]],
    ['an id that cannot be stored', [{ id: 'a,b', secret: 'x'.repeat(32) }]],
    ['two of one id', [first, { ...first }]],
  ])('are refused with %s', (_, peppers) => {
    const given = { code: { peppers }, source: { get: () => undefined }, environment: 'test' } as const;
    const { problems } = resolveOptions(passwordOptions, given);
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('first-');
  });
});

describe('PasswordService.check', () => {
  it.each([
    ['seven characters', 'abcdefg', 'PASSWORD_TOO_SHORT'],
    ['seven characters of four bytes', '🚀🐎🌙⭐🔥🌊🍀', 'PASSWORD_TOO_SHORT'],
    ['257 characters', 'correct horse '.repeat(19).slice(0, 257), 'PASSWORD_TOO_LONG'],
    ['a common one', 'trustno1', 'PASSWORD_COMMON'],
    ['a common one in capitals', 'SunShine', 'PASSWORD_COMMON'],
    ['a common one in full-width letters', 'ｐａｓｓｗｏｒｄ', 'PASSWORD_COMMON'],
    ['one character', 'zzzzzzzzzzzz', 'PASSWORD_COMMON'],
    ['a short text again and again', 'x7x7x7x7x7', 'PASSWORD_COMMON'],
    ['the name and a year', 'Lovelace1815', 'PASSWORD_CONTEXT'],
    ['parts of the address', 'ada.lovelace!', 'PASSWORD_CONTEXT'],
    ['the site twice', 'shopexample-shop', 'PASSWORD_CONTEXT'],
    ['the company', 'Analytical1!', 'PASSWORD_CONTEXT'],
  ])('refuses %s', async (_, password, problem) => {
    const service = await serviceOf({ hashing: light, words: ['Analytical'] });
    const context = ['Lovelace', 'ada.lovelace@mail.example', 'shop.example', null, undefined];
    expect(await service.check(password, context)).toEqual([problem]);
  });

  it.each([
    ['eight characters', 'kq7vhw2p'],
    ['256 characters', 'correct horse battery staple '.repeat(9).slice(0, 256)],
    ['spaces and letters of any language', 'ein Pferd, 正しい馬'],
    ['a sentence with a word of its context', 'lovelace walks by the river'],
  ])('accepts %s', async (_, password) => {
    const service = await serviceOf({ hashing: light });
    expect(await service.check(password, ['Lovelace'])).toEqual([]);
  });

  it('asks zxcvbn if told to', async () => {
    const service = await serviceOf({ hashing: light, minScore: 3, common: false });
    expect(await service.check('qwertyuiop12')).toEqual(['PASSWORD_TOO_SIMPLE']);
    expect(await service.check('correct horse battery staple')).toEqual([]);
  });

  describe('with the range service', () => {
    const secret = 'an unbreached-looking one';

    async function withService(
      answer: (path: string, headers: Readonly<Record<string, unknown>>) => { status: number; body: string },
      work: (url: string) => Promise<void>,
    ): Promise<void> {
      const server = createServer((request, response) => {
        const { status, body } = answer(request.url ?? '', request.headers);
        response.writeHead(status).end(body);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      try {
        await work(`http://127.0.0.1:${String(port)}/range/`);
      } finally {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }

    async function sha1(text: string): Promise<string> {
      return Buffer.from(await crypto.subtle.digest('SHA-1', Buffer.from(text)))
        .toString('hex')
        .toUpperCase();
    }

    it('refuses a breached password, and tells the service five digits of its hash, asking for padding', async () => {
      const digits = await sha1(secret);
      const asked: unknown[] = [];
      await withService(
        (path, headers) => {
          asked.push(path, headers['add-padding']);
          return { status: 200, body: `${'0'.repeat(35)}:9\r\n${digits.slice(5)}:3\r\n${'F'.repeat(35)}:0` };
        },
        async (url) => {
          const ranges = pwnedPasswords({ url });
          const service = await serviceOf({ hashing: light, breached: 'strict', ranges });
          expect(await service.check(secret)).toEqual(['PASSWORD_BREACHED']);
          const tolerant = await serviceOf({ hashing: light, breached: 'strict', breachedCount: 4, ranges });
          expect(await tolerant.check(secret)).toEqual([]);
        },
      );
      expect(asked.slice(0, 2)).toEqual([`/range/${digits.slice(0, 5)}`, 'true']);
    });

    it('takes padding for what it is', async () => {
      const digits = await sha1(secret);
      await withService(
        () => ({ status: 200, body: `${digits.slice(5)}:0` }),
        async (url) => {
          const service = await serviceOf({ hashing: light, breached: 'strict', ranges: pwnedPasswords({ url }) });
          expect(await service.check(secret)).toEqual([]);
        },
      );
    });

    it('does as it is told where the service does not answer, and reports it without the password', async () => {
      await withService(
        () => ({ status: 500, body: '' }),
        async (url) => {
          const reports: string[] = [];
          const ranges = pwnedPasswords({ url });
          const strict = await serviceOf({ hashing: light, breached: 'strict', ranges }, reports);
          const bestEffort = await serviceOf({ hashing: light, breached: 'best-effort', ranges }, reports);
          expect(await strict.check(secret)).toEqual(['PASSWORD_UNCHECKED']);
          expect(await bestEffort.check(secret)).toEqual([]);
          expect(reports).toHaveLength(2);
          expect(reports.join()).not.toContain(secret);
        },
      );
    });
  });
});
