/**
 * Plays with trials of `fromSeconds`, then of twice that and so on up to `toSeconds`, until a run measured what the test
 * is about, and returns that run. How long a trial must be for a whole request in its steady window, or for a
 * conversation to reach its last turn, depends on how busy the machine is; what must be true of the run does not.
 * Where even the longest trial measured nothing the last run is returned, and the assertions of the test fail on it.
 */
export async function untilMeasured<Run>(
  play: (seconds: number) => Promise<Run>,
  isMeasured: (run: Run) => boolean,
  { fromSeconds, toSeconds = 8 * fromSeconds }: { readonly fromSeconds: number; readonly toSeconds?: number },
): Promise<Run> {
  for (let seconds = fromSeconds; ; seconds *= 2) {
    const run = await play(seconds)
    if (isMeasured(run) || seconds * 2 > toSeconds) return run
  }
}
