import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { assetFolder } from './settings.js';

/** The most that a form or a JSON body may be. */
const bodyLimit = '16kb';

/** The application with all its settings, not listening yet. */
export async function createApplication(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    // Browsers open connections ahead of need; waiting for them would keep a stopped shop alive.
    forceCloseConnections: true,
  });
  app.useSecurityHeaders({
    // Nothing but this site's own files: a script that somebody managed to inject into a page would not run.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: "'none'",
        styleSrc: "'self'",
        imgSrc: "'self'",
        scriptSrc: "'self'",
        connectSrc: "'self'",
        formAction: "'self'",
        baseUri: "'none'",
        frameAncestors: "'none'",
      },
    },
    // `no-referrer` would have browsers send `Origin: null` with forms, which CsrfGuard could not tell from a foreign
    // site's.
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  app.useBodyParser('urlencoded', { extended: false, limit: bodyLimit });
  app.useBodyParser('json', { limit: bodyLimit });
  app.useStaticAssets(assetFolder, { prefix: '/assets/', index: false, redirect: false });
  app.enableShutdownHooks();
  return app;
}
