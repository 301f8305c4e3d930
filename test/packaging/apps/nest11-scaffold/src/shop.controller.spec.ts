import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SessionModule, SessionStore } from 'nestjs-session-auth';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { sessionTesting } from 'nestjs-session-auth/testing';
import request from 'supertest';
import { AppModule } from './app.module';
import { ada } from './shop.controller';

describe('the shop', () => {
  let app: NestExpressApplication;

  beforeAll(async () => {
    const moduleRef = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = moduleRef.createNestApplication();
    await app.init();
  });

  afterAll(() => app.close());

  it('refuses before a login and lets in after it', async () => {
    const agent = request.agent(app.getHttpServer());
    await agent.get('/me').expect(401);
    await agent.post('/login').expect(201);
    await agent.get('/me').expect(200, ada);
  });

  it('takes a login that a test made', async () => {
    const browser = await sessionTesting(app).signIn(ada);
    await request(app.getHttpServer()).get('/me').set('Cookie', browser.header).expect(200, ada);
  });

  it('has one copy of each class', () => {
    const required = require('nestjs-session-auth') as typeof import('nestjs-session-auth');
    expect(required.SessionModule).toBe(SessionModule);
    expect(new MemoryStore()).toBeInstanceOf(SessionStore);
  });

  it('keeps what a session holds in the store of the settings', async () => {
    const agent = request.agent(app.getHttpServer());
    await agent.get('/visits').expect(200, { visits: 1 });
    await agent.get('/visits').expect(200, { visits: 2 });
  });
});
