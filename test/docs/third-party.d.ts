/**
 * As much of libraries as the documents' code uses, which are not installed for the tests: what is written here is what their own
 * declarations say.
 */

declare module 'typeorm' {
  export interface QueryRunner {
    query(statement: string): Promise<unknown>;
  }
  export interface MigrationInterface {
    up(runner: QueryRunner): Promise<void>;
    down(runner: QueryRunner): Promise<void>;
  }
  export interface InsertEvent<T> {
    readonly entity: T;
  }
  export interface EntitySubscriberInterface<T = unknown> {
    beforeInsert?(event: InsertEvent<T>): unknown;
  }
  export class DataSource {
    readonly driver: { readonly database?: string };
    readonly subscribers: EntitySubscriberInterface[];
  }
  export class Repository<T> {
    findOneBy(where: Partial<T>): Promise<T | null>;
  }
  export function Entity(): ClassDecorator;
  export function PrimaryGeneratedColumn(): PropertyDecorator;
  export function Column(options: { readonly type: 'text' }): PropertyDecorator;
}

declare module '@nestjs/typeorm' {
  import type { DynamicModule, Type } from '@nestjs/common';

  export class TypeOrmModule {
    static forRoot(options: {
      readonly type: 'postgres';
      readonly url: string;
      readonly entities: readonly Type[];
      readonly migrations: readonly Type[];
      readonly migrationsRun: boolean;
    }): DynamicModule;
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

declare module 'drizzle-orm' {
  export function eq(column: unknown, value: unknown): object;
}

declare module 'drizzle-orm/pg-core' {
  interface Column<T> {
    readonly type: T;
    primaryKey(): Column<T>;
    notNull(): Column<T>;
  }
  export type Table<T> = Record<keyof T, object> & { readonly row?: T };
  export function serial(name: string): Column<number>;
  export function text(name: string): Column<string>;
  export function pgTable<T extends Record<string, Column<unknown>>>(
    name: string,
    columns: T,
  ): Table<{ [Name in keyof T]: T[Name]['type'] }>;
}

declare module 'drizzle-orm/node-postgres' {
  import type { Pool } from 'pg';
  import type { Table } from 'drizzle-orm/pg-core';

  export interface NodePgDatabase {
    select(): { from<T>(table: Table<T>): { where(condition: object): Promise<T[]> } };
  }
  export function drizzle(options: { readonly client: Pool }): NodePgDatabase;
}

declare module '@codegenie/serverless-express' {
  export default function serverlessExpress(options: {
    readonly app: unknown;
  }): (event: unknown, context: unknown, callback: unknown) => unknown;
}

declare module '@fastify/aws-lambda' {
  export default function awsLambdaFastify(app: unknown): (event: unknown, context: unknown) => Promise<unknown>;
}
