import type { JsonValue } from '../repository/json.js';

/** An invitation that is open, without what proves it. @publicApi */
export interface Invitation {
  readonly id: string;
  /** The address that was invited. */
  readonly email: string;
  /** The roles that the account gets. */
  readonly roles: readonly string[];
  /** The language of the mail, and of the account; null: as requests say. */
  readonly locale: string | null;
  /** The declared fields that the account gets. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** The id of the administrator's account. */
  readonly by: string;
  /** When it was sent first. */
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Who is invited to what. @publicApi */
export interface InvitationToSend {
  /** The roles that the account gets. Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** Fields that are declared in `registration.fields`, and checked by that. Default: none. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The language of the mail, and of the account. Default: as the options and requests say. */
  readonly locale?: string | null | undefined;
}

/** Who invites, and from where. @publicApi */
export interface InvitedBy {
  /** The id of the administrator's account. An invitation is open only as long as that account may give its roles. */
  readonly by: string;
  /** The network address that the request came from, for events. Default: empty. */
  readonly address?: string | undefined;
}
