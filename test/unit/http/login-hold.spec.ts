import { describe, expect, it } from '@jest/globals';
import { LoginHold } from '../../../lib/http/login-hold.js';
import { Setup } from '../session/setup.js';

describe('the signal of a login’s end', () => {
  it.each([
    ['before', true],
    ['after', false],
  ])('is aborted if it is asked for %s the login has ended', async (_, isEarly) => {
    const setup = new Setup();
    const session = await setup.request(await setup.begin({ a: 1 }));
    let end = (): void => undefined;
    const hold = new LoginHold(
      {
        hold: (_state, ended) => {
          end = ended;
          return () => undefined;
        },
      },
      () => undefined,
      null,
      null,
    );
    hold.becomeEventStream();
    if (isEarly) expect(hold.ended.aborted).toBe(false);
    hold.hold(session);
    end();
    const { ended } = hold;
    hold.hold(session);
    expect(ended.aborted).toBe(true);
    expect(ended.reason).toMatchObject({ code: 'SESSION_GONE' });
  });
});
