import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import supertest from 'supertest';
import { TestCookies } from '../../../lib/testing/index.js';

const server = createServer((request, response) => response.end(request.headers.cookie ?? 'none'));

beforeAll(async () => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
afterAll(async () => new Promise((resolve) => void server.close(resolve)));

function cookies(...lines: readonly string[]): TestCookies {
  return new TestCookies().take(lines);
}

describe('an agent that is given cookies', () => {
  it('sends them to its server', async () => {
    const agent = await cookies('a=1; Path=/; HttpOnly', 'b=2; Path=/').applyTo(supertest.agent(server));
    await agent.get('/page').expect(200, 'a=1; b=2');
  });

  it('sends them to the address that it was made for', async () => {
    const { port } = server.address() as { port: number };
    const agent = supertest.agent(`http://localhost:${String(port)}`);
    await cookies('a=1; Path=/').applyTo(agent);
    expect(agent.get('/page').cookies).toBe('a=1');
  });

  it('sends Secure ones to a server of its own that speaks TLS, and to an address with https', async () => {
    const own = await cookies('a=1; Path=/; Secure').applyTo(supertest.agent(createTlsServer()));
    const access = { domain: '127.0.0.1', path: '/', secure: true, script: false };
    expect(own.jar.getCookies(access).toValueString()).toBe('a=1');
    const addressed = await cookies('a=1; Path=/; Secure').applyTo(supertest.agent('https://shop.example'));
    expect(addressed.get('/').cookies).toBe('a=1');
    await expect(cookies('a=1; Secure').applyTo(supertest.agent('http://shop.example'))).rejects.toThrow(/Secure/);
  });

  it('takes those of its host’s whole domain', async () => {
    const agent = supertest.agent('https://www.shop.example');
    await cookies('a=1; Domain=shop.example; Path=/').applyTo(agent);
    expect(agent.get('/').cookies).toBe('a=1');
    await expect(cookies('b=2; Domain=other.example').applyTo(agent)).rejects.toThrow(/for other\.example/);
  });

  it('is not told the value of a cookie that it would not send', async () => {
    const giving = cookies('session=the-secret-value; Secure').applyTo(supertest.agent(server));
    await expect(giving).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
  });
});
