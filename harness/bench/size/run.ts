import { appendFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { exitCodes } from '../../errors.ts'
import { MODEL_ERROR } from '../../size/capacity.ts'
import { type SizeTrial, sizeTrial } from './study.ts'
import { usualNoise } from './world.ts'

/**
 * `npm run bench:size`: is the highest load of `size` that of an open loop, and do its servers meet the SLO? Each case draws a card, a model,
 * lengths, an SLO, arrivals, the loads of a sweep and noise; the sweep is measured on the engine of the simulator, in-process and on a
 * clock of its own; the answer is checked against an open loop of random arrivals on the same engine, on another start. Exit 1 if more
 * than 1 % of the answers promise too much. `--cases 300 --from 5000`: number and first seed; `--rows FILE` keeps the rows.
 */
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '300' },
    from: { type: 'string', default: '5000' },
    rows: { type: 'string' },
  },
})
const [cases, from] = [Number(values.cases), Number(values.from)]
const MOST_OVER_PROMISED = 0.01

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN

function rowOf({ world, capacity, truePerS, servers, goodShare }: SizeTrial): string {
  const length = (tokens: SizeTrial['world']['lengths']['promptTokens']) =>
    typeof tokens === 'number' ? String(tokens) : tokens.distribution
  const { limitedBy, value, conservative } = capacity
  return [
    `seed ${world.seed}`,
    world.name,
    `${length(world.lengths.promptTokens)} in ${length(world.lengths.outputTokens)} out`,
    `TTFT ${world.slo.ttftMs} TPOT ${world.slo.tpotMs ?? '-'} ms, ${percent(world.goodShare, 0)}`,
    `true ${truePerS.toPrecision(3)}/s, said ${value.toPrecision(3)}, promised ${conservative.toPrecision(3)}`,
    'slo' in limitedBy ? `${limitedBy.what} (${limitedBy.slo ?? 'full'})` : limitedBy.what,
    `${servers} servers: ${percent(goodShare, 2)} within the SLO`,
  ].join(' | ')
}

const isOver = ({ servers, goodShare, world }: SizeTrial): boolean => servers > 0 && goodShare < world.goodShare
const isFar = ({ capacity, truePerS }: SizeTrial): boolean => Math.abs(capacity.value / truePerS - 1) > 0.25

function summary(name: string, trials: readonly SizeTrial[]): string {
  const answered = trials.filter(({ capacity }) => capacity.value > 0)
  const errors = answered
    .map(({ capacity, truePerS }) => Math.abs(capacity.value / truePerS - 1))
    .toSorted((a, b) => a - b)
  const signed = answered.map(({ capacity, truePerS }) => capacity.value / truePerS - 1).toSorted((a, b) => a - b)
  const promised = answered.map(({ capacity, truePerS }) => capacity.conservative / truePerS).toSorted((a, b) => a - b)
  const covered = answered.filter(
    ({ capacity: { ci95 }, truePerS }) => ci95 !== null && ci95[0] <= truePerS && truePerS <= ci95[1],
  ).length
  const above = promised.filter((share) => share > 1).length
  return [
    name.padEnd(34),
    String(trials.length).padStart(5),
    percent(quantile(errors, 0.5)).padStart(9),
    percent(quantile(errors, 0.9)).padStart(9),
    percent(quantile(signed, 0.5)).padStart(9),
    percent(quantile(promised, 0.5), 0).padStart(9),
    percent(covered / Math.max(1, answered.length)).padStart(9),
    percent(above / Math.max(1, answered.length)).padStart(9),
    `${trials.filter(isOver).length}`.padStart(6),
  ].join(' ')
}

console.log(
  `Sizing study: ${cases} cases from seed ${from}; trials differ by ${percent(usualNoise.trialShare)} (tokens/s) and ${percent(usualNoise.ttftShare)} (TTFT), starts by ${percent(usualNoise.startShare)}; ` +
    `${percent(MODEL_ERROR.below, 0)} are taken off for the model. SIMULATED: no figure is of a card.\n`,
)
const trials: SizeTrial[] = []
for (let seed = from; seed < from + cases; seed += 1) {
  const trial = sizeTrial(seed, usualNoise)
  if (trial === null) continue
  trials.push(trial)
  if (values.rows !== undefined) appendFileSync(values.rows, `${rowOf(trial)}\n`)
  if (isOver(trial)) console.log(`OVER-PROMISED  ${rowOf(trial)}`)
  else if (isFar(trial)) console.log(`off by > 25 %  ${rowOf(trial)}`)
}
const over = trials.filter(isOver).length
console.log(
  `\n${'cases'.padEnd(34)} ${'n'.padStart(5)}    median      90 %      bias  promised  covered    above   over\n` +
    'Error of the highest load against the truth (which itself is known to about 5 %): median, 90th percentile, median with sign; what is\n' +
    'promised / truth, median; truth within the 95 % interval; promised load above the truth; servers that break the SLO.\n',
)
const groups: Readonly<Record<string, (trial: SizeTrial) => boolean>> = {
  all: () => true,
  'one length': ({ world }) => typeof world.lengths.promptTokens === 'number',
  'many lengths': ({ world }) => typeof world.lengths.promptTokens !== 'number',
  'random arrivals (Poisson)': ({ world }) => world.burstiness === 1,
  'bursts (gamma, shape 0.5)': ({ world }) => world.burstiness !== 1,
  'limited by TTFT': ({ capacity: { limitedBy } }) => 'slo' in limitedBy && limitedBy.slo === 'ttft',
  'limited by TPOT': ({ capacity: { limitedBy } }) => 'slo' in limitedBy && limitedBy.slo === 'tpot',
  'KV cache': ({ capacity: { limitedBy } }) => limitedBy.what === 'kv-cache',
  '5 loads or fewer': ({ world }) => world.concurrencies.length <= 5,
}
for (const [name, belongs] of Object.entries(groups)) console.log(summary(name, trials.filter(belongs)))
const share = over / Math.max(1, trials.length)
console.log(
  `\nover-promised: ${over} of ${trials.length} (${percent(share, 2)}), expected below ${percent(MOST_OVER_PROMISED, 0)}: ${share < MOST_OVER_PROMISED ? 'met' : 'MISSED'}`,
)
if (share >= MOST_OVER_PROMISED) process.exitCode = exitCodes.negativeResult
