import { MemoryAccountRepository } from '../../lib/accounts/repository/memory-account-repository.js';
import { describeAccounts } from './describe-accounts.js';

describeAccounts('MemoryAccountRepository', { open: () => new MemoryAccountRepository(), isAlone: true });
