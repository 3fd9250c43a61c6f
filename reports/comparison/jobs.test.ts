import { expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { formatCell } from '../render/format-cell.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { jobsTable } from './jobs.ts'
import { throughputTable } from './throughput.ts'
import { winnerOf } from './winners.ts'

const flux = {
  scenario: 'flux-28',
  title: 'FLUX.1-dev',
  model: 'flux.1-dev',
  work: { kind: 'image', image: { steps: 28, guidance: 3.5, batch: 2 } },
} as const
const qlora = {
  scenario: 'qlora-8b',
  title: 'QLoRA 8B',
  startedAt: '2026-11-02T10:00:00Z',
  work: { kind: 'training', training: { batch: 4, sequenceTokens: 512, rank: 16, gradientCheckpointing: true } },
} as const
const oom = 'CUDA out of memory: tried to allocate 2.1 GiB'

const ada = makeRun({ card: 'rtx-4090', ...flux, status: 'failed', failure: 'the server is gone', oom })
const pro = makeRun({
  ...{ card: 'rtx-pro-6000-max-q', ...flux },
  result: { imagesPerS: [0.5, 0.49, 0.51], secondsPerImage: 4, meanPowerW: 300, joulesPerImage: 600 },
})
const adaSteps = makeRun({
  ...{ card: 'rtx-4090', ...qlora },
  result: { stepsPerS: 2, meanPowerW: 400, joulesPerStep: 200 },
})
const proSteps = makeRun({
  ...{ card: 'rtx-pro-6000-max-q', ...qlora },
  source: 'simulated',
  result: { stepsPerS: 3, meanPowerW: 300, joulesPerStep: 100 },
})

const selectionOf = (runs: readonly RunRecord[]) => selectRuns(runs, makeFacts())
const printed = (runs: readonly RunRecord[]) =>
  new Map(
    jobsTable(selectionOf(runs), makeFacts())!.rows.map((row) => [
      row.id,
      row.cells.map(formatCell).map(({ main, mark }) => (main + mark).replaceAll('\u00a0', ' ')),
    ]),
  )

test('£ per 1,000 images and energy per image; the card that ran out of memory is OOM in both', () => {
  const rows = printed([ada, pro])
  // £8,500 / 3 + 0.3 kW x 8,760 h x £0.18, over 0.5 x 31,536,000 images.
  const gbp = ((8500 / 3 + 0.3 * 8760 * 0.18) / (0.5 * 31_536_000)) * 1000
  expect(rows.get('flux-28-cost')).toEqual(['FLUX.1-dev', '£ per 1,000 images', 'OOM', `£${gbp.toFixed(3)}`])
  expect(rows.get('flux-28-energy')).toEqual(['FLUX.1-dev', 'Energy per image (J)', 'OOM', '600.0 J'])
})

test('£ per training step in as many digits as it needs, stamped where it was simulated', () => {
  const rows = printed([adaSteps, proSteps])
  const gbp = (1300 / 3 + 0.4 * 8760 * 0.18) / (2 * 31_536_000)
  expect(rows.get('qlora-8b-cost')!.slice(0, 3)).toEqual(['QLoRA 8B', '£ per training step', `£${gbp.toFixed(7)}`])
  expect(rows.get('qlora-8b-energy')).toEqual(['QLoRA 8B', 'Energy per step (J)', '200.0 J', '100.0 Jˢ'])
})

test('steps, guidance and batch stand beside every figure, here and in the throughput', () => {
  const selection = selectionOf([ada, pro, adaSteps, proSteps])
  const [jobs, throughput] = [jobsTable(selection, makeFacts())!, throughputTable(selection, makeFacts())]
  for (const { id, cells } of [...jobs.rows, ...throughput.rows]) {
    const detail = id.startsWith('flux')
      ? '1024x1024, 28 steps, guidance 3.5, batch 2'
      : 'batch 4 x 512 tokens, rank 16, with gradient checkpointing'
    expect(cells[0]).toMatchObject({ detail })
  }
  expect(throughput.rows[0]!.cells.slice(1).map((cell) => formatCell(cell).main)).toEqual([
    'OOM',
    '4.00\u00a0s/image',
    'RTX PRO 6000 Max-Q only',
  ])
})

test('OOM has its evidence, and the reason of the winner says it', () => {
  const selection = selectionOf([ada, pro])
  const [cost] = jobsTable(selection, makeFacts())!.rows
  expect(cost!.cells[2]).toEqual({ kind: 'oom', evidence: `RTX 4090: ${oom}`, simulated: false })
  expect(winnerOf(selection.scenarios[0]!, selection, makeFacts())).toMatchObject({
    card: { key: 'rtx-pro-6000-max-q' },
    why: 'RTX 4090: the server ran out of memory',
    evidence: [expect.stringContaining(oom)],
  })
})

test('text alone has no jobs', () =>
  expect(jobsTable(selectionOf([makeRun({ card: 'rtx-4090' })]), makeFacts())).toBeNull())
