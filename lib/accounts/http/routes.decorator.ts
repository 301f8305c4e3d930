import { applyDecorators, UseGuards } from '@nestjs/common';
import { Public } from '../../auth/access/access.decorators.js';
import { CsrfGuard } from '../../auth/csrf/csrf.guard.js';
import { SessionOnly } from '../bearer/session-only.decorator.js';
import { AccountPageGuard } from './account-page.guard.js';
import { FeatureGuard, OfFeature } from './feature.guard.js';
import type { AccountsFeature } from '../accounts-config.js';

/** The controller of a feature: for everybody, with a check of where requests come from. An access token counts for nothing there. */
export const AccountRoutes = (feature: AccountsFeature): ClassDecorator =>
  applyDecorators(OfFeature(feature), Public(), SessionOnly(), UseGuards(FeatureGuard, CsrfGuard));

/** A route for those who are logged in. A browser is led to the login page. */
export const LoggedIn = (): MethodDecorator => applyDecorators(UseGuards(AccountPageGuard));
