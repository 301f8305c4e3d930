import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { lineageOf } from '../../session/lineage.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { UserId } from '../users/user.js';
import { deviceSession, type DeviceSession } from './device-session.js';

/** A user's sessions in all browsers. */
@Injectable()
export class Devices {
  constructor(private readonly runtime: SessionRuntime) {}

  /** The most recently used one first. */
  async list(userId: UserId, current: SessionObject | null): Promise<DeviceSession[]> {
    const currentLineage = current === null ? null : lineageOf(stateOf(current));
    const sessions = await this.runtime.repository.owned.list(userId);
    return sessions
      .map((session) => deviceSession(session, currentLineage))
      .sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime());
  }

  /** Null: the user has no such session. */
  find(userId: UserId, publicId: string, isToEnd = false): Promise<OwnedSession | null> {
    return this.runtime.repository.owned.find(userId, publicId, isToEnd);
  }
}
