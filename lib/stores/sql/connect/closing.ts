/** How long a goodbye may take before connections are cut. */
const goodbyeLimitMs = 500;

/** Says goodbye, and cuts where it takes too long: a server that stands still must not keep the application from ending. */
export async function closeOrCut(goodbye: Promise<void>, cut: () => void): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    limit = setTimeout(() => {
      resolve(false);
    }, goodbyeLimitMs);
  });
  // A goodbye is refused where there is no connection to say it over.
  const done = goodbye.then(
    () => true,
    () => false,
  );
  if (!(await Promise.race([done, tooLate]))) cut();
  clearTimeout(limit);
}
