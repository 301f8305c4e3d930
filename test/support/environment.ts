/** Runs `work` with these environment variables; `undefined` takes one away. Whatever changed is put back afterwards. */
export async function withEnvironment<T>(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(variables)) set(name, value);
  try {
    return await work();
  } finally {
    for (const name of new Set([...Object.keys(process.env), ...Object.keys(before)])) set(name, before[name]);
  }
}
