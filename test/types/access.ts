/** Must and must not compile: what routes ask for, and guards that answer in their own way. */
import { Controller, Get, Injectable, type ExecutionContext } from '@nestjs/common';
import {
  AuthService,
  Fresh,
  Permissions,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  type Freshness,
  type FreshOptions,
  type SessionUser,
} from 'nestjs-session-auth';
import './augmentation.js';

@Controller()
@Public()
@Roles.any('editor', 'admin')
@Permissions('read')
@Fresh()
export class AcceptedController {
  @Get()
  @Public()
  @Roles.all('editor', 'admin')
  @Roles.any('german')
  @Permissions.any('read', 'write')
  @Permissions.all('read')
  @Fresh({ within: '15m', factors: 'all', action: 'delete account' })
  route(): void {
    // Each stands at a class and at a method.
  }
}

export const accepted = [
  Fresh({ within: 900 }),
  Fresh({ factors: 2 }),
  Fresh({ factors: ['pwd', 'otp'] as const }),
  Roles.any(...(['editor'] satisfies string[])),
];

// @ts-expect-error it takes nothing
Public(true);
// @ts-expect-error a role is a text
Roles(7);
// @ts-expect-error one of them, or all?
Roles('editor', 'admin');
// @ts-expect-error one of them, or all?
Permissions('read', 'write');
// @ts-expect-error roles are given one by one
Roles(['editor']);
// @ts-expect-error any or all
Roles.some('editor');
// @ts-expect-error any or all
Permissions.none('read');
// @ts-expect-error a duration is a number of seconds or a text
Fresh({ within: new Date() });
// @ts-expect-error names, a number of them, or all
Fresh({ factors: 'pwd' });
// @ts-expect-error there is no such option
Fresh({ actions: 'delete account' });
// @ts-expect-error an action that may be missing would open the route to every fresh login
Fresh({ action: undefined });
export const options: FreshOptions = { within: '5m' };

class Audit {
  note(_text: string): void {
    // Injected below.
  }
}

/** The constructor is free, and the steps may be synchronous. */
@Injectable()
export class OwnGuard extends SessionAuthGuard {
  constructor(private readonly audit: Audit) {
    super();
  }

  protected override refuse(context: ExecutionContext): never {
    this.audit.note(context.getHandler().name);
    throw new Error('closed');
  }

  protected override async askAgain(
    context: ExecutionContext,
    { action, factors }: Partial<Freshness>,
  ): Promise<never> {
    const text: string | null | undefined = action;
    const wanted: readonly string[] | number | 'all' | undefined = factors;
    return super.askAgain(context, action === undefined ? {} : { action });
  }

  protected override async forbid(context: ExecutionContext, reason: 'roles' | 'permissions'): Promise<never> {
    return super.forbid(context, reason);
  }
}

@Injectable()
export class LaxGuard extends SessionAuthGuard {
  // @ts-expect-error a refusal that lets somebody in is none
  protected override refuse(): boolean {
    return true;
  }
}

export async function freshness(auth: AuthService, session: Session, user: SessionUser): Promise<void> {
  const isFresh: boolean = await auth.isFresh(session, user);
  await auth.isFresh(session, user, { within: 60_000, factors: 2, action: 'delete account' });
  // @ts-expect-error here a duration is in ms
  await auth.isFresh(session, user, { within: '15m' });
  // @ts-expect-error it is asked of a user
  await auth.isFresh(session);
}
