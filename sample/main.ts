import { openShop } from './open-shop.js';

if ((await openShop()) === null) process.exitCode = 1;
