/** Sends requests to one address, and keeps cookies as a browser would. */
export function browser(address: string): (method: string, path: string) => Promise<{ status: number; body: unknown }> {
  const cookies = new Map<string, string>();
  return async (method, path) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${address}${path}`, { method, headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return { status: response.status, body: await response.json() };
  };
}
