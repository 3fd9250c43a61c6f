import { metrics } from '../metrics/catalogue.ts'
import { gbpPerMillionOutputTokens, type MoneyInputs } from '../metrics/cost.ts'
import type { TunePoint } from '../operating/point.ts'
import { speedShare } from '../physics/power/limited-speed.ts'
import type { Gate, RunRecord } from '../record/schema/run.ts'
import type { RunSetting } from '../record/schema/setting.ts'
import { makeRun } from './record-builder.ts'

/** A load on a card whose speed and power at every limit are known by a formula. */
export interface TunedCard {
  /** Draw without a limit that binds. */
  readonly demandW: number
  readonly idleW: number
  /** Tokens/s without a limit that binds. */
  readonly tokensPerS: number
  /** Tokens/s at limits that somebody measured, rising, in place of the formula: straight lines between them. */
  readonly measured?: readonly { readonly limitW: number; readonly tokensPerS: number }[]
}

/** Speed and power of the card at a limit, without noise: `speedShare`, or what was measured; and the limit or the demand. */
export function trueAt(card: TunedCard, limitW: number): { tokensPerS: number; powerW: number } {
  const { demandW, idleW, tokensPerS } = card
  const powerW = Math.min(demandW, limitW)
  if (card.measured !== undefined)
    return { tokensPerS: between([...card.measured, { limitW: demandW, tokensPerS }], powerW), powerW }
  return { tokensPerS: tokensPerS * speedShare({ demandW, limitW, idleW }), powerW }
}

/** On the straight lines between points of rising limits. */
function between(points: NonNullable<TunedCard['measured']>, limitW: number): number {
  const after = points.findIndex((point) => point.limitW >= limitW)
  const [low, high] = [points[Math.max(0, after - 1)]!, points[after]!]
  const share = high.limitW === low.limitW ? 0 : (limitW - low.limitW) / (high.limitW - low.limitW)
  return low.tokensPerS + share * (high.tokensPerS - low.tokensPerS)
}

/** GBP per million output tokens at a limit, without noise. */
export function trueCost(card: TunedCard, limitW: number, money: MoneyInputs): number {
  const { tokensPerS, powerW } = trueAt(card, limitW)
  return gbpPerMillionOutputTokens(tokensPerS, powerW, money)!
}

const template = makeRun({ card: 'rtx-pro-6000-workstation', source: 'simulated' })

/** What a run of a tuning measured. */
export interface TunedRun {
  readonly point: TunePoint
  readonly setting: RunSetting
  readonly tokensPerS: number
  readonly powerW: number
  readonly ttftMs?: number
  readonly sloShare?: number
  readonly gates?: readonly Gate[]
  readonly more?: Partial<RunRecord>
}

/** The record of one run of a tuning. */
export function tunedRun({ point, setting, tokensPerS, powerW, ttftMs = 100, gates = [], more }: TunedRun): RunRecord {
  const streams = point.concurrency ?? 32
  const of = (key: keyof typeof metrics, mean: number) => ({
    [key]: { mean, ci95: null, n: 3, unit: metrics[key].unit },
  })
  return {
    ...template,
    id: `run-${setting.place}`,
    startedAt: new Date(Date.UTC(2026, 10, 26, 12, 0, setting.place)).toISOString(),
    scenario: { ...template.scenario, load: { shape: 'closed', concurrency: streams } } as RunRecord['scenario'],
    setting,
    gates: [...gates],
    result: {
      ...of('outputTokensPerS', tokensPerS),
      ...of('decodeTokensPerS', tokensPerS / streams),
      ...of('ttftMsP50', ttftMs),
      ...of('meanPowerW', powerW),
      ...of('tokensPerJ', tokensPerS / powerW),
    },
    ...more,
  }
}
