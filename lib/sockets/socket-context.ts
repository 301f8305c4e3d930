import type { ExecutionContext, Type } from '@nestjs/common';

/**
 * What a guard, or a user loader, gets at a connection, for which Nest makes no context.
 *
 * @param client that of the platform; its handshake, as long as there is none.
 */
export function socketContext(client: object, type: Type): ExecutionContext {
  const args: readonly unknown[] = [client, undefined];
  // The caller names the type.
  const at = (index: number): never => args[index] as never;
  return {
    getClass: () => type,
    getHandler: () => handlerOf(type),
    getArgs: () => args as never,
    getArgByIndex: at,
    getType: () => 'ws' as never,
    switchToWs: () => ({ getClient: () => at(0), getData: () => at(1), getPattern: () => '' }),
    switchToHttp: () => ({ getRequest: () => at(0), getResponse: () => at(1), getNext: () => at(2) }),
    switchToRpc: () => ({ getData: () => at(0), getContext: () => at(1) }),
  };
}

/** The gateway's method for connections, whose metadata count. */
function handlerOf(type: Type): ReturnType<ExecutionContext['getHandler']> {
  const method: unknown = Reflect.get(type.prototype as object, 'handleConnection');
  return typeof method === 'function' ? method : noHandler;
}

function noHandler(): void {
  // It only stands for the method that the gateway lacks.
}
