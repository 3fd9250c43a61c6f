import { describe, expect, test } from 'vitest'
import { makeRun } from '../../harness/testing/record-builder.ts'
import { makeServerTrial, makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { buildReportFrom } from '../build.ts'
import { chartSvg } from '../render/html/chart-svg.ts'
import { renderTerminal } from '../render/terminal.ts'
import { makeFacts } from '../testing/facts-builder.ts'
import { sweptRuns } from '../testing/sweep-builder.ts'
import { sweepDocument } from './document.ts'
import { sweepJsonSchema } from './document-schema.ts'
import { sweepsOf } from './lines.ts'

const loads = [1, 2, 4, 8, 16, 32, 64, 128]
const slow = sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads })
const fast = sweptRuns({ card: 'rtx-pro-6000-max-q', half: 60, meetsSloTo: 64, loads })
const facts = makeFacts()
const tableOf = (runs: typeof slow) => buildReportFrom(runs, facts).tables.find(({ id }) => id === 'sweep')
const chartsOf = (runs: typeof slow) =>
  buildReportFrom(runs, facts, { series: new Map() }).charts!.list.filter(({ id }) => id.startsWith('sweep-'))

describe('the table', () => {
  test('has a row for each load of each card, and says the knee and the highest load within the SLO', () => {
    const table = tableOf([...fast, ...slow])!
    expect(table.title).toBe('Throughput and interactivity by concurrency: Chat')
    expect(table.rows).toHaveLength(16)
    const notes = table.notes.join('\n')
    // half at 10: the gain of a doubling is below 10 % from 45 on
    expect(notes).toMatch(/RTX 4090: knee at 4[3-9] in flight.*; 95 %: above 32, at most 64\./)
    expect(notes).toMatch(
      /RTX 4090: SLO \(TTFT 500\u00a0ms, TPOT 20\u00a0ms; 99 % of requests\): met up to 32 in flight/,
    )
    expect(notes).toMatch(/64 breaks it: 90\.0 % within it, in every trial/)
    expect(notes).toMatch(/RTX PRO 6000 Max-Q: no knee up to 128 in flight: twice as many as 64 still give 3[12] %/)
  })

  test('tokens/s per GPU are those of one of the cards that serve', () => {
    const pair = sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads: [1, 2], more: { gpus: 2 } })
    const at = (runs: typeof slow) => tableOf(runs)!.rows[0]!.cells[2]
    const [of1, of2] = [at(slow), at(pair)]
    if (of1?.kind !== 'number' || of2?.kind !== 'number') throw new TypeError('numbers')
    expect(of2.value).toBeCloseTo(of1.value / 2)
    expect(of2.ci95![1]).toBeCloseTo(of1.ci95![1] / 2)
  })

  test('marks loads over the SLO, full servers and failed runs, and gives their reasons', () => {
    const queued = { trialList: [makeTextTrial({ server: makeServerTrial({ runningMax: 20, waitingMax: 44 }) })] }
    const runs = [
      ...slow.slice(0, 6),
      ...sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads: [64], more: queued }),
      ...sweptRuns({
        card: 'rtx-4090',
        half: 10,
        meetsSloTo: 32,
        loads: [128],
        more: { status: 'failed', failure: 'the server is gone', result: {} },
      }),
    ]
    const table = tableOf(runs)!
    const shown = table.rows.map(({ cells: [load] }) => (load?.kind === 'text' ? [load.text, load.detail] : []))
    expect(shown.slice(-3)).toEqual([
      ['32', undefined],
      ['64', 'queues'],
      ['128', 'failed'],
    ])
    expect(table.rows.at(-1)!.cells[1]).toEqual({ kind: 'missing', reason: 'the server is gone' })
    expect(table.notes).toContainEqual(expect.stringMatching(/^RTX 4090: 128 streams: the server is gone\.$/))
    expect(table.notes).toContainEqual(expect.stringMatching(/64 streams: the server ran 20 of 64 requests at once/))
    // a full server gains nothing more: the knee is within the range
    expect(table.notes.join('\n')).toMatch(/RTX 4090: knee at/)
  })

  test('a load that another one is shown to beat says so; one within the intervals does not', () => {
    const with2 = (decode: readonly [number, number, number]) => [
      ...slow.slice(0, 1),
      makeRun({
        card: 'rtx-4090',
        concurrency: 2,
        scenario: 'chat-c2',
        title: 'Chat, 2 streams',
        slo: { ttftMs: 500, tpotMs: 20 },
        trialList: [makeTextTrial({ sloShare: 1 })],
        result: { outputTokensPerS: [800, 790, 810], decodeTokensPerS: decode },
      }),
    ]
    const detail = (runs: typeof slow) => {
      const cell = tableOf(runs)!.rows[0]!.cells[0]
      return cell?.kind === 'text' ? cell.detail : null
    }
    expect(detail(with2([400, 395, 405]))).toBe('beaten')
    expect(detail(with2([366, 340, 390]))).toBeUndefined()
  })

  test.each([80, 100, 140])('is a grid on a terminal of %i columns', (columns) => {
    const report = buildReportFrom([...fast, ...slow], facts, { tables: ['sweep'] })
    const text = renderTerminal(report, { columns })
    expect(text).toMatch(/^RTX 4090\n +1 │/m)
    expect(text).not.toContain('Requests in flight: ')
  })
})

test('runs of one load, of other prompts or of a rate are no sweep', () => {
  const rate = { scenarioFields: { load: { shape: 'open', ratePerS: 2 } } }
  expect(tableOf(slow.slice(0, 1))).toBeUndefined()
  expect(tableOf([...slow.slice(0, 1), makeRun({ card: 'rtx-4090', scenario: 'x', ...rate })])).toBeUndefined()
  const sessions = { load: { shape: 'closed', concurrency: 4, session: { turns: 2, thinkSeconds: 0, userTokens: 9 } } }
  expect(
    sweepsOf(
      [slow[0]!, makeRun({ card: 'rtx-4090', slo: { ttftMs: 500, tpotMs: 20 }, scenarioFields: sessions })],
      facts,
    ),
  ).toEqual([])
})

describe('loads of different servers', () => {
  const swept = (more: object, at: readonly number[] = loads.slice(0, 3)) =>
    sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads: at, more })
  const linesOf = (...runs: (typeof slow)[]) =>
    sweepsOf(runs.flat(), facts).flatMap(({ lines }) => lines.map((line) => [line.label, line.loads.length]))
  const set = (watts: number | null, by: 'tune' | 'box') =>
    swept({
      powerLimitW: watts ?? 450,
      more: {
        setting: {
          ...{ by, tune: 'one', block: 0, blocks: 3, place: 0, seed: 1 },
          powerLimitW: { asked: watts, found: 450, enforced: watts ?? 450 },
        },
      },
    })

  test('are lines of their own, told apart by what differs', () => {
    expect(linesOf(swept({}), swept({ source: 'simulated' }))).toEqual([
      ['RTX 4090, live', 3],
      ['RTX 4090, SIMULATED', 3],
    ])
    expect(linesOf(swept({}), swept({ gpus: 2 }))).toEqual([
      ['RTX 4090, 1 GPU', 3],
      ['RTX 4090, 2 GPUs', 3],
    ])
    expect(linesOf(swept({}), swept({ powerLimitW: 300 }))).toEqual([
      ['RTX 4090, found at 450 W', 3],
      ['RTX 4090, found at 300 W', 3],
    ])
    const newer = swept({}).map((run) => ({ ...run, endpoint: { ...run.endpoint, version: '0.12.0' } }))
    expect(linesOf(swept({}), newer)).toEqual([
      ['RTX 4090, vllm 0.11.0', 3],
      ['RTX 4090, vllm 0.12.0', 3],
    ])
    const other = swept({}).map((run) => ({
      ...run,
      host: { ...run.host, hostname: 'other' },
      gpus: run.gpus.map((gpu) => ({ ...gpu, uuid: 'GPU-other' })),
    }))
    expect(linesOf(swept({}), other)).toEqual([
      ['RTX 4090, box', 3],
      ['RTX 4090, other', 3],
    ])
  })

  test('at a limit of the site, and of a tuning, say so', () => {
    expect(linesOf(set(null, 'box'), set(300, 'box'), set(250, 'tune'))).toEqual([
      ['RTX 4090, found at 450 W', 3],
      ['RTX 4090, 300 W', 3],
      ['RTX 4090, 250 W', 3],
    ])
  })

  test('a simulated load is not joined to live ones, and a simulated sentence says so', () => {
    expect(linesOf(swept({}), swept({ source: 'simulated' }, [64]))).toEqual([
      ['RTX 4090, live', 3],
      ['RTX 4090, SIMULATED', 1],
    ])
    const [alone] = tableOf(swept({ source: 'simulated' }))!.notes
    expect(alone).toMatch(/^RTX 4090, SIMULATED: no knee/)
    const runs = [...swept({}), ...swept({ source: 'simulated' }, [64])]
    const [gpu] = chartsOf(runs)
    if (gpu?.kind !== 'dots') throw new TypeError('dots')
    expect(gpu.groups.map(({ name, color }) => [name, color])).toEqual([
      ['RTX 4090, live', 0],
      ['RTX 4090, SIMULATED', 1],
    ])
  })
})

describe('the charts', () => {
  const charts = chartsOf([...fast, ...slow])
  const chart = (id: string) => {
    const found = charts.find((each) => each.id === id)
    if (found?.kind !== 'dots') throw new TypeError(`no chart of dots ${id}`)
    return found
  }

  test('tokens/s per user against tokens/s per GPU, against cost, and the TTFT that the SLO limits', () => {
    expect(charts.map(({ id }) => id)).toEqual(['sweep-gpu', 'sweep-cost', 'sweep-ttft'])
    expect(chart('sweep-gpu').groups.map(({ name, dots }) => [name, dots.length])).toEqual([
      ['RTX 4090', 8],
      ['RTX PRO 6000 Max-Q', 8],
    ])
    const [first] = chart('sweep-gpu').groups[0]!.dots
    expect(first).toMatchObject({ x: 363.6, y: 363.6, label: '1', isJoined: true, isHollow: false })
    expect(first!.xCi95).toEqual([360, 367.3])
  })

  test('the limits of the SLO are lines, and loads that break it are hollow', () => {
    expect(chart('sweep-gpu').limits).toEqual([{ x: 50, label: 'TPOT 20 ms' }])
    expect(chart('sweep-ttft').limits).toEqual([{ x: 500, label: 'TTFT 500 ms' }])
    const hollow = chart('sweep-cost').groups.map(({ dots }) =>
      dots.filter((dot) => dot.isHollow).map((dot) => dot.label),
    )
    expect(hollow).toEqual([['64', '128'], ['128']])
  })

  test('a limit far beyond all loads is said, and squeezes none of them into a corner', () => {
    const far = slow.map((run) => ({ ...run, scenario: { ...run.scenario, slo: { ttftMs: 60_000 } } }) as typeof run)
    const ttft = chartsOf(far).find(({ id }) => id === 'sweep-ttft')
    if (ttft?.kind !== 'dots') throw new TypeError('dots')
    expect([ttft.limits, ttft.x.max]).toEqual([[], undefined])
    expect(ttft.summary).toContain('The limit of the SLO, TTFT 60000 ms, lies beyond the axis.')
  })

  test('without an SLO there is no line, no hollow dot and no chart of the TTFT', () => {
    const without = sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 0, loads: [1, 2], more: { slo: {} } })
    const plain = chartsOf(
      without.map((run) => ({ ...run, scenario: { ...run.scenario, slo: undefined } }) as typeof run),
    )
    expect(plain.map(({ id }) => id)).toEqual(['sweep-gpu', 'sweep-cost'])
    expect(plain.every((each) => each.kind === 'dots' && each.limits.length === 0)).toBe(true)
  })

  test('a load that another beats stands beside the line', () => {
    const beaten = makeRun({
      ...{ card: 'rtx-4090', concurrency: 256, scenario: 'chat-c256', title: 'Chat, 256 streams' },
      slo: { ttftMs: 500, tpotMs: 20 },
      result: { outputTokensPerS: 3000, decodeTokensPerS: 10 },
    })
    const [gpu] = chartsOf([...slow, beaten])
    if (gpu?.kind !== 'dots') throw new TypeError('dots')
    expect(gpu.groups[0]!.dots.filter((dot) => !dot.isJoined).map(({ label }) => label)).toEqual(['256'])
  })

  test('drawn, a chart has its limit, its labels and the colour of the page', () => {
    const svg = chartSvg(chart('sweep-gpu')).markup
    expect(svg).toContain('TPOT 20 ms')
    expect(svg).toMatch(/>32<\/text>/)
    expect(svg).toContain('var(--s1)')
    expect(svg).not.toContain('NaN')
  })
})

describe('the document', () => {
  const documentOf = (runs: typeof slow, of = facts) =>
    sweepJsonSchema.parse(
      sweepDocument(
        {
          sweeps: sweepsOf(runs, of),
          ended: [{ why: 'the highest load was measured', notMeasured: [{ concurrency: 256, reason: 'interrupted' }] }],
          runs: runs.map((record) => ({ directory: record.id, record })),
        },
        0.1,
      ),
    )

  test('has the same for a program: figures, knee and SLO, unknown with its reason', () => {
    const { sweeps, stamp } = documentOf(slow)
    expect(stamp).toBeNull()
    expect(sweeps[0]!.cards[0]).toMatchObject({
      ...{ label: 'RTX 4090', simulated: false, gpus: 1 },
      knee: { above: 32, atMost: 64, certain: true },
      slo: { met: { concurrency: 32 }, broken: { concurrency: 64 } },
    })
    expect(sweeps[0]!.cards[0]!.loads[0]).toMatchObject({ concurrency: 1, beaten: false, obstacle: null })
    const unpriced = documentOf(slow, makeFacts({ priceGbp: () => null })).sweeps[0]!
    expect(unpriced.cards[0]!.loads[0]).toMatchObject({
      gbpPerMillionTokens: { value: null, reason: expect.any(String) },
    })
  })

  test('of failed and of simulated loads, without an SLO, keeps to its schema', () => {
    const failed = { status: 'failed' as const, failure: 'the server is gone', result: {} }
    const lost = sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads: [256], more: failed })
    const simulated = sweptRuns({ card: 'rtx-4090', half: 10, meetsSloTo: 32, loads, more: { source: 'simulated' } })
    const { sweeps, stamp } = documentOf([...slow, ...lost, ...simulated])
    expect(stamp).toBe('SIMULATED')
    expect(sweeps[0]!.cards.map((line) => line.simulated)).toEqual([false, true])
    expect(sweeps[0]!.cards[0]!.loads.at(-1)!.obstacle).toEqual({ kind: 'failed', reason: 'the server is gone' })
    const free = sweptRuns({
      card: 'rtx-4090',
      half: 10,
      meetsSloTo: 0,
      loads: [1, 2],
      more: { slo: {}, trialList: [] },
    })
    expect(documentOf(free).sweeps[0]!.cards[0]!.slo).toBeNull()
  })
})
