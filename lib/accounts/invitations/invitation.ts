import type { JsonValue } from '../repository/json.js';

/** An open invitation, without its token. @publicApi */
export interface Invitation {
  readonly id: string;
  /** The address that was invited. */
  readonly email: string;
  /** The roles that the account gets. */
  readonly roles: readonly string[];
  /** The language of the email and of the account; null: that of each request. */
  readonly locale: string | null;
  /** The declared fields that the account gets. */
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** The id of the administrator's account. */
  readonly by: string;
  /** When it was first sent. */
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** An invitation to send. @publicApi */
export interface InvitationToSend {
  /** The roles of the account. Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** Fields that are declared in `registration.fields`, whose functions validate them. Default: none. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
  /** The language of the email and of the account. Default: that of the options and of each request. */
  readonly locale?: string | null | undefined;
}

/** The sender of an invitation. @publicApi */
export interface InvitedBy {
  /** The id of the administrator's account. An invitation is open only as long as that account may grant its roles. */
  readonly by: string;
  /** The network address of the request, for events. Default: empty. */
  readonly address?: string | undefined;
}
