/** One application in a process of its own. Says its port to the process that started it, and ends with that one. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { benchmarkModule } from './nest.mjs';

process.on('disconnect', () => process.exit(0));

async function adapterOf(platform) {
  if (platform === 'express') {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter({ logger: false });
}

const { file, ...context } = JSON.parse(process.argv[2]);
const { application } = await import(new URL(file, import.meta.url));
const { imports, routes, setUp } = await application(context);
const app = await NestFactory.create(benchmarkModule({ imports, routes }), await adapterOf(context.platform), {
  logger: false,
});
await setUp?.(app);
await app.listen(0, '127.0.0.1');
process.on('message', () => process.send({ cpu: process.cpuUsage() }));
process.send({ port: app.getHttpServer().address().port });
