import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { CurrentUser, LoginAttempts, Session, type SessionUser } from 'nestjs-session-auth';
import { platforms, startApp } from '../support/app.js';

/** As ValidationPipe does with `transform` and `validateCustomDecorators`: it makes an instance of the type that it is told. */
@Injectable()
class InstancePipe implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    if (metatype === undefined || metatype === Object) return value;
    return Reflect.construct(metatype, []) as unknown;
  }
}

class Account {
  readonly isMade = true;
}

class BaseController {
  @Get('inherited')
  inherited(@Session() session: Session) {
    return { isNew: session.isNew };
  }
}

@Controller()
class ParameterController extends BaseController {
  @Get('session')
  session(@Session() session: Session) {
    session.set('seen', true);
    return { isNew: session.isNew };
  }

  @Get('attempts')
  attempts(@LoginAttempts() attempts: LoginAttempts) {
    return { isThere: typeof attempts.attempt };
  }

  @Get('user')
  user(@CurrentUser() user: SessionUser | null) {
    return { user };
  }

  @Get('account')
  account(@CurrentUser() account: Account) {
    return account;
  }
}

describe.each(platforms)('a parameter on %s whose type is named like its decorator', (platform) => {
  it('reaches the handler as it is, whatever a pipe makes of types', async () => {
    const pipe = new InstancePipe();
    const running = await startApp({
      platform,
      controllers: [ParameterController],
      prepare: (app) => void app.useGlobalPipes(pipe),
    });
    try {
      const jar = running.jar();
      expect(await jar.json('/session')).toEqual({ isNew: true });
      expect(await jar.json('/session')).toEqual({ isNew: false });
      expect(await jar.json('/inherited')).toEqual({ isNew: false });
      expect(await jar.json('/attempts')).toEqual({ isThere: 'function' });
      expect(await jar.json('/user')).toEqual({ user: null });
      // A class of the application's own is its own business.
      expect(await jar.json('/account')).toEqual({ isMade: true });
    } finally {
      await running.close();
    }
  });
});
