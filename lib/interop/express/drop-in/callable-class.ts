interface Class<Instance extends object> {
  readonly prototype: Instance;
}

/**
 * A class that can also be called as a function. Many stores predate classes and call their base on themselves:
 * `Store.call(this)`.
 *
 * @param initialise does to such an object what the constructor does to a new one.
 */
export function callableClass<Instance extends object, C extends Class<Instance>>(
  constructor: C & Class<Instance>,
  initialise: (self: Instance) => void,
): C {
  return new Proxy(constructor, {
    apply(_target, self: Instance) {
      initialise(self);
    },
  });
}
