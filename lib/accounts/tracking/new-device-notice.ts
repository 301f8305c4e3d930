import { Injectable } from '@nestjs/common';
import { AccountEvents } from '../events/account-events.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import type { StoredAccount } from '../repository/account.js';

/** When an account was used, from where, and with what. */
export interface DeviceUse {
  /** In ms since the epoch. */
  readonly at: number;
  /** The network address; empty: unknown. */
  readonly address: string;
  readonly userAgent: string;
}

/** Tells the owner of an account that somebody has logged in with another device. */
@Injectable()
export class NewDeviceNotice {
  constructor(
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
  ) {}

  /** Call it after the answer. */
  async send(account: StoredAccount, use: DeviceUse): Promise<void> {
    this.events.tell('newDevice', { userId: account.id, address: use.address });
    const { at, ...client } = use;
    await this.notices.deliver('new-device', { before: account, exchange: { acceptLanguage: undefined, client } }, at);
  }
}
