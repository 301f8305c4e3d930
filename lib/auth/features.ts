import { SetMetadata, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { discover } from '../http/discovery.js';
import type { AuthFeature } from './auth-feature.js';
import { NotBefore } from './everyone/not-before.js';
import { ProtectionFeature } from './protection/protection.feature.js';
import { RememberFeature } from './remember/remember.feature.js';

const LOGIN_FEATURE = Symbol('nestjs-session-auth feature');

/**
 * The features of this room, in the order of asking: a session that is out anyway need not be protected. They are not found by
 * their decorator, since others have to be made with them.
 */
export const authFeatures: readonly Type<AuthFeature>[] = [NotBefore, ProtectionFeature, RememberFeature];

/** Makes a provider of any module a feature: it has any of the methods of {@link AuthFeature}, and is asked after those of this room. */
export const LoginFeature = (): ClassDecorator => SetMetadata(LOGIN_FEATURE, true);

/**
 * The providers that are marked as features, in the order of the modules.
 *
 * @throws SessionConfigError for one that is not there once for the whole application
 */
export function addedFeatures(modules: ModulesContainer): AuthFeature[] {
  return discover(modules, LOGIN_FEATURE).map(({ instance }) => instance);
}
