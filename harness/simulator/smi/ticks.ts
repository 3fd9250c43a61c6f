/** What is older than this is lost: a process that falls behind for good must not fall behind without end. */
const LONGEST_MS = 5000

/**
 * The moments at which a loop of the simulated nvidia-smi is due, after `lastMs` and up to `nowMs`, every `everyMs`. A busy
 * machine wakes the process late, and it then prints the rows that it missed: the card is simulated on a machine with
 * nothing else to do, and its rows do not depend on the machine that plays it.
 */
export function missedTicks(lastMs: number, everyMs: number, nowMs: number): number[] {
  const fromMs = Math.max(lastMs + everyMs, nowMs - LONGEST_MS)
  const moments: number[] = []
  for (let atMs = fromMs; atMs <= nowMs; atMs += Math.max(1, everyMs)) moments.push(atMs)
  return moments
}
