import { NestFactory } from '@nestjs/core';
import { OfficeModule } from './office.module.js';
import { ShopModule } from './shop.module.js';

// Usually two processes; the store must be one that both reach, such as SESSION_TYPE=redis.
const shop = await NestFactory.create(ShopModule);
await shop.listen(process.env['SHOP_PORT'] ?? 3000);
const office = await NestFactory.create(OfficeModule);
await office.listen(process.env['OFFICE_PORT'] ?? 3001);
