import { imageModelByKey } from '../../harness/catalogue/image-models.ts'
import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { fitCard } from '../../harness/catalogue/own/known.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { describeWorkload } from '../../harness/metrics/describe-workload.ts'
import { imageFit } from '../../harness/physics/image.ts'
import { plannedRun, type RunLimit } from '../../harness/physics/limits/subject.ts'
import { runLimit } from '../../harness/physics/run-limit.ts'
import type {
  EmbeddingsScenario,
  ImageScenario,
  Scenario,
  TextScenario,
  TrainingScenario,
} from '../../harness/scenario/schema.ts'
import { formatNumber } from '../render/format-cell.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'

/** Images, embeddings or training on a card: whether they fit, and the physical limit. */
export interface JobPrediction {
  readonly scenario: string
  readonly card: string
  /** Size, steps and guidance, or batch and sequence length: the limit applies to these only. */
  readonly settings: string
  /** Null where it is not computed. */
  readonly fits: boolean | null
  readonly evidence: string
  /** Minimum seconds per image, or maximum steps per second; null with a reason. */
  readonly limit: { readonly value: number; readonly unit: RunLimit['unit']; readonly formula: string } | null
  readonly reason: string | null
}

/** Limit of an image or training scenario on a card. Throws `bad-input` for a model that is not in the catalogue. */
export function predictJob(scenario: Exclude<Scenario, TextScenario>, card: CardEntry): JobPrediction {
  if (scenario.kind === 'image') return imageJob(scenario, card)
  return scenario.kind === 'embeddings' ? textsJob(scenario, card) : trainingJob(scenario, card)
}

const unknown = (scenario: { readonly name: string; readonly model: string }) =>
  new JoulemarkError('bad-input', `scenario ${scenario.name}: ${scenario.model} is not in the catalogue`)

function imageJob(scenario: ImageScenario, card: CardEntry): JobPrediction {
  const model = imageModelByKey(scenario.model)
  if (model === null) throw unknown(scenario)
  const { size, steps, guidance, batch } = scenario.image
  const memory = fitCard(card)
  const fit = 'reason' in memory ? { fits: null, evidence: memory.reason } : imageFit(memory, model)
  const limit = runLimit(plannedRun(scenario, card))
  const base = {
    scenario: scenario.name,
    card: card.key,
    settings: `${size}, ${steps} steps, guidance ${guidance}, batch ${batch}`,
    ...fit,
  }
  if (fit.fits === false) return { ...base, limit: null, reason: 'it does not fit' }
  if ('reason' in limit) return { ...base, limit: null, reason: limit.reason }
  const { value, unit, formula } = limit
  return { ...base, limit: { value, unit, formula }, reason: null }
}

function textsJob(scenario: EmbeddingsScenario, card: CardEntry): JobPrediction {
  const limit = runLimit(plannedRun(scenario, card))
  return {
    scenario: scenario.name,
    card: card.key,
    settings: describeWorkload(scenario) ?? '',
    fits: null,
    evidence: 'memory of embeddings is not computed',
    ...('reason' in limit
      ? { limit: null, reason: limit.reason }
      : { limit: { value: limit.value, unit: limit.unit, formula: limit.formula }, reason: null }),
  }
}

function trainingJob(scenario: TrainingScenario, card: CardEntry): JobPrediction {
  if (modelByKey(scenario.model) === null) throw unknown(scenario)
  const { batch, sequenceTokens, rank, gradientCheckpointing } = scenario.training
  const limit = runLimit(plannedRun(scenario, card))
  return {
    scenario: scenario.name,
    card: card.key,
    settings: `batch ${batch} x ${sequenceTokens} tokens, rank ${rank}, checkpointing ${gradientCheckpointing ? 'on' : 'off'}`,
    fits: null,
    evidence: 'memory of training is not computed: activations depend on the command',
    ...('reason' in limit
      ? { limit: null, reason: limit.reason }
      : { limit: { value: limit.value, unit: limit.unit, formula: limit.formula }, reason: null }),
  }
}

/** The predictions as a table with their formulas below. */
export function jobPredictionTable(jobs: readonly JobPrediction[]): Table {
  return buildTable({
    id: 'job-prediction',
    title: 'Images, embeddings and training: physical limit',
    columns: [
      { id: 'scenario', head: 'Scenario', align: 'left', cell: (at) => text(`${at.scenario} on ${at.card}`) },
      { id: 'settings', head: 'Settings', align: 'left', cell: (at) => text(at.settings) },
      { id: 'fit', head: 'Memory', align: 'left', cell: fitCell },
      { id: 'limit', head: 'Limit', align: 'right', cell: limitCell },
    ],
    rows: jobs,
    rowId: (at) => `${at.scenario}-${at.card}`,
    notes: [
      'Minimum seconds per image, maximum texts or steps per second, at the dense 16-bit peak with FP32 accumulation. No expected value: no published timings were fitted.',
      ...jobs.flatMap((at) => (at.limit ? [`${at.scenario} on ${at.card}: ${at.limit.formula}`] : [])),
    ],
  })
}

function fitCell({ fits, evidence }: JobPrediction): Cell {
  if (fits === null) return missing(evidence)
  return fits ? text('fits') : { kind: 'oom', evidence }
}

function limitCell({ limit, reason }: JobPrediction): Cell {
  if (limit === null) return missing(reason ?? 'not predicted')
  return text(`${formatNumber(limit.value, 2)} ${limit.unit}`)
}
