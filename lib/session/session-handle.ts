import { SessionStoreUnavailableError } from '../errors.js';
import type { Lifetime } from './lifetime.js';
import { endOthers, livingSession } from './living-session.js';
import type { SessionObserver } from './observer.js';
import { readonlyView, unsavedView } from './readonly-view.js';
import { publicId } from './session-id.js';
import type { SessionToken, ShownTokens } from './session-reference.js';
import type { SessionRepository } from './session-repository.js';
import type { SessionBearer, SessionDelivery, SessionState, StoredSession } from './session-state.js';
import { assertWritable, stateOf, type SessionObject } from './session.js';

/** How a session token is written, as far as the session's handle needs it. */
export interface TokenForm {
  /**
   * Whether that token matches the session's current state.
   *
   * @param endsAt the session's absolute end, in ms; null: it has none.
   */
  carries(token: SessionToken, session: StoredSession, endsAt: number | null): boolean;

  /** Whether the client has a second cookie in another place. */
  isElsewhere(shown: ShownTokens): boolean;
}

/** What a session's handle needs from its application. */
export interface SessionHandleKit {
  readonly repository: SessionRepository;
  readonly cookie: TokenForm;
  readonly lifetime: Lifetime;
  readonly observer: Required<SessionObserver>;
  readonly options: { readonly onStoreError: 'fail' | 'anonymous' };
  readonly report: (error: unknown) => void;
  readonly now: () => number;
}

/** Who holds a session: an HTTP request, or a transport of the application's own. */
export interface SessionHolder {
  /** Inspects a session with a login before other code gets it. Returns undefined if there is nothing to wait for. */
  inspect(session: SessionObject, state: SessionState): Promise<void> | undefined;

  /** Another framework's session, for a client without one here; null, synchronously: there is none to look for. */
  elsewhere(): Promise<SessionObject | null> | null;

  /**
   * The session in place of the one that the cookie leads to, for a client that gets no new cookie: its session may have got a new
   * id since. Null: it is the cookie's.
   */
  readonly follow: ((session: SessionObject | null) => SessionObject | null | Promise<SessionObject | null>) | null;

  /** What is thrown in place of an error of a session. */
  errorFor(error: unknown): unknown;
}

/** What the client gets in place of its cookie. */
export interface NewCookie {
  readonly stored: StoredSession;
  /** In ms. */
  readonly issuedAt: number;
  /** In ms; null: it ends with the browser. */
  readonly maxAge: number | null;
  /** The session's absolute end, in ms; null: it has none. */
  readonly endsAt: number | null;
}

/** What is to become of the client's cookie; `kept`: it is up to date, or not this holder's to change. */
export type CookieChange = 'kept' | 'removed' | NewCookie;

/**
 * A client's session, apart from the way to the client: loaded once, on first use, and saved. What is to become of the cookie
 * is data ({@link deliver}), for a caller that can send one.
 */
export class SessionHandle {
  /** Null: not loaded yet, or not available. */
  session: SessionObject | null = null;
  /** Its state. */
  state: SessionState | null = null;
  /** The one that is used: the session's, once that is loaded. */
  token: SessionToken | null;
  /** There is a second cookie of the name: the client gets one, and the others are removed. */
  isGathering = false;
  #loading: Promise<SessionObject> | null = null;
  #wasPermanent = false;
  /** The id in the cookie that the client will have once it has been delivered. */
  #heldId: string | null;
  #isPassive: boolean;
  /** What code gets if it may only read the session; null: it may change it. */
  #view: SessionObject | null = null;
  #isToEnd = false;
  #haveOthersEnded = false;

  /** @param bearer of the session; null: unknown. @param delivery whether a cookie can be sent. */
  constructor(
    private readonly kit: SessionHandleKit,
    readonly shown: ShownTokens,
    private readonly holder: SessionHolder,
    private readonly bearer: SessionBearer | null,
    public delivery: SessionDelivery,
  ) {
    // Without a way to send a cookie, it would end unnoticed in the browser.
    this.#isPassive = delivery === 'none';
    this.token = shown.tokens[0] ?? null;
    this.#heldId = this.token?.id ?? null;
  }

  /** The session, synchronously if it is already loaded or needs no store. */
  load(): SessionObject | Promise<SessionObject> {
    return this.#current ?? this.#loading ?? this.#load();
  }

  /** Whether {@link makeReadonlyRequest} was called. */
  get isReadonlyRequest(): boolean {
    return this.#view !== null;
  }

  /**
   * The holder may only read the session: changes are dropped, and neither its lifetime nor its cookie changes. Call it while
   * the session arrives, before other code has got it.
   *
   * @param reason creates the error for operations that would take effect immediately.
   */
  makeReadonlyRequest(session: SessionObject, reason: () => Error): void {
    this.#view = unsavedView(session, reason);
    this.becomePassive();
  }

  /** It does not count as use of the session: changes are saved, but it is neither extended nor rotated. */
  becomePassive(): void {
    this.#isPassive = true;
    if (this.state !== null) this.state.countAsUse(false);
  }

  /** The opposite, for a client that gets no cookie; call it before the session is loaded. */
  countAsUse(): void {
    this.#isPassive = false;
  }

  /** The next commit ends the session. */
  endAtCommit(): void {
    if (this.#view !== null) assertWritable(this.#view);
    this.#isToEnd = true;
  }

  /** Reverts what has not been saved yet. */
  discard(): void {
    this.#isToEnd = false;
    if (this.session !== null && this.#view === null) this.kit.repository.discard(this.session);
  }

  /** Saves the changes. Returns undefined if there is nothing to do. @throws what the holder makes of an error, also as a rejection */
  commit(): Promise<void> | undefined {
    const { session } = this;
    if (session === null) return undefined;
    if (this.#view !== null) return this.#drop(session);
    if (this.shown.tokens.length < 2) return this.#save(session);
    this.#gather(session);
    const saving = this.#save(session);
    return saving === undefined ? this.#endOthers(session) : saving.then(() => this.#endOthers(session));
  }

  /** The cookie can be sent now, and not later. */
  deliver(): CookieChange {
    this.delivery = 'sent';
    if (this.state === null) return 'kept';
    const change = this.#changeFor(this.state);
    this.state.deliver();
    return change;
  }

  /** What callers get, once it has been inspected. */
  get #current(): SessionObject | null {
    return this.session === null ? null : (this.#view ?? this.session);
  }

  #load(): SessionObject | Promise<SessionObject> {
    // No cookie, or a forged one: the store is not asked.
    if (this.token === null) return this.#elsewhere() ?? this.#found(this.kit.repository.create());
    this.#loading = this.#followed(this.token).then(
      (session) => this.#arrived(session),
      (error: unknown) => this.#withoutStore(error),
    );
    return this.#loading;
  }

  #followed(first: SessionToken): Promise<SessionObject | null> {
    const { follow } = this.holder;
    const living = this.#living(first);
    return follow === null ? living : living.then(follow);
  }

  #living(first: SessionToken): Promise<SessionObject | null> {
    const { repository } = this.kit;
    const { tokens } = this.shown;
    if (tokens.length < 2) return repository.load(first);
    return livingSession(repository, tokens).then((found) => {
      if (found === null) return null;
      this.token = found.token;
      this.#heldId = found.token.id;
      return found.session;
    });
  }

  #arrived(session: SessionObject | null): SessionObject | Promise<SessionObject> {
    const { repository, observer } = this.kit;
    if (session !== null) return this.#seen(session);
    if (this.token !== null) observer.expired({ publicId: publicId(this.token.id) });
    return this.#elsewhere() ?? this.#found(repository.create(this.token ?? undefined));
  }

  /** Null, synchronously: there is none to look for, or no way to send its cookie. */
  #elsewhere(): Promise<SessionObject> | null {
    const found = this.delivery === 'open' ? this.holder.elsewhere() : null;
    if (found === null) return null;
    this.#loading = found.then(
      (session) => (session === null ? this.#found(this.kit.repository.create()) : this.#seen(session)),
      (error: unknown) => this.#withoutStore(error),
    );
    return this.#loading;
  }

  #seen(session: SessionObject): SessionObject | Promise<SessionObject> {
    const state = stateOf(session);
    if (state.auth === null) return this.#found(session);
    state.handTo(this.bearer, 'open', false);
    // No code gets it before it has been inspected.
    return (
      this.holder.inspect(session, state)?.then(
        () => this.#found(session),
        (error: unknown) => this.#withoutStore(error),
      ) ?? this.#found(session)
    );
  }

  #found(session: SessionObject): SessionObject {
    this.session = session;
    const state = (this.state = stateOf(session));
    this.#wasPermanent = state.permanent;
    state.handTo(this.bearer, this.delivery, this.#isPassive);
    return this.#view ?? session;
  }

  #withoutStore(error: unknown): SessionObject {
    const { options, repository, observer } = this.kit;
    if (options.onStoreError === 'fail' || !(error instanceof SessionStoreUnavailableError)) {
      throw this.holder.errorFor(error);
    }
    observer.storeError({ error });
    return readonlyView(
      repository.create(),
      () =>
        new SessionStoreUnavailableError(
          'The session store does not answer, so this session is empty and cannot be changed.',
          { cause: error },
        ),
    );
  }

  #save(session: SessionObject): Promise<void> | undefined {
    if (this.#isToEnd) return this.#end(session);
    if (this.delivery === 'sent' && !this.#isHeldByClient(session)) return this.#drop(session);
    try {
      return this.kit.repository.commit(session)?.catch((error: unknown) => {
        this.#unlessUnchanged(session, error);
      });
    } catch (error) {
      throw this.holder.errorFor(error);
    }
  }

  #isHeldByClient(session: SessionObject): boolean {
    const { stored } = stateOf(session);
    return stored !== null && stored.id === this.#heldId;
  }

  /** It is unknown which of the cookies is stored where: one with the current session replaces all. */
  #gather(session: SessionObject): void {
    if (this.isGathering || this.delivery !== 'open' || this.#isPassive) return;
    // An identical duplicate is harmless, and is removed with the next cookie.
    const [first, ...others] = this.shown.tokens;
    const areAlike = others.every(({ id, issuedAt }) => id === first?.id && issuedAt === first.issuedAt);
    if (areAlike || !this.kit.cookie.isElsewhere(this.shown)) return;
    this.isGathering = true;
    // Refreshed, so that a late request does not overwrite the cookie of a newer login with one of an ended session.
    stateOf(session).reissue();
  }

  #endOthers(session: SessionObject): Promise<void> | undefined {
    if (!stateOf(session).hasEnded || this.#haveOthersEnded) return undefined;
    return endOthers(this.kit.repository, this.shown.tokens, this.token).then(
      () => {
        this.#haveOthersEnded = true;
      },
      (error: unknown) => {
        throw this.holder.errorFor(error);
      },
    );
  }

  async #end(session: SessionObject): Promise<void> {
    this.#isToEnd = false;
    try {
      await this.kit.repository.destroy(session);
    } catch (error) {
      throw this.holder.errorFor(error);
    }
  }

  /** A change that must not be saved; or one of a session for which the client has no cookie, and can no longer get one. */
  #drop(session: SessionObject): undefined {
    const state = stateOf(session);
    if (state.isLossTold || !this.kit.repository.isModified(session)) return;
    state.noteLoss();
    this.kit.observer.droppedChange({ publicId: session.id });
  }

  /** Without changes, it is no failure that the session could not be extended; the next request tries again. */
  #unlessUnchanged(session: SessionObject, error: unknown): void {
    const { repository, observer, report } = this.kit;
    if (!(error instanceof SessionStoreUnavailableError) || repository.isModified(session)) {
      throw this.holder.errorFor(error);
    }
    observer.storeError({ error });
    report(error);
  }

  #changeFor(state: SessionState): CookieChange {
    const { lifetime, now } = this.kit;
    const { stored, issuedAt, permanent, end } = state;
    if (end === 'gone' || this.#view !== null) return 'kept';
    if (stored === null) return end === 'ended' && this.token !== null ? 'removed' : 'kept';
    const endsAt = lifetime.endOf(state);
    const isRight = permanent === this.#wasPermanent && this.#isUpToDate(stored, issuedAt, endsAt);
    if (isRight && !this.isGathering) return 'kept';
    this.#heldId = stored.id;
    const time = now();
    return { stored, issuedAt: issuedAt ?? time, maxAge: permanent ? lifetime.remaining(state, time) : null, endsAt };
  }

  /** Whether the client has the right cookie. */
  #isUpToDate(stored: StoredSession, issuedAt: number | null, endsAt: number | null): boolean {
    const { token } = this;
    if (token === null || token.outdated || token.issuedAt !== issuedAt) return false;
    return this.kit.cookie.carries(token, stored, endsAt);
  }
}
