import { Body, Controller, Get, HttpCode, HttpStatus, Post } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Session } from 'nestjs-session-auth';
import { setTimeout as delay } from 'node:timers/promises';
import { describeSession, type SessionDescription } from '../inspector/session-description.js';
import { storagePlace } from '../settings.js';
import { stampOf } from './stamp-input.js';

/** How long each request works between reading and saving the session, in ms: long enough for all of them to overlap. */
const workMs = 20;

@Controller('api/session')
export class SessionApiController {
  constructor(private readonly config: ConfigService) {}

  @Get()
  show(@Session({ readonly: true }) session: Session): SessionDescription {
    return describeSession(session, storagePlace(this.config));
  }

  /** One of the inspector's twenty parallel updates. A plain `push` is enough: what other requests add meanwhile is kept. */
  @Post('stamps')
  @HttpCode(HttpStatus.NO_CONTENT)
  async stamp(@Body() body: unknown, @Session() session: Session): Promise<void> {
    const stamp = stampOf(body);
    await delay(workMs);
    const stamps = (session.stamps ??= []);
    if (!stamps.includes(stamp)) stamps.push(stamp);
  }
}
