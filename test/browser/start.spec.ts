import { describe, expect, it } from '@jest/globals';
import { RunningShop } from './running-shop.js';

describe('the start of the shop', () => {
  it('says that the port it was given is in use, and ends', async () => {
    const shop = await RunningShop.open();
    try {
      const { port } = new URL(shop.address);
      await expect(RunningShop.start({ PORT: port })).rejects.toThrow(
        new RegExp(`ended with 1 before it listened[^]*Port ${port} is in use\\.`),
      );
    } finally {
      await shop.close();
    }
  });

  it('refuses production without a key of its own', async () => {
    await expect(RunningShop.start({ NODE_ENV: 'production' })).rejects.toThrow('SECRET_KEY (secretKey): is not set');
  });

  it('names every setting that it cannot use', async () => {
    const start = RunningShop.start({ SESSION_TYPE: 'redsi', PERMANENT_SESSION_LIFETIME: 'soon' });
    await expect(start).rejects.toThrow(/SESSION_TYPE.*\n.*PERMANENT_SESSION_LIFETIME/);
  });
});
