/**
 * As much of libraries as the documents' code uses, which are not installed for the tests: what is written here is what their own
 * declarations say.
 */

declare module '@nestjs/typeorm' {
  import type { DynamicModule, Type } from '@nestjs/common';
  import type { DataSourceOptions } from 'typeorm';

  export class TypeOrmModule {
    static forRoot(options: DataSourceOptions): DynamicModule;
    static forFeature(entities: readonly Type[]): DynamicModule;
  }
  export function InjectRepository(entity: Type): ParameterDecorator;
}

declare module '@prisma/adapter-pg' {
  import type { Pool } from 'pg';

  export class PrismaPg {
    constructor(pool: Pool);
  }
}

declare module '@codegenie/serverless-express' {
  export default function serverlessExpress(options: {
    readonly app: unknown;
  }): (event: unknown, context: unknown, callback: unknown) => unknown;
}

declare module '@fastify/aws-lambda' {
  export default function awsLambdaFastify(app: unknown): (event: unknown, context: unknown) => Promise<unknown>;
}
