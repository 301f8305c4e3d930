/** Who administers an account, and from where. @publicApi */
export interface ByAdministrator {
  /**
   * The account id of the administrator, for events. They may grant and revoke only roles that they have, and those in `admin.grantable`.
   * Default: none; your own code decides, and can grant any existing role.
   */
  readonly by?: string | null | undefined;
  /** The network address of the request, for events. Default: empty. */
  readonly address?: string | undefined;
}

/** What an event says of it. */
export function originOf({ by = null, address = '' }: ByAdministrator): {
  readonly by: string | null;
  readonly address: string;
} {
  return { by, address };
}
