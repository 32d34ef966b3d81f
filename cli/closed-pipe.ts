/**
 * Ends the process in silence when nobody reads its output any more, as in `migrations history --json | head`: that is
 * how the reader says that it has enough, and no error.
 */
export function endWhenNobodyReads(streams: readonly NodeJS.WriteStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
}
