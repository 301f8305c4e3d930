/** How long a clean disconnect may take before connections are cut, in ms. */
const goodbyeLimitMs = 500;

/**
 * Disconnects cleanly, and cuts the connections if that takes too long: a hanging server must not keep the application from
 * ending.
 */
export async function closeOrCut(goodbye: Promise<void>, cut: () => void): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    limit = setTimeout(() => {
      resolve(false);
    }, goodbyeLimitMs);
  });
  // A clean disconnect is rejected if there is no connection.
  const done = goodbye.then(
    () => true,
    () => false,
  );
  if (!(await Promise.race([done, tooLate]))) cut();
  clearTimeout(limit);
}
