import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'

/** What can go wrong at a server, by the name that switches it on. */
export const faults = {
  'start-refused': 'listens only after 2 s; until then connections are refused, as while vLLM loads',
  'oom-at-start': 'prints the log of a vLLM that ran out of memory and exits with 1',
  'in-stream-error': 'streams break off half-way with an error event, and [DONE] follows all the same',
  'cut-stream': 'streams end half-way, without [DONE]',
  abort: 'streams end half-way with finish_reason abort',
  'engine-death': 'the engine dies under load: errors in all streams, /health 503, then connections are refused',
  'preemption-storm': 'the KV cache holds one sequence of full length and not more',
  'merged-chunks': 'four tokens an event, as from a front end that falls behind',
  'missing-usage': 'no usage, though it was asked for',
  'old-metric-names': 'the metrics of vLLM 0.9.1',
  'keep-alive-close': 'idle connections are closed after 0.3 s in place of 5 s',
} as const

/** What a server can pretend, by the name that switches it on. It does so with every request. */
export const lies = {
  'prefix-hits': 'half of each prompt comes from the prefix cache, whatever the prompt is; the counters say so',
  'usage-off-3-percent': 'usage tells 3 % more output tokens than there were',
  'other-model-speed': 'the speed of a model of a quarter of the size',
  'silent-speculation': 'several tokens a step; the counters of drafts are there only with --draft-counters',
  'early-stop': 'answers stop at half their length with finish_reason stop, and usage says so',
  'foreign-traffic': 'another client keeps the server at work',
} as const

/** What can be wrong with a card or its sensors, as nvidia-smi shows it. */
export const sensorFaults = {
  dies: 'nvidia-smi fails for good soon after the load began',
  hangs: 'nvidia-smi says nothing for 10 s soon after the load began, and does not end',
  gaps: 'no reading for 1.5 s of every 2 s under load',
  'frozen-value': 'the power reading stands still soon after the load began',
  throttled: 'hardware thermal slowdown under load',
  'other-process': 'another process holds memory of the card',
  'ecc-errors': 'memory errors appear under load, one of them uncorrected',
  'wrong-power-limit': 'a power limit of 80 % of the default is enforced',
} as const

export type FaultName = keyof typeof faults
export type LieName = keyof typeof lies
export type SensorFaultName = keyof typeof sensorFaults

const namesOf = <Name extends string>(texts: Readonly<Record<Name, string>>): Name[] => Object.keys(texts) as Name[]
export const faultNames: readonly FaultName[] = namesOf(faults)
export const lieNames: readonly LieName[] = namesOf(lies)
export const sensorFaultNames: readonly SensorFaultName[] = namesOf(sensorFaults)

/** The names in `text`, separated by commas. Throws `bad-input` with the nearest name, else all. */
export function readNames<Name extends string>(flag: string, text: string, known: readonly Name[]): Name[] {
  const wanted = text.split(',').map((each) => each.trim())
  return wanted.map((each) => {
    const name = known.find((candidate) => candidate === each)
    if (name !== undefined) return name
    throw new JoulemarkError('bad-input', `--${flag} "${each}" is not known; ${suggestion(each, known)}`)
  })
}
