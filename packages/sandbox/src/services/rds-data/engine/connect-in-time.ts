/** Waits for a connection of a pool until the signal says otherwise. One that comes later goes back to its pool. */
export async function connectInTime<C extends { release(): void }>(
  connecting: Promise<C>,
  signal: AbortSignal,
): Promise<C> {
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([connecting, aborted]);
  } catch (error) {
    if (signal.aborted) connecting.then((late) => late.release()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
