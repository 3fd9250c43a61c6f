import { engineOf } from '../../harness/engines/table.ts'
import { describeWorkload } from '../../harness/metrics/describe-workload.ts'
import { enforcedPowerLimitW } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { demandText } from '../../harness/scenario/load-shape.ts'
import { lengthText } from '../../harness/scenario/prompt/length.ts'
import { counted } from '../../harness/units.ts'
import type { Facts } from '../facts.ts'
import { caveatsOf } from '../tables/caveats.ts'
import type { AnswerLine } from './lines.ts'

/** The simulator stamps the names of its cards; the answer says it in a line of its own. */
const STAMP = / \(SIMULATED\)$/
/** Said once in an answer of simulated runs. */
export const SIMULATED_HEAD = 'SIMULATED: no GPU was measured'

/** What was measured, on which card, with which versions, under which load; and how the run ended, where it is not complete. */
export function headLines(record: RunRecord, facts: Pick<Facts, 'card'>): AnswerLine[] {
  const { scenario, status, failure, oom } = record
  const remarks = remarksOf(record)
  const title = `${scenario.title} on ${cardName(record, facts) ?? 'a machine without a GPU'}`
  return [
    { text: title, style: 'bold' },
    ...(remarks.length === 0 ? [] : [{ text: remarks.join('; '), style: 'yellow', fit: 'cut' } as const]),
    { text: whereText(record), style: 'dim' },
    { text: loadText(record), style: 'dim' },
    ...(status === 'complete'
      ? []
      : [{ text: `${status}${failure === undefined ? '' : `: ${failure}`}`, style: 'red' } as const]),
    ...(oom === undefined ? [] : [{ text: `out of memory: ${oom.reason ?? oom.evidence}`, style: 'red' } as const]),
  ]
}

/** The card of a run by its short name, where the catalogue has one; null without a card. */
export function cardName({ card }: RunRecord, facts: Pick<Facts, 'card'>): string | null {
  const known = card.key === null ? null : facts.card(card.key)
  return known?.label ?? card.name?.replace(STAMP, '') ?? null
}

/** What a reader must know beside every figure of a run: that it was simulated, shortened, or held to looser limits. */
export const remarksOf = (record: RunRecord): string[] => [
  ...(record.source === 'simulated' ? [SIMULATED_HEAD] : []),
  ...caveatsOf(record),
]

/** Engine, model, driver and power limit. */
export function whereText(record: RunRecord): string {
  const { endpoint, scenario, gpus } = record
  const engine = endpoint.engine === null ? null : `${engineOf(endpoint.engine).name} ${endpoint.version ?? ''}`.trim()
  const drivers = [...new Set(gpus.flatMap(({ driver }) => driver ?? []))]
  const limitW = enforcedPowerLimitW(gpus)
  return [
    ...(engine === null ? [] : [engine]),
    scenario.model,
    ...(gpus.length > 1 ? [counted(gpus.length, 'GPU')] : []),
    ...(drivers.length === 0 ? [] : [`driver ${drivers.join(', ')}`]),
    ...(limitW === null ? [] : [`${Math.round(limitW)} W limit`]),
  ].join(' · ')
}

/** Load, lengths, trials and precision. */
function loadText(record: RunRecord): string {
  const { scenario, trials } = record
  const workload = describeWorkload(scenario)
  const requests = scenario.kind === 'training' ? [] : [demandText(scenario.load)]
  const lengths =
    scenario.kind === 'text'
      ? [`${inputText(scenario.prompt.tokens)} tokens in, ${lengthText(scenario.output.tokens)} out`]
      : []
  return [
    ...requests,
    ...lengths,
    ...(workload === null ? [] : [workload]),
    ...(trials.length === 0 ? ['no trial'] : [trialsText(record)]),
  ].join(' · ')
}

const inputText = (tokens: Parameters<typeof lengthText>[0] | undefined): string =>
  tokens === undefined ? 'as in the file:' : lengthText(tokens)

function trialsText({ scenario, trials, converged }: RunRecord): string {
  const seconds = scenario.kind === 'training' ? '' : ` of ${scenario.trial.seconds} s`
  const text = `${counted(trials.length, 'trial')}${seconds}`
  if (converged === null) return `${text}, so no ±`
  const target = `±${Number((scenario.certainty.target * 100).toFixed(2))} %`
  return `${text}, ${converged ? 'within' : 'NOT within'} ${target}`
}
