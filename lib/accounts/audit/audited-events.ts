import { accountEventNames, type AccountEventName } from '../events/account-observer.js';
import type { SessionEventName } from '../../session/observer.js';
import type { AuditActor } from './audit-row.js';

/** The events of logins that are kept beside those of accounts. */
const ofLogins: readonly SessionEventName[] = [
  ...(['login', 'logout', 'loginFailed', 'confirmed', 'remembered', 'rememberStolen'] as const),
  ...(['revoked', 'protected', 'refused'] as const),
];

export const auditedEvents: readonly SessionEventName[] = [...ofLogins, ...accountEventNames];

/** Refusals of guards, which happen with every request that may not be made: they say nothing of a login. */
const ofGuards: ReadonlySet<unknown> = new Set(['login', 'fresh', 'csrf']);

/** Events that anybody can cause who knows an address, or nobody: they do not say that the owner has done it. */
const ofAnybody: ReadonlySet<SessionEventName> = new Set<SessionEventName | AccountEventName>([
  ...(['loginFailed', 'refused', 'rememberStolen', 'revoked', 'protected'] as const),
  ...(['registeredAgain', 'confirmationRequested', 'mailLoginRequested', 'resetRequested'] as const),
  ...(['factorFailed', 'oauthFailed', 'oauthTokensRefused', 'passkeyCloned', 'codeSent', 'sendingLimited'] as const),
]);

/** Whether an event is one to keep. */
export function isKept(name: SessionEventName, event: object): boolean {
  return name !== 'refused' || !ofGuards.has(Reflect.get(event, 'reason'));
}

/** Who has done what an event says. */
export function actorIn(name: SessionEventName, event: object): { actor: AuditActor; actorId: string | null } {
  const by: unknown = Reflect.get(event, 'by');
  if (by === null) return { actor: 'application', actorId: null };
  if (typeof by === 'string') return { actor: isByImpersonator(name) ? 'impersonator' : 'administrator', actorId: by };
  return { actor: ofAnybody.has(name) ? 'unknown' : 'self', actorId: null };
}

/** In events of sessions, `by` is who acts in the place of their user. */
function isByImpersonator(name: SessionEventName): boolean {
  return name.startsWith('impersonation') || ofLogins.includes(name);
}
