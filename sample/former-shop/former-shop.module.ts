import { Module } from '@nestjs/common';
import { FormerShop } from './former-shop.service.js';

/** A module of its own, because the session module imports it. */
@Module({ providers: [FormerShop], exports: [FormerShop] })
export class FormerShopModule {}
