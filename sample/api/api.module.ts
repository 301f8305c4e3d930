import { Module } from '@nestjs/common';
import { AccountApiController } from './account-api.controller.js';
import { CartApiController } from './cart-api.controller.js';
import { SessionApiController } from './session-api.controller.js';
import { VisitsApiController } from './visits-api.controller.js';

/** What the pages do, as a JSON API. */
@Module({
  controllers: [AccountApiController, CartApiController, SessionApiController, VisitsApiController],
})
export class ApiModule {}
