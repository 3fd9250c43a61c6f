import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import type { RunOverrides } from '../../harness/testing/record-builder.ts'
import { quotableRun } from '../testing/customer-builder.ts'
import { buildCustomerReport } from './customer-report.ts'
import { customerMarkdown } from './formats/markdown.ts'

/** What the page concludes from its runs, and what it must not conclude. */
const pageOf = (runs: readonly RunRecord[]) => customerMarkdown(buildCustomerReport(runs))

/** The cells of a row of the winner table, as text. */
function winnerRow(runs: readonly RunRecord[], id: string): string[] {
  const tables = buildCustomerReport(runs).sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'table' && block.table.id === 'winners' ? [block.table] : [])),
  )
  const cells = tables[0]!.rows.find((row) => row.id === id)!.cells
  return cells.map((cell) => (cell.kind === 'text' ? cell.text : cell.kind))
}

const chat = (card: string, ttftMsP50: number, over: Partial<RunOverrides> = {}) =>
  quotableRun({
    card,
    scenario: 'chat-8b',
    title: 'Chat 8B',
    slo: { ttftMs: 100 },
    result: { outputTokensPerS: [1000, 990, 1010], meanPowerW: 300, ttftMsP50, tpotMsP50: 12 },
    ...over,
  })

const other = (card: string) =>
  quotableRun({ card, scenario: 'other', title: 'Other', result: { outputTokensPerS: 900, meanPowerW: 300 } })

const ONLY_RUNS =
  /no other card here runs it[.,]|only this card runs|the only choice|Only the .* runs|pay for capability/

test('the serving example is the load with the most streams, not the first scenario of the model', () => {
  const at = (streams: number) =>
    chat('rtx-4090', 60, {
      scenario: `chat-8b-c${streams}`,
      title: `Chat 8B, ${streams} streams`,
      scenarioFields: { load: { shape: 'closed', concurrency: streams, rampSeconds: 0 } },
    })
  const serving = (scenario: { load: Record<string, unknown> }) => ({
    lines: [`vllm serve --max-num-seqs ${scenario.load['concurrency']}`],
    corrections: [],
    refusal: null,
  })
  const runs = [at(1), at(16), at(8)]
  const page = customerMarkdown(buildCustomerReport(runs, { serving: serving as never }))
  expect(page.match(/--max-num-seqs \d+/g)).toEqual(['--max-num-seqs 16'])
})

test('cards of the same speed are not said to be 1.00 times as fast', () => {
  const page = pageOf([chat('rtx-4090', 60), chat('rtx-pro-6000-max-q', 60)])
  expect(page).toContain('is no faster than the RTX 4090, at')
  expect(page).toContain('without the server around them: not a price.')
  expect(page).not.toMatch(/1\.00 times|in all 1 run/)
})

describe('only one card is left', () => {
  test('where the other misses the SLO, the page says so and not that it does not run the workload', () => {
    const page = pageOf([chat('rtx-4090', 101), chat('rtx-pro-6000-max-q', 60)])
    expect(page).not.toMatch(ONLY_RUNS)
    expect(page).toContain('wins 1, because no other card here runs it within the SLO.')
    expect(page).toContain('Only the RTX PRO 6000 Max-Q meets the SLO of Chat 8B.')
    expect(page).toContain('you serve Chat 8B within the SLO: only this card meets it')
    expect(page).toContain('For Chat 8B, only the RTX PRO 6000 Max-Q meets the SLO: RTX 4090: TTFT, median: 101 ms')
  })

  test('where the other is out of memory, no other card runs it', () => {
    const oom = chat('rtx-4090', 60, { status: 'failed', failure: 'x', oom: 'CUDA out of memory' })
    const page = pageOf([oom, chat('rtx-pro-6000-max-q', 60)])
    expect(page).toContain('Only the RTX PRO 6000 Max-Q runs Chat 8B: there you pay for capability')
    expect(page).toContain('because no other card here runs it.')
  })

  test('of a sweep too: a load within the SLO on one card alone', () => {
    const at = (card: string, ttftMsP50: number) =>
      chat(card, ttftMsP50, {
        scenario: 'chat-c50',
        title: 'Chat, 50 users',
        scenarioFields: {
          load: { shape: 'closed', concurrency: 50, session: { turns: 4, thinkSeconds: 2, userTokens: 9 } },
        },
      })
    const page = pageOf([at('rtx-4090', 300), { ...at('rtx-pro-6000-max-q', 60), scenario: withoutSlo(at('x', 60)) }])
    expect(page).not.toMatch(ONLY_RUNS)
    expect(page).toContain('within the SLO at no load that was tried')
  })
})

test('of a sweep that is decided at one load, the load is named', () => {
  const at = (card: string, concurrency: number, ttftMsP50: number) =>
    chat(card, ttftMsP50, {
      scenario: `chat-8b-c${concurrency}`,
      title: `Chat 8B, ${concurrency} streams`,
      concurrency,
    })
  const pro = [at('rtx-pro-6000-max-q', 8, 50), at('rtx-pro-6000-max-q', 32, 60)]
  const page = pageOf([at('rtx-4090', 8, 60), at('rtx-4090', 32, 207), ...pro])
  expect(page).toContain('Only the RTX PRO 6000 Max-Q meets the SLO of Chat 8B, 32 streams.')
  expect(page).not.toContain('meets the SLO of Chat 8B.')
})

const withoutSlo = ({ scenario: { slo: _slo, ...scenario } }: RunRecord): RunRecord['scenario'] => scenario

describe('a card that was out of memory once and ran later', () => {
  const oom = chat('rtx-4090', 60, { status: 'failed', failure: 'x', oom: 'CUDA out of memory' })
  const later = chat('rtx-4090', 60, {
    startedAt: '2026-11-03T10:00:00Z',
    gates: [{ id: 'error-rate', required: true, status: 'fail', evidence: '9 of 96 failed' }],
    more: { quotable: false },
  })
  const pro = chat('rtx-pro-6000-max-q', 60)

  test('is not out of memory, also where the later run may not be quoted', () => {
    const runs = [oom, later, pro, other('rtx-4090')]
    const found = buildCustomerReport(runs)
    expect(found.omitted).toEqual([
      expect.stringContaining('not quotable: error-rate fail'),
      expect.stringMatching(/^20261101-.*: out of memory, but a newer run of this workload on this card was complete$/),
    ])
    expect(pageOf(runs)).not.toMatch(/the server ran out of memory/)
    expect(pageOf(runs)).not.toMatch(ONLY_RUNS)
    expect(winnerRow(runs, 'chat-8b')).toEqual(['Chat 8B', 'none', 'RTX 4090: not measured'])
    // what was replaced did not fail a check
    expect(pageOf(runs)).toContain('1 run did not pass every check')
  })

  test('stays out of memory where the run that succeeded is the older one', () => {
    const older = { ...later, startedAt: '2026-10-03T10:00:00Z' }
    expect(pageOf([oom, older, pro])).toContain('Only the RTX PRO 6000 Max-Q runs Chat 8B')
  })

  test('arithmetic does not call a card out of memory that ran the workload', () => {
    const big = (card: string, over: Partial<RunOverrides> = {}) =>
      chat(card, 60, { model: 'llama-3.1-70b-instruct-fp8', ...over })
    const runs = [pro, other('rtx-4090')].map((run) => ({ ...run }))
    expect(pageOf([...runs.slice(1), big('rtx-pro-6000-max-q')])).toContain('does not fit: 72.7 GB')
    const omitted = big('rtx-4090', { more: { quotable: false } })
    expect(pageOf([...runs.slice(1), big('rtx-pro-6000-max-q'), omitted])).not.toContain('does not fit: 72.7 GB')
  })
})

describe('a sweep', () => {
  const users = (card: string, concurrency: number, watts = 300) =>
    quotableRun({
      card,
      scenario: `chat-c${concurrency}`,
      title: `Chat, ${concurrency} users`,
      scenarioFields: { load: { shape: 'closed', concurrency, session: { turns: 4, thinkSeconds: 2, userTokens: 9 } } },
      result: { outputTokensPerS: 100, meanPowerW: watts, ttftMsP50: 50 },
    })

  test('has no winner against a card that served all that was tried on it, at a lower load', () => {
    const runs = [users('rtx-4090', 10), users('rtx-pro-6000-max-q', 10), users('rtx-pro-6000-max-q', 100)]
    const [title, winner, why] = winnerRow(runs, 'chat')
    expect([title, winner]).toEqual(['Chat', 'none'])
    expect(why).toMatch(
      /^undecided, no higher load was tried on the RTX 4090: RTX PRO 6000 Max-Q at least 100 users for £\d+ per month, RTX 4090 at least 10 users for £\d+ per month$/,
    )
    expect(pageOf(runs)).not.toContain('is the right answer')
  })

  test('nor where the highest load of the other is omitted', () => {
    const bad = { ...users('rtx-4090', 100), quotable: false }
    const runs = [users('rtx-4090', 10), bad, users('rtx-pro-6000-max-q', 10), users('rtx-pro-6000-max-q', 100)]
    expect(winnerRow(runs, 'chat')[1]).toBe('none')
  })

  test('holds the best against every other card, not only against the next', () => {
    const runs = [
      users('rtx-pro-6000-max-q', 100),
      users('rtx-pro-6000-workstation', 100, 600),
      users('rtx-4090', 5),
      users('rtx-pro-6000-max-q', 5),
    ]
    expect(winnerRow(runs, 'chat')[2]).toContain('no higher load was tried on the RTX 4090')
  })

  test('has a winner where both were tried at the same loads', () => {
    const runs = ['rtx-4090', 'rtx-pro-6000-max-q'].flatMap((card) => [users(card, 10), users(card, 100)])
    expect(winnerRow(runs, 'chat').slice(0, 2)).toEqual(['Chat', 'RTX 4090'])
  })
})

describe('ECC and warranty', () => {
  const inMode = (run: RunRecord, eccMode: string | null) => ({
    ...run,
    gpus: run.gpus.map((gpu) => ({ ...gpu, eccMode })),
  })
  const ruled = (eccMode: string | null, card = 'rtx-pro-6000-max-q') =>
    winnerRow([chat('rtx-4090', 60), inMode(chat(card, 60), eccMode)], 'regulated')

  test.each([
    ['Disabled', 'switch ECC on first: it was off in these runs'],
    [null, 'whether ECC was on in these runs is not known'],
    ['N/A', 'whether ECC was on in these runs is not known'],
  ])('with the mode %j the page says: %s', (mode, text) => {
    expect(ruled(mode)[2]).toContain(`does not exclude servers; ${text}; RTX 4090`)
  })

  test('on is not worth a word', () => expect(ruled('Enabled')[2]).not.toMatch(/switch ECC|not known/))

  test('a warranty that no source states is not said to cover servers', () => {
    const [, winner, why] = ruled('Enabled', 'h100-pcie')
    expect(winner).toContain('H100')
    expect(why).toMatch(/^ECC; whether its warranty covers a server is not known, ask its seller;/)
  })

  test('an own card without an entry for ECC is not said to have none', () => {
    const own = chat('rtx-4090', 60)
    const described = { key: 'own-card', label: 'Own Card' }
    const run = { ...own, card: { ...own.card, key: 'own-card', name: 'Own Card', description: described } }
    const why = winnerRow([chat('rtx-4090', 60), run as RunRecord], 'regulated')[2]
    expect(why).toContain('Own Card: whether it has ECC is not known')
  })
})
