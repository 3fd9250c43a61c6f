import { allModels } from '../../harness/catalogue/models.ts'
import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { fitCard } from '../../harness/catalogue/own/known.ts'
import { cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { modelOf, ownModels } from '../../harness/catalogue/own-models.ts'
import type { Model } from '../../harness/catalogue/types.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { type Fit, fitOf, kvCapacityTokens } from '../../harness/physics/memory.ts'
import { type KvElementBytes, kvElementBytes } from '../../harness/physics/model/kv.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { formatNumber } from '../render/format-cell.ts'
import { sharedMemoryNotes, withMemory } from '../tables/card-memory.ts'
import { buildTable, type Cell, type Column, missing, type Table, type Tone, text } from '../tables/table.ts'

/** How a model is to be served, for a fit. */
export interface FitAssumptions {
  readonly contextTokens: number
  readonly sessions: number
  readonly kvBytesPerElement: KvElementBytes
}

/** One model on one card: its memory and the remaining room. */
export interface ModelFit extends Fit {
  readonly model: string
  readonly card: string
  readonly gpuMemoryUtilization: number
  /** Longest context of one sequence that fits, no longer than the model allows. */
  readonly longestContextTokens: number
}

const GIB = 2 ** 30

/** Each model on each card, at one number of sessions and one context, or the model's longest where that is shorter. */
export function modelFits(
  cards: readonly CardEntry[],
  assumed: FitAssumptions,
  shown: readonly Model[] = servedModels(),
): ModelFit[] {
  return shown.flatMap((model) =>
    cards.flatMap((entry) => {
      const card = fitCard(entry)
      if ('reason' in card) return []
      const contextTokens = Math.min(assumed.contextTokens, model.maxContext)
      const fit = fitOf(card, model, {
        ...assumed,
        contextTokens,
        gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION,
      })
      const longestContextTokens = Math.min(model.maxContext, fit.maxContextTokens * assumed.sessions)
      return {
        ...fit,
        model: model.key,
        card: card.key,
        gpuMemoryUtilization: DEFAULT_GPU_MEMORY_UTILIZATION,
        longestContextTokens,
      }
    }),
  )
}

/** The models of the catalogue and the user's, the smallest first. Models with random weights are for tests only. */
const servedModels = (): readonly Model[] =>
  [
    ...allModels().filter(({ key }) => !key.startsWith('tiny-')),
    ...ownModels().filter((model) => model.kind === 'text'),
  ].toSorted((a, b) => weightBytes(a) - weightBytes(b))

/** The fits of some models as a table: class, headroom, room in GiB, and the longest context and number of sessions. */
export function modelFitTable(cards: readonly CardEntry[], assumed: FitAssumptions, shown: readonly Model[]): Table {
  const note =
    'Each cell also gives the longest context of one sequence and the number of sequences of the stated context that fit at once. Further sequences queue; that is not OOM.'
  return fitTable(cards, assumed, { shown, cellOf: fitCell, notes: [note] })
}

/** The fits of every model of the catalogue, one line each and the smallest first. */
export function fitOverview(cards: readonly CardEntry[], assumed: FitAssumptions): Table {
  const notes = [
    `Beside the class: the longest context of one sequence, and how many sequences of ${assumed.contextTokens} tokens (or of the model's limit, where that is less) fit at once. Further sequences queue; that is not OOM.`,
    'fit --model KEY shows headroom and bytes of a model; joulemark model list shows the keys.',
  ]
  return fitTable(cards, assumed, { shown: servedModels(), cellOf: shortCell(assumed), notes })
}

interface FitRows {
  readonly shown: readonly Model[]
  readonly cellOf: (fit: ModelFit) => Cell
  readonly notes: readonly string[]
}

function fitTable(cards: readonly CardEntry[], assumed: FitAssumptions, { shown, cellOf, notes }: FitRows): Table {
  const fits = modelFits(cards, assumed, shown)
  const column = (card: CardEntry): Column<Model> => ({
    id: card.key,
    head: withMemory(card),
    align: 'right',
    cell: (model) => {
      const fit = fits.find((each) => each.model === model.key && each.card === card.key)
      if (fit !== undefined) return cellOf(fit)
      const known = fitCard(card)
      return missing('reason' in known ? known.reason : 'not computed')
    },
  })
  const kv = assumed.kvBytesPerElement === 1 ? 'FP8' : 'FP16'
  const sessions = assumed.sessions === 1 ? 'one sequence' : `${assumed.sessions} sequences`
  return buildTable({
    id: 'model-fit',
    title: `What fits: ${sessions} of ${assumed.contextTokens} tokens, ${kv} KV`,
    columns: [
      { id: 'model', head: 'Model', align: 'left', cell: (model: Model) => text(model.label) },
      {
        id: 'weights',
        head: 'GiB',
        align: 'right',
        cell: (model: Model) => ({ kind: 'number', value: weightBytes(model) / GIB, unit: '', digits: 1 }),
      },
      ...cards.map(column),
    ],
    rows: shown,
    rowId: (model) => model.key,
    notes: [
      `GiB: the weights. Headroom = room for KV / required KV: OOM below 1, Tight below 2, Comfortable below 8, otherwise Trivial. Room = ${DEFAULT_GPU_MEMORY_UTILIZATION} of CUDA memory (vLLM's default) minus weights minus an allowance for activations, graphs and context.`,
      ...notes,
      ...sharedMemoryNotes(cards),
    ],
  })
}

const gib = (bytes: number): string => formatNumber(bytes / GIB, 1)

/** The class on one line: what fits, or by how much it does not. */
const shortCell =
  ({ contextTokens, sessions }: FitAssumptions) =>
  (fit: ModelFit): Cell => {
    if (fit.headroomRatio >= 1) {
      const most = fit.kvBytesPerToken === 0 ? '' : `, ${fit.maxSessions}`
      return text(`${fit.verdict} ${thousands(fit.longestContextTokens)}${most}`, TONES[fit.verdict])
    }
    if (fit.freeBytes <= 0) return text(`OOM by ${gib(-fit.freeBytes)} GiB`, 'bad')
    const wanted = sessions === 1 ? thousands(contextTokens) : `${sessions} x ${thousands(contextTokens)}`
    return text(`OOM: ${thousands(fit.maxContextTokens)} of ${wanted}`, 'bad')
  }

const TONES: Readonly<Record<Fit['verdict'], Tone>> = {
  OOM: 'bad',
  Tight: 'warn',
  Comfortable: 'good',
  Trivial: 'good',
}

function fitCell(fit: ModelFit): Cell {
  if (fit.headroomRatio < 1) {
    const short =
      fit.freeBytes > 0
        ? `room for KV ${gib(fit.freeBytes)} GiB, enough for ${fit.maxContextTokens} tokens`
        : `the weights alone exceed the memory by ${gib(-fit.freeBytes)} GiB`
    return { kind: 'oom', evidence: `${fit.model} on ${fit.card}: ${gib(fit.weightsBytes)} GiB of weights, ${short}` }
  }
  // an encoder of texts keeps nothing: memory does not limit how many it reads
  if (fit.kvBytesPerToken === 0) {
    const detail = `no KV cache, ${gib(fit.freeBytes)} GiB free; up to ${thousands(fit.longestContextTokens)} per text`
    return { kind: 'text', text: fit.verdict, detail }
  }
  const room = `headroom ${formatNumber(fit.headroomRatio, 1)}x, ${gib(fit.freeBytes)} GiB for KV`
  const most = `up to ${thousands(fit.longestContextTokens)} context, or ${fit.maxSessions} sequences`
  return { kind: 'text', text: fit.verdict, detail: `${room}; ${most}` }
}

const thousands = (tokens: number): string => (tokens < 1000 ? String(tokens) : `${Math.floor(tokens / 1024)}k`)

/** A run whose server reported its KV capacity, with the prediction for the same settings. */
export interface CapacityRow {
  readonly run: string
  readonly source: RunRecord['source']
  readonly card: string
  readonly model: string
  readonly predictedTokens: number
  readonly measuredTokens: number
}

/** Predicted and reported KV capacity of the runs that have both; others are skipped. */
export function capacityRows(runs: readonly RunRecord[]): CapacityRow[] {
  return runs.flatMap((run) => {
    const serving = run.endpoint.serving
    const entry = cardOfRun(run.card)
    const card = entry === null ? null : fitCard(entry)
    const model = modelOf(run)
    if (!serving || serving.kvCapacityTokens === null || card === null || 'reason' in card || model === null) return []
    const predictedTokens = kvCapacityTokens(card, model, {
      kvBytesPerElement: kvElementBytes(serving.kvCacheDtype ?? run.scenario.server?.kvCacheDtype),
      gpuMemoryUtilization: serving.gpuMemoryUtilization ?? DEFAULT_GPU_MEMORY_UTILIZATION,
      gpus: Math.max(1, servingGpus(run.gpus).length),
    })
    const { kvCapacityTokens: measuredTokens } = serving
    return [{ run: run.id, source: run.source, card: card.key, model: model.key, predictedTokens, measuredTokens }]
  })
}

/** The same as a table; null when no run has both. */
export function capacityTable(runs: readonly RunRecord[]): Table | null {
  const rows = capacityRows(runs)
  if (rows.length === 0) return null
  const tokens = (id: string, head: string, of: (row: CapacityRow) => number): Column<CapacityRow> => ({
    id,
    head,
    align: 'right',
    cell: (row) => ({ kind: 'number', value: of(row), unit: 'tokens', digits: 0, ...simulatedIn(row) }),
  })
  return buildTable({
    id: 'kv-capacity',
    title: 'KV capacity: predicted and reported by the server',
    columns: [
      { id: 'run', head: 'Run', align: 'left', cell: (row: CapacityRow) => text(row.run) },
      tokens('predicted', 'Predicted', (row) => row.predictedTokens),
      tokens('measured', 'Server', (row) => row.measuredTokens),
      {
        id: 'ratio',
        head: 'Predicted / server',
        align: 'right',
        cell: (row: CapacityRow) => ({
          kind: 'ratio',
          value: row.predictedTokens / row.measuredTokens,
          digits: 2,
          ...simulatedIn(row),
        }),
      },
    ],
    rows,
    rowId: (row) => row.run,
  })
}

const simulatedIn = (row: CapacityRow): { simulated: boolean } => ({ simulated: row.source === 'simulated' })
