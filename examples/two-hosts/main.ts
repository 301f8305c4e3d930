import { NestFactory } from '@nestjs/core';
import { AppModule, pageOrigin } from './app.module.js';

const app = await NestFactory.create(AppModule);
app.enableCors({ origin: pageOrigin, credentials: true });
await app.listen(process.env['PORT'] ?? 3000);
