import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { assetFolder } from './settings.js';

/** The largest form or JSON body. */
const bodyLimit = '16kb';

/** The configured application, not listening yet. */
export async function createApplication(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    // Browsers open connections before they need them. Waiting for those would keep a stopped shop alive.
    forceCloseConnections: true,
  });
  app.useSecurityHeaders({
    // Only this site's own files: an injected script would not run.
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: "'none'",
        styleSrc: "'self'",
        imgSrc: "'self'",
        scriptSrc: "'self'",
        connectSrc: "'self'",
        // Browsers look at where a form leads on to, too: to the demo provider.
        formAction: ["'self'", 'http://127.0.0.1:*'],
        baseUri: "'none'",
        frameAncestors: "'none'",
      },
    },
    // With `no-referrer`, browsers send `Origin: null` with forms, and CsrfGuard could not tell them from another
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
