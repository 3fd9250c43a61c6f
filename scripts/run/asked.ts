import { JoulemarkError } from '../../harness/errors.ts'

/** How the next token is chosen: fields of `sampling` in a scenario. */
export const samplingFields = [
  'temperature',
  'topP',
  'topK',
  'minP',
  'repetitionPenalty',
  'presencePenalty',
  'frequencyPenalty',
] as const
type SamplingField = (typeof samplingFields)[number]

/** What a question without a file can state. */
export type Field =
  | 'endpoint'
  | 'model'
  | 'servedAs'
  | 'api'
  | 'concurrency'
  | 'maxConcurrency'
  | 'rate'
  | 'sweep'
  | 'burstiness'
  | 'inputTokens'
  | 'dataset'
  | 'sharedTokens'
  | 'prefixCache'
  | 'rangeRatio'
  | 'outputTokens'
  | 'stopAtEos'
  | SamplingField
  | 'seconds'
  | 'prompts'
  | 'warmupSeconds'
  | 'slo'
  | 'seed'

/** A value as it was typed, and the flag that it was typed at. */
export interface Given {
  readonly flag: string
  readonly text: string
}

/** The fields that were stated. */
export type Asked = Readonly<Partial<Record<Field, Given>>>

/** The same with one more field. Throws `bad-input` where another flag states another value for it. */
export function withField(asked: Asked, field: Field, given: Given): Asked {
  const before = asked[field]
  if (before !== undefined && before.text !== given.text) {
    throw new JoulemarkError(
      'bad-input',
      `${before.flag} ${before.text} and ${given.flag} ${given.text} state the same thing; give one of them`,
    )
  }
  return { ...asked, [field]: before ?? given }
}

/** Pairs of fields of which a question has one, and why. */
const exclusive: readonly (readonly [Field, Field, string])[] = [
  ['concurrency', 'rate', 'requests are kept in flight, or are sent at a rate'],
  ['sweep', 'concurrency', 'the values of the sweep are the load'],
  ['sweep', 'maxConcurrency', 'the values of the sweep are the load'],
  ['sweep', 'rate', 'the values of the sweep are the load; --sweep rate=1,2,4 sweeps rates'],
  ['sweep', 'prompts', 'each value would take its own time; give --duration'],
  ['seconds', 'prompts', 'both set the length of a trial'],
  ['prefixCache', 'sharedTokens', 'both say what prompts share'],
]

/** Throws `bad-input`, one line, where two of the fields contradict each other. */
export function checkAsked(asked: Asked): void {
  for (const [one, other, why] of exclusive) {
    const [first, second] = [asked[one], asked[other]]
    if (first === undefined || second === undefined) continue
    throw new JoulemarkError('bad-input', `${first.flag} and ${second.flag} exclude each other: ${why}`)
  }
}
