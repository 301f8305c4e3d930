import { Injectable, NotFoundException, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AccountsConfig, type AccountsFeature } from '../accounts-config.js';

const FEATURE = Symbol('nestjs-session-auth accounts feature');

/** Of which feature a route is. */
export const OfFeature = (feature: AccountsFeature): ClassDecorator & MethodDecorator => SetMetadata(FEATURE, feature);

/** Routes of a feature that the options leave off are not there. */
@Injectable()
export class FeatureGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly config: AccountsConfig,
  ) {}

  /** @throws NotFoundException */
  canActivate(context: ExecutionContext): boolean {
    const feature = this.reflector.getAllAndOverride<AccountsFeature | undefined>(FEATURE, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (feature === undefined || this.config.has(feature)) return true;
    const { method = 'GET', url = '' } = context.switchToHttp().getRequest<{ method?: string; url?: string }>();
    throw new NotFoundException(`Cannot ${method} ${url.replace(/\?.*/s, '')}`);
  }
}
