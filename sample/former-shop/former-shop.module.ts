import { Module } from '@nestjs/common';
import { FormerShop } from './former-shop.service.js';

/** Apart from the pages: the session module asks for it. */
@Module({ providers: [FormerShop], exports: [FormerShop] })
export class FormerShopModule {}
