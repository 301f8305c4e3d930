import { MemoryStore, type SessionData } from 'nestjs-session-auth/express';

type Done = (error?: unknown) => void;

/** The memory store of express-session, which notes what it is asked for. */
export class CountingStore extends MemoryStore {
  readonly calls: string[] = [];

  /** What it was asked for since the last time. */
  take(): string[] {
    return this.calls.splice(0);
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.calls.push('get');
    super.get(sid, callback);
  }

  override set(sid: string, session: SessionData, callback?: Done): void {
    this.calls.push('set');
    super.set(sid, session, callback);
  }

  override destroy(sid: string, callback?: Done): void {
    this.calls.push('destroy');
    super.destroy(sid, callback);
  }

  override touch(sid: string, session: SessionData, callback?: Done): void {
    this.calls.push('touch');
    super.touch(sid, session, callback);
  }

  async stored(sid: string): Promise<SessionData | null | undefined> {
    return new Promise((resolve, reject) => {
      super.get(sid, (error: unknown, session) => (error instanceof Error ? reject(error) : resolve(session)));
    });
  }

  async count(): Promise<number | undefined> {
    return new Promise((resolve) => {
      this.length((_error: unknown, length) => resolve(length));
    });
  }
}
