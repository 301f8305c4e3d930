import { Injectable } from '@nestjs/common';
import type { AuthFeature, Entry } from '../../auth/auth-feature.js';
import { LoginFeature } from '../../auth/features.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { AccountsConfig } from '../accounts-config.js';
import { epochOf } from '../gate/gate.feature.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { longest } from '../repository/check-values.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountDevices } from './account-devices.js';
import { NewDeviceNotice, type DeviceUse } from './new-device-notice.js';

/** Keeps the logins of accounts, after the answer. What remember-me restores is none. */
@LoginFeature()
@Injectable()
export class TrackingFeature implements AuthFeature {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly devices: AccountDevices,
    private readonly notice: NewDeviceNotice,
    private readonly afterAnswer: AfterAnswer,
    private readonly runtime: SessionRuntime,
  ) {}

  entered({ request, userId }: Entry, facts: AuthFacts): void {
    const { enabled, newDevice } = this.config.options.tracking;
    if (!enabled || typeof userId !== 'string') return;
    const at = this.runtime.now();
    const client = request?.client ?? null;
    const address = client?.address ?? '';
    const use: DeviceUse | null =
      client === null || !newDevice || this.devices.meet(client, userId, epochOf(facts))
        ? null
        : { at, address, userAgent: client.userAgent };
    this.#keep(userId, at, address, () => Promise.resolve(use));
  }

  /**
   * The same for a login that is in no session, whose client has no cookie that it could be known by.
   *
   * @param isKnown whether the account was used by this client before; called after the answer
   */
  enteredApart(userId: string, { address, userAgent }: Omit<DeviceUse, 'at'>, isKnown: () => Promise<boolean>): void {
    const { enabled, newDevice } = this.config.options.tracking;
    if (!enabled) return;
    const at = this.runtime.now();
    this.#keep(userId, at, address, async () => (newDevice && !(await isKnown()) ? { at, address, userAgent } : null));
  }

  /** @param useOf what the owner is told; null: nothing */
  #keep(userId: string, at: number, address: string, useOf: () => Promise<DeviceUse | null>): void {
    // An address that is too long is none of the network's: it is not kept.
    const ip = address === '' || address.length > longest.ip ? null : address;
    this.afterAnswer.run(async () => {
      const use = await useOf();
      // Before the login is counted: the first one of an account is no news to its owner.
      const account = use && (await this.repository.find(userId));
      await this.repository.track(userId, { at: new Date(at), ip });
      if (account !== null && use !== null && account.loginCount > 0) await this.notice.send(account, use);
    });
  }
}
