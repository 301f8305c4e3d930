import type { KeyRing } from './cookie/key-ring.js';
import type { ResolvedCookie } from './cookie/resolved-cookie.js';
import { SealedCookie, sealedSessionPurpose } from './cookie/sealed-cookie.js';
import { sessionCookiePurpose, SignedCookie } from './cookie/signed-cookie.js';
import { EndsChannel } from './endings/ends-channel.js';
import type { Notices } from './http/notices.js';
import { SealedSessionCookie } from './http/sealed-session-cookie.js';
import type { SessionCookie } from './http/session-cookie.js';
import type { SessionConfig } from './session-module.options.js';
import type { Lifetime } from './session/lifetime.js';
import type { SessionObserver } from './session/observer.js';
import { RecordCodec } from './session/record-codec.js';
import { NoStore } from './session/sealed-no-store.js';
import { SealedRevocations } from './session/sealed-revocations.js';
import { SealedSessionRepository } from './session/sealed-session.repository.js';
import type { SessionRepository } from './session/session-repository.js';
import { StoredSessionRepository } from './session/stored-session.repository.js';
import { announcementsOf, type SessionStore } from './stores/session-store.js';
import { startStore } from './stores/start-store.js';
import type { StoreLog } from './stores/store-context.js';

/** What sessions are made of besides the settings. */
interface Surroundings {
  /** Hears of instances of classes that are stored as plain data, by the names of their classes. */
  readonly onInstance: (className: string) => void;
  readonly store: SessionStore;
  readonly keys: KeyRing;
  readonly lifetime: Lifetime;
  readonly observer: Required<SessionObserver>;
  readonly cookie: ResolvedCookie;
}

/** Where sessions come from and go to, and the cookie that they travel by. */
interface Sessions {
  readonly repository: SessionRepository;
  readonly sessionCookie: SessionCookie;
}

/** The stores that have no options. */
const nothingToSet = { null: {} };

/** The store of an application; where its sessions are in cookies, that of what is kept beside them. */
export async function openStore(config: SessionConfig, log: StoreLog): Promise<SessionStore> {
  const { type, sealed } = config;
  if (type !== 'cookie') return startStore({ ...config, ...nothingToSet, type }, log);
  const { revocations } = sealed;
  if (revocations === null) return new NoStore();
  const chosen =
    typeof revocations === 'string' ? { type: revocations, store: null } : { type: null, store: revocations };
  return startStore({ ...config, ...nothingToSet, ...chosen }, log);
}

/** Whether the application made that store itself, which then is not ours to close. */
export function isStoreGiven({ store, type, sealed }: SessionConfig): boolean {
  const chosen = type === 'cookie' ? sealed.revocations : store;
  return chosen !== null && typeof chosen !== 'string';
}

/** Sessions in a store, named by a signed cookie. */
export function storedSessions(
  config: SessionConfig,
  { store, keys, lifetime, observer, cookie, onInstance }: Surroundings,
): Sessions {
  const {
    serializer,
    keyPrefix,
    idLength,
    permanent,
    maxSize,
    maxNodes,
    maxRetries,
    onGone,
    rotateGrace,
    storeTimeout,
    clock,
  } = config;
  const options = { keyPrefix, idLength, permanent, maxSize, maxNodes, maxRetries, onGone, rotateGrace, storeTimeout };
  const codec = new RecordCodec(serializer, onInstance);
  return {
    repository: new StoredSessionRepository(store, codec, lifetime, options, observer, clock),
    sessionCookie: new SignedCookie(cookie, keys, sessionCookiePurpose, clock),
  };
}

/** Sessions in encrypted cookies. */
export function sealedSessions(
  config: SessionConfig,
  { store, keys, lifetime, observer, cookie, onInstance }: Surroundings,
): Sessions {
  const { serializer, keyPrefix, permanent, maxSize, maxNodes, onGone, rotateGrace, clock, sealed } = config;
  const sealedCookie = new SealedCookie(cookie, keys, sealedSessionPurpose, sealed.maxSize, clock);
  const { capacity } = sealedCookie;
  const compressAbove = sealed.compress ? sealed.compressAbove : null;
  const options = { keyPrefix, permanent, maxSize, maxNodes, onGone, rotateGrace, capacity, compressAbove };
  const revocations = sealed.revocations === null ? null : new SealedRevocations(store, keyPrefix);
  const codec = new RecordCodec(serializer, onInstance);
  return {
    repository: new SealedSessionRepository(store, codec, lifetime, options, observer, revocations, clock),
    sessionCookie: new SealedSessionCookie(sealedCookie),
  };
}

/** How the processes that share the store tell each other which logins have ended; null: it has no way, or keeps none. */
export function endsChannelOf(
  { keyPrefix }: SessionConfig,
  store: SessionStore,
  repository: SessionRepository,
  notices: Notices,
): EndsChannel | null {
  const announcements = announcementsOf(store);
  if (announcements === null) return null;
  return new EndsChannel(announcements, keyPrefix, repository.endedLogins, (message) => {
    notices.once('ends-channel', message);
  });
}
