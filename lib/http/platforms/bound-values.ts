/** What an application has bound to its requests. */
export type Values = Map<symbol, object>;

/** Where a request keeps what the application has bound to whose server it came, or to whose routes. */
export const ARRIVED_AT = Symbol('nestjs-session-auth application');

/** What is bound to a request, by the application that it is with. */
export function boundTo(request: object, key: symbol): unknown {
  const value: unknown = Reflect.get(request, key);
  if (value !== undefined) return value;
  // An Express that is called as a function, and passes the request on, leaves its own prototype at it.
  const values: unknown = Reflect.get(request, ARRIVED_AT);
  return values instanceof Map ? (values as Values).get(key) : undefined;
}
