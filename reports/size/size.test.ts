import { describe, expect, test } from 'vitest'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { makeTextTrial } from '../../harness/testing/trial-builder.ts'
import { catalogueFacts } from '../catalogue-facts.ts'
import { renderTerminal, tablesOnTerminal } from '../render/terminal.ts'
import { loadedRun, loadedSweep } from '../testing/loaded-server.ts'
import { sizeDocument } from './document.ts'
import { sizeJsonSchema } from './document-schema.ts'
import { recommendationOf } from './findings.ts'
import { liveAnswer, type SizeModel } from './live.ts'
import { sizeMarkdown, sizePage } from './page.ts'
import type { SizeCase, TextScenario } from './size-case.ts'
import { sizedOffer } from './sized-offer.ts'
import { type Sizing, sizing } from './sizing.ts'
import { sizeTable } from './table.ts'

const scenario = loadedSweep('rtx-4090')[0]!.scenario as TextScenario
const caseOf = (over: Partial<SizeCase> = {}): SizeCase => ({
  title: 'Chat',
  scenarioFor: () => scenario,
  demand: { users: 600, requestsPerS: null, requestsPerUserHour: 30, peakFactor: 1, growthShare: 0, spare: 1 },
  growthMonths: null,
  pauseS: null,
  burstiness: 1,
  goodShare: 0.99,
  rentsGbp: { 'rtx-4090': 100, 'rtx-pro-6000-max-q': 900 },
  config: noConfig,
  ...over,
})
const facts = catalogueFacts({})
const cards = (...keys: string[]) => keys.map((key) => cardEntryByKey(key)!)
const sized = (
  over: Partial<SizeCase> = {},
  runs: RunRecord[] = loadedSweep('rtx-4090'),
  asked: string[] = [],
): Sizing => sizing(caseOf(over), { runs, cards: cards(...asked), facts })
/** A card whose trials meet the SLO at fewer loads. */
const slower = { trialList: [0.5, 0.5, 0.51].map((by, index) => makeTextTrial({ index, outputTokensPerS: 20 * by })) }
const only = (made: Sizing) => made.cards[0]!

describe('how a figure is got', () => {
  test('loads of the same lengths: a server is fitted to them', () => {
    const { answer, offer } = only(sized())
    expect(answer).toMatchObject({ basis: 'interpolated', reason: null, simulated: false })
    expect(answer.server!.conservative).toBeLessThan(answer.server!.value)
    // 600 users x 30 per hour are 5 requests/s
    expect(offer.count!.grown).toBe(Math.ceil(5 / answer.server!.conservative) + 1)
    expect(offer.monthGbp).toBe(offer.count!.grown * 100)
  })

  test('loads of other lengths are scaled by what is expected of both, and never quotable', () => {
    const longer = { ...scenario, prompt: { ...scenario.prompt, tokens: 2048 } } as TextScenario
    const { answer } = only(sized({ scenarioFor: () => longer }))
    expect(answer).toMatchObject({ basis: 'extrapolated', whyNotQuotable: 'the lengths were not measured' })
    expect(answer.server!.value).toBeLessThan(only(sized()).answer.server!.value)
  })

  test('one load is too few for a fit, and the answer says so', () => {
    const made = sized({}, loadedSweep('rtx-4090').slice(0, 1))
    expect(only(made).answer).toMatchObject({ basis: 'expected' })
    expect(only(made).answer.notes.join(' ')).toContain('have 1 usable load, and a server is fitted to at least 2')
    expect(sizeTable(made).notes?.join(' ')).not.toContain('the spread of the trials')
  })

  test('without a run it is expected, and never quotable', () => {
    const made = sized({}, [], ['rtx-4090'])
    expect(only(made).answer).toMatchObject({ basis: 'expected', runs: [] })
    expect(only(made).answer.whyNotQuotable).toMatch(/^EXPECTED/)
    expect(recommendationOf(made).join(' ')).toContain('Not measured: RTX 4090 (EXPECTED)')
  })

  test('requests at random times that were measured need no model', () => {
    const rate = (ratePerS: number, share: number) =>
      loadedRun('rtx-4090', 1, {
        trialList: [0, 1, 2].map((index) => makeTextTrial({ index, sloShare: share })),
        scenario: `chat-r${ratePerS}`,
        scenarioFields: {
          prompt: { tokens: 512, prefixCache: 'cold' },
          output: { tokens: 256 },
          load: { shape: 'open', ratePerS },
        },
      })
    const { answer, offer } = only(sized({}, [rate(1, 1), rate(2, 0.998), rate(4, 0.8)]))
    expect(answer).toMatchObject({ basis: 'measured', server: { value: 2, conservative: 2, ci95: [2, 4] } })
    expect(offer.count!.grown).toBe(4)
  })

  test('a card that the model does not fit has no servers, with the bytes as its reason', () => {
    const large = { ...scenario, model: 'llama-3.1-70b-instruct-fp8' } as TextScenario
    const made = sized({ scenarioFor: () => large }, [], ['rtx-4090', 'h100-sxm'])
    const small = made.cards.find(({ answer }) => answer.key === 'rtx-4090')!
    expect(small.answer.reason).toMatch(/^does not fit: .* GB of weights/)
    expect(small.offer).toMatchObject({ count: null, monthGbp: null })
    expect(made.cards.at(-1)).toBe(small)
  })
})

describe('simulated is never live', () => {
  const simulated = loadedSweep('rtx-4090', { source: 'simulated' })
  test('it is stamped in every output, and cannot be quoted', () => {
    const made = sized({}, simulated)
    expect(recommendationOf(made)[0]).toMatch(/^SIMULATED\. /)
    for (const text of [sizeMarkdown(made), sizePage(made), JSON.stringify(sizeDocument(made))])
      expect(text).toContain('SIMULATED')
    expect(
      renderTerminal({ title: '', tables: [sizeTable(made)], sources: [], money: null, simulated: true }),
    ).toContain('SIMULATED')
    expect(sizedOffer(made)).toMatchObject({ reason: expect.stringContaining('SIMULATED') })
  })
  test('runs of both kinds are refused', () => {
    expect(() => sized({}, [...loadedSweep('l40s'), ...simulated])).toThrow(
      /is simulated and .* is live: give runs of one kind/,
    )
  })
})

describe('what it costs', () => {
  test('without a price there are servers, no cost and the flag to give it', () => {
    const made = sized({ rentsGbp: {} }, loadedSweep('l40s'))
    expect(only(made).offer).toMatchObject({ monthGbp: null, userGbpPerMonth: null })
    expect(only(made).offer.count!.grown).toBeGreaterThan(1)
    expect(made.choice).toBeNull()
    expect(recommendationOf(made)[0]).toContain('--rent l40s=GBP')
    expect(sizedOffer(made)).toMatchObject({ reason: expect.stringContaining('no price') })
  })
  test('the margin over the second is in pounds per month', () => {
    const made = sized({}, [...loadedSweep('rtx-4090'), ...loadedSweep('rtx-pro-6000-max-q')])
    expect(made.choice).toMatchObject({ best: 'rtx-4090', second: 'rtx-pro-6000-max-q', isClear: true })
    const [first] = recommendationOf(made)
    expect(first).toMatch(
      /^Recommended: RTX 4090, \d+ servers \(\d+ and 1 spare\), £[\d,]+ per month, £[\d.]+ per user; £[\d,]+ per month less than RTX PRO 6000 Max-Q\.$/,
    )
  })
})

describe('costs of two kinds', () => {
  const [small, large] = ['rtx-4090', 'rtx-pro-6000-max-q']
  const runs = [...loadedSweep(small), ...loadedSweep(large)]
  const mixed = sized({ rentsGbp: { [small]: 100 } }, runs)

  test('are not compared: no recommendation, what each is of, and the flag to give', () => {
    expect(mixed.choice).toBeNull()
    const said = recommendationOf(mixed)
    expect(said[0]).toBe(
      'No recommendation: the rent of a server is not compared with the cost of cards alone; give --rent rtx-pro-6000-max-q=GBP (a server per month, all in).',
    )
    expect(said[1]).toMatch(/^RTX 4090, \d+ servers .* per month, £[\d.]+ per user: rent of a server, all in\.$/)
    expect(said[2]).toMatch(/^RTX PRO 6000 Max-Q, .*: its cards and electricity, without the server around them\.$/)
    expect(said.join(' ')).not.toMatch(/Recommended|less than|winner/)
    expect(sizedOffer(mixed)).toMatchObject({ reason: expect.stringContaining('--rent rtx-pro-6000-max-q=GBP') })
  })

  test('every format says which is which', () => {
    const document = sizeDocument(mixed)
    expect(document.recommendation).toBeNull()
    expect(document.cards.map(({ costKind }) => costKind)).toEqual(['rent', 'cards'])
    expect(sizeJsonSchema.safeParse(JSON.parse(JSON.stringify(document))).success).toBe(true)
    const terminal = tablesOnTerminal([sizeTable(mixed)])
    expect(terminal).toMatch(/ rent │[\s\S]* cards │[\s\S]* alone │/)
    for (const text of [sizeMarkdown(mixed), sizePage(mixed)]) {
      expect(text).toMatch(/\brent\b/)
      expect(text).toContain('cards alone')
    }
  })

  test('a rent that is typed on the page makes them one kind', () => {
    const model = JSON.parse(/id="size-model">(.*?)<\/script>/s.exec(sizePage(mixed))![1]!) as SizeModel
    expect(liveAnswer(model)).toMatchObject({
      said: recommendationOf(mixed),
      rows: [{ isBest: false }, { isBest: false }],
    })
    const typed = model.cards.map((card) => ({
      ...card,
      money: { ...card.money, rentGbpPerMonth: card.key === small ? 100 : 900 },
    }))
    const live = liveAnswer({ ...model, cards: typed })
    expect(live.said[0]).toMatch(/^Recommended: RTX 4090, .* less than RTX PRO 6000 Max-Q\.$/)
    expect(live.rows.map(({ cells }) => cells.month[1])).toEqual([expect.stringMatching(/\brent$/), 'rent'])
  })

  test('two rents are compared, and a third card is named beside them', () => {
    const rentsGbp = { [small]: 100, l40s: 400 }
    const made = sized({ rentsGbp }, [...runs, ...loadedSweep('l40s')])
    expect(made.choice).toMatchObject({ best: small, second: 'l40s', costKind: 'rent' })
    const said = recommendationOf(made)
    expect(said[0]).toMatch(/^Recommended of the cards with a rent: RTX 4090, /)
    expect(said[1]).toMatch(
      /^Not compared, because no rent is known: RTX PRO 6000 Max-Q \(£[\d,]+ per month is its cards and electricity, .*\); give --rent rtx-pro-6000-max-q=GBP\.$/,
    )
  })

  test('the rent of cards that joulemark.yaml states is none of a server', () => {
    const own = { rentGbpPerMonth: 90, source: 'an offer', date: '2026-11-20' }
    const config = { ...noConfig, prices: { [large]: own } }
    const made = sized({ rentsGbp: { [small]: 100 }, config }, runs)
    expect(made.cards.map(({ offer }) => offer.costKind)).toEqual(['rent', 'card-rent'])
    expect(made.choice).toBeNull()
  })

  test('costs of cards alone are compared, with a word where the number of servers differs', () => {
    const made = sized({ rentsGbp: {} }, [...loadedSweep(small), ...loadedSweep(large, slower)])
    expect(made.choice).toMatchObject({ costKind: 'cards' })
    expect(recommendationOf(made)[1]).toMatch(
      /^The servers around the cards are not in these costs, and RTX 4090 needs \d+, RTX PRO 6000 Max-Q \d+: give --rent /,
    )
  })
})

describe('formats', () => {
  test('the document keeps to its schema', () => {
    for (const made of [sized(), sized({}, [], ['rtx-4090', 'l40s']), sized({ rentsGbp: {} }, loadedSweep('l40s'))]) {
      const parsed = sizeJsonSchema.safeParse(JSON.parse(JSON.stringify(sizeDocument(made))))
      expect(parsed.error?.issues ?? []).toEqual([])
    }
  })

  test('a hostile title and model name are text in every format', () => {
    const evil = '<img src=x onerror=alert(1)>\u202e[a](javascript:alert(2))|\u0007'
    const made = sized({ title: evil })
    const page = sizePage(made)
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(sizeMarkdown(made)).not.toMatch(/<img|\[a\]\(/)
    for (const text of [page, sizeMarkdown(made), JSON.stringify(sizeDocument(made))]) {
      expect(text).not.toContain('\u202e')
      expect(text).not.toContain('\u0007')
    }
  })

  test('the page says what the table says, and its policy forbids the network', () => {
    const page = sizePage(sized())
    expect(page).toContain("default-src 'none'")
    expect(page).toContain(recommendationOf(sized())[0]!.replaceAll('&', '&amp;'))
  })
})
