import { Module } from '@nestjs/common';
import { DemoProvider } from './demo-provider.js';

/** A module of its own, because the module of accounts imports it. */
@Module({ providers: [DemoProvider], exports: [DemoProvider] })
export class SignInModule {}
