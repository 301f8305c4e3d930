import { Inject, Injectable } from '@nestjs/common';
import { SessionAuthGuard } from '../../auth/access/session-auth.guard.js';
import { AccountPaths } from './account-paths.js';

/** Leads browsers to the module's own pages. */
@Injectable()
export class AccountPageGuard extends SessionAuthGuard {
  @Inject(AccountPaths) private readonly paths!: AccountPaths;

  protected override loginUrlOf(): string {
    return this.paths.page('/login');
  }

  protected override confirmUrlOf(): string {
    return this.paths.page('/verify');
  }
}
