import { Controller, Get, Header, Headers, Post, Redirect } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { CsrfService, CurrentUser, Session, type SessionUser } from 'nestjs-session-auth';
import { storagePlace } from '../settings.js';
import { PagesService } from '../views/pages.service.js';
import { inspectorView } from './inspector.view.js';
import { ParallelUpdatesService } from './parallel-updates.service.js';

@Controller('session')
export class InspectorController {
  constructor(
    private readonly config: ConfigService,
    private readonly parallelUpdates: ParallelUpdatesService,
    private readonly csrf: CsrfService,
    private readonly pages: PagesService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  show(@Session() session: Session, @CurrentUser() user: SessionUser | null): string {
    const store = storagePlace(this.config);
    return this.pages.render(
      {
        title: 'Session',
        current: 'session',
        main: (form) => inspectorView(session, store, user, new Date(), form),
      },
      session,
      user,
    );
  }

  @Post('permanent')
  @Redirect('/session', 303)
  togglePermanent(@Session() session: Session): void {
    session.permanent = !session.permanent;
    session.flash(
      'success',
      session.permanent
        ? 'The cookie now stays when you close the browser.'
        : 'The cookie is now deleted when you close the browser.',
    );
  }

  @Post('regenerate')
  @Redirect('/session', 303)
  async regenerate(@Session() session: Session): Promise<void> {
    await session.regenerate();
    session.flash('success', 'The session has a new id. The old one no longer works.');
  }

  @Post('clear')
  @Redirect('/session', 303)
  clear(@Session() session: Session): void {
    session.clear();
    session.flash('info', 'The data was cleared. Logins are kept.');
  }

  @Post('destroy')
  @Redirect('/session', 303)
  async destroy(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Post('parallel')
  @Redirect('/session', 303)
  async runParallel(
    @Session() session: Session,
    @Headers('cookie') cookie?: string,
    @Headers('user-agent') userAgent = '',
  ): Promise<void> {
    if (session.isNew || cookie === undefined) {
      session.flash('warning', 'You had no session yet. You have one now, so try again.');
      return;
    }
    session.stamps = [];
    // Save first, so that the twenty requests find the empty list.
    await session.commit();
    const token = this.csrf.token(session);
    session.parallel = await this.parallelUpdates.run({ cookie, 'user-agent': userAgent, 'x-csrf-token': token });
  }
}
