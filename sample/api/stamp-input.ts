import { BadRequestException } from '@nestjs/common';
import { parallelRequests } from '../inspector/parallel-updates.service.js';
import { field } from '../views/form.js';

/** @throws BadRequestException if the stamp is not one of the numbers that a run uses. */
export function stampOf(body: unknown): number {
  const stamp = field(body, 'stamp');
  if (typeof stamp !== 'number' || !Number.isInteger(stamp) || stamp < 1 || stamp > parallelRequests) {
    throw new BadRequestException(`The stamp must be a whole number from 1 to ${String(parallelRequests)}.`);
  }
  return stamp;
}
