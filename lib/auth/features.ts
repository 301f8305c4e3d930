import { SetMetadata, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { discover } from '../http/discovery.js';
import type { AuthFeature } from './auth-feature.js';
import { NotBefore } from './everyone/not-before.js';
import { ProtectionFeature } from './protection/protection.feature.js';
import { RememberFeature } from './remember/remember.feature.js';

const LOGIN_FEATURE = Symbol('nestjs-session-auth feature');

/**
 * The features of this room, in the order in which they are called: a session that ends anyway need not be protected. They are
 * not discovered by a decorator, since other providers depend on them.
 */
export const authFeatures: readonly Type<AuthFeature>[] = [NotBefore, ProtectionFeature, RememberFeature];

/**
 * Marks a provider of any module as a feature: implement any of the methods of {@link AuthFeature}, which are called after
 * those of this room.
 */
export const LoginFeature = (): ClassDecorator => SetMetadata(LOGIN_FEATURE, true);

/** The providers that are marked as features, in module order. @throws SessionConfigError for one that is not a singleton */
export function addedFeatures(modules: ModulesContainer): AuthFeature[] {
  return discover(modules, LOGIN_FEATURE).map(({ instance }) => instance);
}
