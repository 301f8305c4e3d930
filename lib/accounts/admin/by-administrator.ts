/** Who does something with an account of somebody else, and from where. @publicApi */
export interface ByAdministrator {
  /**
   * The id of the administrator's account, for events. It may give and take away only the roles that it has, and those of
   * `admin.grantable`. Default: none, your own code decides, and any role that there is will do.
   */
  readonly by?: string | null | undefined;
  /** The network address that the request came from, for events. Default: empty. */
  readonly address?: string | undefined;
}

/** What an event says of it. */
export function originOf({ by = null, address = '' }: ByAdministrator): {
  readonly by: string | null;
  readonly address: string;
} {
  return { by, address };
}
