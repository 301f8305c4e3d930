import { Controller, Get } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';
import { countVisit } from '../shop/visits.js';

@Controller('api/visits')
export class VisitsApiController {
  @Get()
  count(@Session() session: Session): { visits: number } {
    return { visits: countVisit(session) };
  }
}
