import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { type WaveOptions, waveMs } from '../../harness/workloads/wave.ts'
import type { Counted } from './scenario-text.ts'

/** A shorter trial has no steady part to speak of: its first 1.5 s and its ramp are left out. */
const SHORTEST_SECONDS = 5

/**
 * The length of a trial that has about this many requests, in whole seconds. A rate decides it. Of a closed loop the time of
 * a request does, measured with all of its streams in flight; more streams than prompts would send more than were asked for.
 */
export async function countedTrial(
  prompts: number,
  file: ScenarioFile,
  options: WaveOptions,
  say: (line: string) => void,
): Promise<Counted> {
  if (file.kind !== 'text' || (file.load.shape !== 'open' && file.load.shape !== 'closed')) {
    throw new TypeError('prompts are counted of a text load with one rate or concurrency')
  }
  const { load } = file
  if (load.shape === 'open') {
    const seconds = secondsOf(prompts / load.ratePerS)
    say(`--num-prompts ${prompts} at ${load.ratePerS} requests/s: trials of ${seconds} s`)
    return { seconds }
  }
  const concurrency = Math.min(load.concurrency, prompts)
  const requestMs = await waveMs({ ...file, load: { ...load, concurrency } }, options)
  const seconds = closedLoopSeconds(prompts, concurrency, requestMs)
  const each = `a request takes ${(requestMs / 1000).toPrecision(3)} s with ${concurrency} in flight`
  say(`--num-prompts ${prompts}: ${each}: trials of ${seconds} s`)
  return { seconds, concurrency }
}

/**
 * Time in s in which a closed loop sends `prompts` requests of `requestMs` each, `concurrency` at a time. The last of a
 * stream is sent before its time is up and awaited, so that half a request less than their sum is the middle of what fits.
 */
export function closedLoopSeconds(prompts: number, concurrency: number, requestMs: number): number {
  return secondsOf(((prompts / concurrency - 0.5) * requestMs) / 1000)
}

const secondsOf = (seconds: number): number => Math.max(SHORTEST_SECONDS, Math.round(seconds))
