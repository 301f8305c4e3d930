import type { Type } from '@nestjs/common';
import type { AuthFeature } from './auth-feature.js';
import { NotBefore } from './everyone/not-before.js';
import { ProtectionFeature } from './protection/protection.feature.js';
import { RememberFeature } from './remember/remember.feature.js';

/** What listens to logins, in the order of asking: a session that is out anyway need not be protected. */
export const authFeatures: readonly Type<AuthFeature>[] = [NotBefore, ProtectionFeature, RememberFeature];
