import type { Provider } from '@nestjs/common';
import { ACCOUNTS_COMMAND } from '../tokens.js';
import { AccountAdministration } from './admin/account-administration.js';
import { AccountsConfig } from './accounts-config.js';
import { AuditService } from './audit/audit.service.js';
import { MemoryAuditLog } from './audit/memory-audit-log.js';
import { Identities } from './login/identities.js';
import { AccountRepository } from './repository/account-repository.js';
import { MemoryAccountRepository } from './repository/memory-account-repository.js';

/** What the command needs of the audit log. */
export type AuditCommand = Pick<AuditService, 'list' | 'head' | 'verify' | 'prune'>;

/** What the command needs of an application with accounts that it has started: `ACCOUNTS_COMMAND` is its token. */
export interface AccountsCommand {
  readonly administration: Pick<
    AccountAdministration,
    | 'list'
    | 'show'
    | 'create'
    | 'disable'
    | 'enable'
    | 'endSessions'
    | 'forceReset'
    | 'resetAccess'
    | 'setRoles'
    | 'changePassword'
    | 'invite'
  >;
  /** Null: there is no audit log, or it is in this process alone. */
  readonly audit: AuditCommand | null;
  /** Whether another process has the same accounts. */
  readonly isReachable: boolean;
  /** The id of the account with an id, an address or a username; null: there is none. */
  find(identity: string): Promise<string | null>;
}

export const accountsCommand: Provider = {
  provide: ACCOUNTS_COMMAND,
  inject: [AccountAdministration, AccountRepository, Identities, AuditService, AccountsConfig],
  useFactory: (
    administration: AccountAdministration,
    repository: AccountRepository,
    identities: Identities,
    audit: AuditService,
    { options }: AccountsConfig,
  ): AccountsCommand => ({
    administration,
    audit: options.audit.log === null || options.audit.log instanceof MemoryAuditLog ? null : audit,
    isReachable: !(repository instanceof MemoryAccountRepository),
    find: async (identity) => {
      const account = (await repository.find(identity)) ?? (await identities.find(identities.read(identity)));
      return account?.id ?? null;
    },
  }),
};
