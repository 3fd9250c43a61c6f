import { expect, test } from 'vitest'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'
import { makeWall, makeWallSource } from '../../harness/testing/wall-builder.ts'
import { formatCell } from '../render/format-cell.ts'
import { economics } from '../render/html/client/economics.ts'
import { selectRuns } from '../tables/selection.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { moneyModel } from './card-money.ts'
import { economicsScenario, economicsTable } from './economics.ts'

/** A run whose server draws 100 W when idle and so much under load. */
const served = (card: string, serverPowerW: number, boardW: number, over: Partial<RunOverrides> = {}) =>
  makeRun({
    card,
    result: {
      outputTokensPerS: 1000,
      meanPowerW: boardW,
      tokensPerJ: 1000 / boardW,
      serverPowerW,
      serverTokensPerJ: 1000 / serverPowerW,
    },
    ...over,
    more: { wall: makeWall(1, { sources: [makeWallSource({ idlePowerW: 100 })] }), ...over.more },
  })
const ada = served('rtx-4090', 600, 360)
const pro = served('rtx-pro-6000-max-q', 450, 250)

function tableOf(runs: ReturnType<typeof served>[], utilisation = 1) {
  const facts = makeFacts({ money: { years: 3, tariffGbpPerKwh: 0.25, utilisation, pue: 1 } })
  const selection = selectRuns(runs, facts)
  const scenario = economicsScenario(selection)!
  const table = economicsTable(selection, facts, scenario)
  const rows = new Map(table.rows.map(({ id, cells }) => [id, cells.slice(1).map((cell) => formatCell(cell).main)]))
  return { rows, notes: table.notes ?? [], model: moneyModel(selection, facts, scenario) }
}

test('the electricity of a comparison is that of the servers where all were measured, and the table says so', () => {
  const { rows, notes } = tableOf([ada, pro], 0.5)
  // half of the year at 600 W, half at 100 W: 350 W x 8.76 kh x £0.25
  expect(rows.get('annual-electricity')).toEqual(['£767', '£602'])
  expect(rows.get('server-power')).toEqual(['600\u00a0W', '450\u00a0W'])
  expect(rows.has('server-tokens-per-joule')).toBe(true)
  expect(notes).toContain(
    'Electricity of the whole server, measured: RTX 4090 600 W under load, 100 W idle (IPMI); RTX PRO 6000 Max-Q 450 W under load, 100 W idle (IPMI).',
  )
  expect(notes.some((note) => note.startsWith('Idle power of'))).toBe(false)
})

test('one card without it puts all on their boards, and the table names it', () => {
  const board = makeRun({
    card: 'rtx-pro-6000-max-q',
    result: { outputTokensPerS: 1000, meanPowerW: 250, serverPowerW: 'ipmi: ipmitool is not installed' },
  })
  const { rows, notes } = tableOf([ada, board])
  expect(rows.get('annual-electricity')).toEqual(['£788', '£548'])
  expect(rows.has('server-power')).toBe(false)
  expect(notes).toContainEqual(
    expect.stringMatching(
      /boards alone, because .* not measured for all: RTX PRO 6000 Max-Q: ipmi: ipmitool is not installed\.$/,
    ),
  )
})

test.each([
  [
    'other cards beside those that served',
    {
      more: {
        gpus: [
          { ...ada.gpus[0]!, serving: true },
          { ...ada.gpus[0]!, uuid: 'GPU-z', serving: false },
        ],
      },
    },
  ],
  [
    'a server that draws less than its cards',
    { gates: [{ id: 'server-power', status: 'fail', required: false, evidence: 'less' } as const] },
  ],
  ['a server without an idle power', { more: { wall: makeWall(1, { sources: [makeWallSource()] }) } }],
])('%s: the boards count', (_, over) => {
  const { rows, notes } = tableOf([served('rtx-4090', 600, 360, over)])
  expect(rows.get('annual-electricity')).toEqual(['£788'])
  expect(notes).toContain('Electricity of the GPU boards; the rest of the server is assumed to add nothing.')
})

test('the page computes with the same power, also for the assumptions of a reader', () => {
  const { model } = tableOf([ada, pro])
  expect(model).toMatchObject({
    powerOf: 'server',
    cards: [
      { meanPowerW: 600, idleW: 100 },
      { meanPowerW: 450, idleW: 100 },
    ],
  })
  const figures = economics(model.cards[0]!, { ...model, utilisation: 0.5, tariffGbpPerKwh: 0.5 })
  expect(figures['annual-electricity']).toBeCloseTo(350 * 8.76 * 0.5, 9)
})
