import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { DevicesGateway } from './devices.gateway.js';
import { DevicesResolver } from './devices.resolver.js';
import { LoginChanges } from './login-changes.js';

@Module({
  imports: [
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
      graphiql: false,
      subscriptions: { 'graphql-ws': true },
    }),
  ],
  providers: [DevicesGateway, DevicesResolver, LoginChanges],
})
export class LiveModule {}
