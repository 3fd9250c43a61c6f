import { expect, test } from 'vitest'
import article from '../../harness/catalogue/claims/gigagpu-4090-vs-6000-pro.json' with { type: 'json' }
import { claimTables } from '../build.ts'
import { parseClaims } from '../claims/file/parse.ts'
import { articleRuns, quotableRun } from '../testing/customer-builder.ts'
import { buildCustomerReport } from './customer-report.ts'
import { customerMarkdown } from './formats/markdown.ts'

const serving = () => ({ lines: ['docker run \\', '  --model m'], corrections: [], refusal: null })
const report = buildCustomerReport(articleRuns(), { serving, imprint: { author: 'Example Ltd', site: 'Manchester' } })
const page = customerMarkdown(report)
const sectionOf = (id: string, of = report) => of.sections.find((section) => section.id === id)!
const tableOf = (section: string, table: string, of = report) => {
  const block = sectionOf(section, of).blocks.find((at) => at.kind === 'table' && at.table.id === table)
  return block?.kind === 'table' ? block.table : undefined
}
const textsOf = (section: string, of = report) =>
  sectionOf(section, of).blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []))

test('the nine sections of the article in its order, and how it was measured', () => {
  expect(report.sections.map(({ title }) => title)).toEqual([
    'Spec sheet side by side',
    '96 GB and what it unlocks',
    'ECC, NVLink and reliability features',
    'Per-workload throughput comparison',
    'Power and £/token economics',
    'Per-workload winner table',
    'vLLM serving examples',
    'Production gotchas',
    'Verdict',
    'How this was measured',
  ])
})

test('the answer comes first, and the page says by whom, when, where and with which versions it was measured', () => {
  expect(report.title).toBe('RTX 4090 24 GB or RTX PRO 6000 Max-Q 96 GB')
  expect(report.lead.join(' ')).toContain('costs 6.5 times as much as the RTX 4090 at £1,300')
  expect(report.lead.at(-1)).toBe(
    'Of 3 workloads, the RTX 4090 wins 2 and the RTX PRO 6000 Max-Q wins 1, because no other card here runs it.',
  )
  expect(report.facts.map(({ label }) => label)).toEqual(['By', 'Measured', 'Where', 'Server', 'Versions'])
})

test('no word of the harness reaches the page', () => {
  expect(page).not.toMatch(/fetch failed|ECONNREFUSED|endpoint|gate |--price|run of .* was given|of limit/i)
  expect(page).not.toContain('undefined')
})

test('a card that holds no model says so in one line, with the bytes as a note', () => {
  const winners = tableOf('winners', 'winners')!
  const big = winners.rows.find(({ id }) => id === 'llama-3.1-70b-fp8-single')!
  expect(big.cells.slice(1)).toMatchObject([
    { text: 'RTX PRO 6000 Max-Q' },
    { text: 'RTX 4090: does not fit: 72.7 GB of weights on 24 GB' },
  ])
})

test('a fixed demand is compared by what users wait for and what the card costs, not by throughput', () => {
  expect(tableOf('throughput', 'throughput')!.rows.map(({ id }) => id)).not.toContain('rag-8b-200-mau')
  const [row] = tableOf('throughput', 'demands')!.rows
  expect(row!.cells[1]).toMatchObject({ text: '120 ms', detail: expect.stringContaining('per month') })
})

test('what decides a rule stands beside it: ECC and warranty, and the price', () => {
  const winners = tableOf('winners', 'winners')!
  const of = (id: string) => winners.rows.find((row) => row.id === id)!.cells
  expect(of('regulated')).toMatchObject([
    { detail: expect.stringContaining('Rule: The cheapest card with ECC') },
    { text: 'RTX PRO 6000 Max-Q' },
    { text: expect.stringContaining('RTX 4090: its warranty excludes data centres') },
  ])
  expect(of('capex')).toMatchObject([{}, { text: 'RTX 4090' }, { text: expect.stringContaining('costs £8,500') }])
})

test('a live run that may not be quoted is omitted with its reason, and stands nowhere on the page', () => {
  const bad = quotableRun({
    card: 'rtx-4090',
    scenario: 'bad',
    title: 'A bad run',
    result: { outputTokensPerS: 7777 },
    gates: [{ id: 'error-rate', required: true, status: 'fail', evidence: '9 of 96 failed' }],
  })
  const found = buildCustomerReport([...articleRuns(), { ...bad, quotable: false }])
  expect(found.omitted).toEqual([
    expect.stringMatching(/bad: not quotable: error-rate fail: 9 of 96 failed and \d+ more reasons/),
  ])
  const text = customerMarkdown(found)
  expect(text).not.toMatch(/7,777|A bad run/)
  expect(text).toContain('1 run did not pass every check')
})

test('simulated runs make a stamped page of their own and never stand beside live ones', () => {
  const simulated = buildCustomerReport(articleRuns({ source: 'simulated' }))
  expect(simulated.banners[0]).toMatch(/^SIMULATED: .*Do not quote them\.$/)
  expect(tableOf('throughput', 'throughput', simulated)!.simulated).toBe(true)
  expect(customerMarkdown(simulated).match(/\(SIMULATED\)/g)!.length).toBeGreaterThan(2)
  const mixed = buildCustomerReport([...articleRuns(), ...articleRuns({ source: 'simulated', scenario: 'other' })])
  expect(mixed.simulated).toBe(false)
  expect(mixed.omitted).toHaveLength(5)
  expect(buildCustomerReport([])).toMatchObject({ isEmpty: true })
})

test('shortened trials are said once for the page, above everything', () => {
  const quick = buildCustomerReport(articleRuns({ source: 'simulated', more: { quick: true } }))
  expect(quick.banners).toEqual([
    expect.stringMatching(/^SIMULATED/),
    expect.stringMatching(/^Every measured value of this page: quick:/),
  ])
  expect(customerMarkdown(quick).match(/quick:/g)).toHaveLength(1)
})

test('the loads of a sweep are one row: the highest that a card serves', () => {
  const at = (card: string, users: number, watts: number) =>
    quotableRun({
      card,
      scenario: `chat-c${users}`,
      title: `Chat, ${users} users`,
      scenarioFields: {
        load: { shape: 'closed', concurrency: users, session: { turns: 4, thinkSeconds: 2, userTokens: 9 } },
      },
      result: { outputTokensPerS: 100, meanPowerW: watts, ttftMsP50: users },
    })
  const swept = buildCustomerReport([
    at('rtx-4090', 50, 200),
    at('rtx-4090', 100, 300),
    at('rtx-pro-6000-max-q', 100, 200),
  ])
  expect(tableOf('throughput', 'demands', swept)!.rows).toMatchObject([
    { id: 'chat', cells: [{ text: 'Chat' }, { text: 'at least 100 users' }, { text: 'at least 100 users' }] },
  ])
  expect(tableOf('winners', 'winners', swept)!.rows[0]!.cells[1]).toMatchObject({ text: 'RTX 4090' })
})

test('the cost of ECC is printed where both modes were measured, and else what to run', () => {
  expect(textsOf('reliability')[0]).toMatch(
    /^What ECC costs on the RTX 4090 and RTX PRO 6000 Max-Q was not measured: .*nvidia-smi -e 1/,
  )
  const inMode = (eccMode: string, tokens: number, startedAt: string) => {
    const run = quotableRun({ card: 'rtx-4090', startedAt, result: { outputTokensPerS: tokens } })
    return { ...run, gpus: run.gpus.map((gpu) => ({ ...gpu, eccMode })) }
  }
  const both = buildCustomerReport([
    inMode('Enabled', 950, '2026-11-02T00:00:00Z'),
    inMode('Disabled', 1000, '2026-11-01T00:00:00Z'),
  ])
  expect(textsOf('reliability', both)[0]).toBe(
    'What ECC costs on the RTX 4090: 5.0 % of the speed of Llama 3.1 8B FP8 batch 32 agg.',
  )
})

test('checked claims are on the page only where they were asked for', () => {
  expect(report.sections.map(({ id }) => id)).not.toContain('claims')
  const claims = claimTables(parseClaims(article, 'article'), articleRuns())
  expect(sectionOf('claims', buildCustomerReport(articleRuns(), { claims })).blocks.length).toBe(2)
})

test('pick neither names what no card runs', () => {
  const pair = quotableRun({
    card: 'rtx-4090',
    scenario: 'llama-3.1-70b-bf16',
    title: 'Llama 3.1 70B BF16',
    model: 'llama-3.1-70b-instruct',
    status: 'complete',
    oom: 'CUDA out of memory',
  })
  const verdict = sectionOf('verdict', buildCustomerReport([...articleRuns(), pair]))
  const items = verdict.blocks.flatMap((block) => (block.kind === 'list' ? block.items : []))
  expect(items.map(({ lead }) => lead)).toEqual(
    expect.arrayContaining(['Pick the RTX 4090', 'Pick the RTX PRO 6000 Max-Q', 'Pick neither']),
  )
  expect(items.find(({ lead }) => lead === 'Pick neither')!.text).toContain('Llama 3.1 70B BF16')
})

test('one card alone has a page too, without winners', () => {
  const alone = buildCustomerReport(articleRuns().filter(({ card }) => card.key === 'rtx-4090'))
  expect(alone.sections.map(({ id }) => id)).not.toContain('winners')
  expect(alone.title).toBe('RTX 4090 24 GB, measured')
})
