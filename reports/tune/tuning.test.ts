import { describe, expect, test } from 'vitest'
import { gbpPerUnits } from '../../harness/metrics/cost.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeWall, makeWallSource } from '../../harness/testing/wall-builder.ts'
import { buildReport } from '../build.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { renderCsv } from '../render/csv.ts'
import { formatCell } from '../render/format-cell.ts'
import { renderJson } from '../render/json.ts'
import { renderTerminal } from '../render/terminal.ts'
import { makeTuning } from '../testing/tuning-builder.ts'
import { tuneDocument } from './document.ts'
import { tuneJsonSchema } from './document-schema.ts'
import { tuningsOf } from './tuning.ts'

const money = { pricesGbp: { 'rtx-pro-6000-workstation': 8000 } }
const reportOf = (runs: readonly RunRecord[]) => buildReport(runs, { money, series: new Map() })
const tableOf = (runs: readonly RunRecord[], id: string) => reportOf(runs).tables.find((table) => table.id === id)!
const rowsOf = (runs: readonly RunRecord[], id: string) =>
  tableOf(runs, id).rows.map(({ cells }) => cells.map(formatCell).map(({ main, mark, sub }) => [main + mark, sub]))
const answers = (runs: readonly RunRecord[]) =>
  Object.fromEntries(
    tableOf(runs, 'tune-1-answers').rows.map(({ id, cells }) => {
      const { main, mark } = formatCell(cells[1]!)
      return [id, main + mark]
    }),
  )

describe('the table of points', () => {
  const runs = makeTuning()

  test('has a row per limit from the highest down, and every figure has its interval and stamp', () => {
    const rows = rowsOf(runs, 'tune-1-points')
    expect(rows.map(([name]) => name)).toEqual([
      ['600 W', 'as found'],
      ['450 W', null],
      ['400 W', null],
      ['300 W', null],
    ])
    for (const cells of rows.slice(1)) {
      for (const [main, sub] of cells!.slice(1))
        expect([main, sub]).toEqual([expect.stringMatching(/(\d|%)ˢ$/), expect.stringMatching(/^±|to/)])
    }
    const [highest] = rows
    expect(highest!.at(-1)).toEqual(['–', null])
    expect(tableOf(runs, 'tune-1-points').notes.join(' ')).toContain('£8,000, given on the command line')
  })

  test('costs are those of the whole server where every run measured it, and the table says so; else of the boards', () => {
    const server = ({ setting }: RunRecord) => 300 + 1.1 * setting!.powerLimitW.asked!
    const wall = makeWall(1, { sources: [makeWallSource({ idlePowerW: 120 })] })
    const metered = runs.map((run): RunRecord => {
      const serverPowerW = { mean: server(run), ci95: null, n: 3, unit: 'W' }
      return { ...run, wall, result: { ...run.result, serverPowerW } }
    })
    const facts = catalogueFacts(money)
    const [boards] = tuningsOf(runs, facts)
    const [whole] = tuningsOf(metered, facts)
    const cost = ({ table }: typeof boards & {}, watts: number) =>
      table.rows.find(({ limitW }) => limitW === watts)!.gbp.mean!
    const inputs = { ...facts.money, priceGbp: 8000, idleW: 120 }
    const rate = whole!.table.rows[1]!.figures.outputTokensPerS!.mean!
    expect(cost(whole!, 450) / gbpPerUnits(rate, 1e6, 300 + 1.1 * 450, inputs)!).toBeCloseTo(1, 4)
    expect(cost(whole!, 450)).toBeGreaterThan(cost(boards!, 450))
    expect(tableOf(metered, 'tune-1-points').notes).toContain(
      'Electricity of the whole server, measured in every run; 120 W without load.',
    )
    expect(tableOf(runs, 'tune-1-points').notes).toContain('Electricity of the GPU boards.')
    // one run without it puts all points on their boards
    const [mixed] = tuningsOf([runs[0]!, ...metered.slice(1)], facts)
    expect(mixed!.money).not.toHaveProperty('powerOf')
    expect(cost(mixed!, 450)).toBeCloseTo(cost(boards!, 450), 12)
  })

  test('a locked clock that the cards did not run at is beside the one that was asked for', () => {
    const locked = (read: number) =>
      runs.map((run) => ({
        ...run,
        setting: { ...run.setting!, smClockMHz: { asked: 1501, locked: 1501, read } },
      }))
    expect(rowsOf(locked(1485), 'tune-1-points')[1]![0]).toEqual(['450 W, 1501 MHz', 'ran at 1485 MHz'])
    expect(rowsOf(locked(1501), 'tune-1-points')[1]![0]).toEqual(['450 W, 1501 MHz', null])
  })

  test('is the only table of a folder that holds nothing but a tuning', () => {
    expect(reportOf(runs).tables.map(({ id }) => id)).toEqual(['tune-1-points', 'tune-1-answers'])
    const text = renderTerminal(reportOf(runs), { columns: 80 })
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
    expect(text).toMatch(/\n450 W +│ 1,\d/)
    expect(text).toMatch(/\ntune-1-run-0: at 600 W, SIMULATED, not quotable; gates: /)
    expect(renderCsv(reportOf(runs)).map(({ name }) => name)).toEqual(['tune-1-points.csv', 'tune-1-answers.csv'])
    expect(JSON.parse(renderJson(reportOf(runs)))).toMatchObject({ simulated: true, stamp: 'SIMULATED' })
  })

  test('names a run that does not count, and the point that has no other', () => {
    const gate = { id: 'power-limit', status: 'fail' as const, required: false, evidence: 'GPU 0 enforces 450 W' }
    const fails = ({ setting }: RunRecord) =>
      setting?.powerLimitW.asked === 300 || (setting?.powerLimitW.asked === 400 && setting.block === 0)
    const broken = runs.map((run) => (fails(run) ? { ...run, gates: [gate] } : run))
    const table = tableOf(broken, 'tune-1-points')
    expect(table.notes.join('\n')).toContain(
      'Does not count: 400 W, block 1: gate power-limit failed: GPU 0 enforces 450 W',
    )
    expect(formatCell(table.rows[3]!.cells[1]!)).toMatchObject({
      main: '—',
      footnote: expect.stringContaining('enforces'),
    })
  })

  test('two tunings have two of each', () => {
    const both = [...runs, ...makeTuning({ tune: 'tune-2', limits: [600, 350] })]
    expect(reportOf(both).tables.map(({ id }) => id)).toEqual(
      ['tune-1', 'tune-2'].flatMap((id) => [`${id}-points`, `${id}-answers`]),
    )
    expect(rowsOf(both, 'tune-2-points').map(([name]) => name![0])).toEqual(['600 W', '350 W'])
  })

  test('a limit that was left as found is named as such', () => {
    expect(rowsOf(makeTuning({ limits: [null, 400] }), 'tune-1-points')[0]![0]).toEqual(['limit as found', '600 W'])
  })
})

describe('the operating points in words', () => {
  test('one that is shown to be best, and the end of the limits without a loss', () => {
    expect(answers(makeTuning())).toEqual({
      cheapest: expect.stringMatching(/^400 W \(£0\.0\d+ ±£0\.0\d+\), shown to be better than every other pointˢ$/),
      mostEfficient: expect.stringMatching(/^300 W \(\d\.\d+ ±0\.\d+ tokens\/J\), shown to be better/),
      fastestWithinSlo: 'no answer: the scenario states no SLO',
      'no-loss-powerLimitW-32': expect.stringMatching(
        /^down to 400 W: it loses less than 3 % of the output throughput at 600 W \(-1\.\d %, .*\); at 300 W a loss is shown \(-16/,
      ),
    })
  })

  test('some that cannot be distinguished: the one of the least power, and what it costs at most', () => {
    expect(answers(makeTuning({ limits: [600, 590, 580] }))['cheapest']).toMatch(
      /^\d+ W \(.*\); it cannot be distinguished from \d+ W( and \d+ W)?, draws the least power of these, and is worse than the best by \d(\.\d+)? % at most/,
    )
  })

  test('one block answers nothing, and says why', () => {
    const { cheapest, 'no-loss-powerLimitW-32': loss } = answers(makeTuning({ blocks: 1 }))
    expect(cheapest).toBe('no answer: one block has no spread between blocks: measure at least two')
    expect(loss).toBe('no answer: at least two blocks must be measured')
  })

  test('no price, no cheapest point', () => {
    const { tables } = buildReport(makeTuning({ more: { card: { key: null, name: 'Mystery' } } }))
    const answer = tables.find(({ id }) => id === 'tune-1-answers')!.rows[0]!.cells[1]!
    expect(formatCell(answer).main).toMatch(/^no answer: no price for Mystery/)
  })
})

describe('limits by streams', () => {
  const runs = makeTuning({ streams: [1, 8, 32], limits: [600, 300] })

  test('the trade-offs of the loads, a line per limit', () => {
    const charts = reportOf(makeTuning({ limits: [600, 300], streams: [1, 8, 32] })).charts!.list
    const chart = charts.find(({ id }) => id === 'tune-1-load-gpu')
    if (chart?.kind !== 'dots') throw new TypeError('a chart of dots')
    expect(chart.groups.map(({ name, dots }) => [name, dots.map(({ label }) => label)])).toEqual([
      ['600 W', ['1', '8', '32']],
      ['300 W', ['1', '8', '32']],
    ])
    expect(chart.simulated).toBe(true)
    const single = reportOf(makeTuning({ limits: [600, 300] })).charts!.list
    expect(single.filter(({ id }) => id.startsWith('tune-1-load'))).toEqual([])
  })

  test('two grids beside the points, whose names say the streams', () => {
    expect(reportOf(runs).tables.map(({ id }) => id)).toEqual(
      ['points', 'answers', 'rate-grid', 'cost-grid'].map((id) => `tune-1-${id}`),
    )
    const grid = rowsOf(runs, 'tune-1-cost-grid')
    expect(grid.map((cells) => cells.map(([main]) => main))).toEqual(
      ['1', '8', '32'].map((streams) => [streams, expect.stringMatching(/^£/), expect.stringMatching(/^£/)]),
    )
    expect(rowsOf(runs, 'tune-1-points')[2]![0]).toEqual(['600 W, 8 streams', 'as found'])
    expect(tableOf(runs, 'tune-1-points').title).toBe(
      'Operating points: Llama 3.1 8B FP8 batch 32 agg on RTX PRO 6000 Workstation',
    )
  })

  test('each load has its own end of the limits without a loss', () => {
    expect(answers(runs)).toMatchObject({
      'no-loss-powerLimitW-1': expect.stringContaining('down to 300 W, 1 stream'),
      'no-loss-powerLimitW-32': expect.stringContaining('nowhere: at 300 W, 32 streams a loss is shown'),
    })
  })
})

describe('the charts', () => {
  const chartsOf = (runs: readonly RunRecord[]) =>
    reportOf(runs).charts!.list.filter(({ id }) => id.startsWith('tune-'))

  test('rate, efficiency and cost against the limit, each point with its interval', () => {
    const chart = chartsOf(makeTuning()).find(({ id }) => id === 'tune-1-limit')!
    if (chart.kind !== 'lines') throw new Error('no lines')
    expect(chart.panels.map(({ y }) => y.label)).toEqual([
      'Output throughput (tokens/s)',
      'Energy efficiency (tokens/J)',
      '£ per million output tokens',
    ])
    const [line] = chart.panels[2]!.lines
    expect(line!.points.map(([x]) => x)).toEqual([300, 400, 450, 600])
    expect(
      line!.ci95!.every((interval, at) => interval![0] < line!.points[at]![1]! && interval![1] > line!.points[at]![1]!),
    ).toBe(true)
    expect(chart.summary).toMatch(/300 W [\d,.]+ tokens\/s, \d\.\d+ tokens\/J, £0\.\d+/)
  })

  test('output against power: the line joins the points that no other beats', () => {
    // at 550 W and 600 W the card draws the same 520 W, and gives the same but for noise
    const runs = makeTuning({ limits: [600, 550, 450, 300] })
    const chart = chartsOf(runs).find(({ id }) => id === 'tune-1-power')!
    if (chart.kind !== 'dots') throw new Error('no dots')
    const [group] = chart.groups
    const joined = group!.dots.filter(({ isJoined }) => isJoined)
    expect(joined.map(({ label }) => label)).toEqual(expect.arrayContaining(['450 W', '300 W']))
    expect(joined).toHaveLength(3)
    expect(group!.dots.every(({ xCi95, yCi95 }) => xCi95 !== null && yCi95 !== null)).toBe(true)
    expect(chart.summary).toMatch(/300 W \([\d,]+ tokens\/s at 300 W\), 450 W/)
  })

  test('a line per load, and none of a single limit', () => {
    const chart = chartsOf(makeTuning({ streams: [1, 32], limits: [600, 300] })).find(({ id }) => id === 'tune-1-limit')
    expect(chart?.kind === 'lines' && chart.panels[0]!.lines.map(({ name }) => name)).toEqual([
      '1 stream',
      '32 streams',
    ])
    expect(chartsOf(makeTuning({ limits: [600] }))).toEqual([])
  })
})

test('the document holds what is shown, and keeps to its schema', () => {
  const tunings = tuningsOf(makeTuning({ streams: [1, 32], limits: [600, 300] }), catalogueFacts(money))
  const document = tuneJsonSchema.parse(tuneDocument(tunings))
  expect(document).toMatchObject({
    format: 'joulemark-tune',
    stamp: 'SIMULATED',
    tunings: [{ id: 'tune-1', foundW: 600 }],
  })
  const [tuning] = document.tunings
  expect(tuning!.points.map(({ powerLimitW, concurrency }) => [powerLimitW, concurrency])).toEqual([
    [600, 1],
    [300, 1],
    [600, 32],
    [300, 32],
  ])
  const cheapest = tuning!.operatingPoints.find(({ goal }) => goal === 'cheapest')!
  expect(tuning!.points.map(({ key }) => key)).toContain(cheapest.proposal)
  expect(cheapest.text).toMatch(/32 streams \(£/)
  expect(tuning!.noLoss.map(({ concurrency, isLossShown }) => [concurrency, isLossShown])).toEqual([
    [1, false],
    [32, true],
  ])
})
