import type { RunRecord } from '../../../harness/record/schema/run.ts'
import type { Comparison } from '../result/box-result.ts'
import { partOf } from '../result/evidence.ts'
import { type CardState, cardState } from './card-state.ts'
import { comparedFigures, worseBy } from './compared.ts'

/**
 * How much slower a card may be while all cards of its server are under load: 3 % for warmer air, and 3 % for two
 * measurements with a standard deviation of 0.5 % each (4.2 · √2 · 0.5 %). Neither silicon nor the start of the server
 * differs between the two: it is the same card and the same server.
 */
const TOGETHER_MARGIN = 0.06
/** Rates by which it is seen; waiting times follow from them. */
const rates: ReadonlySet<string> = new Set(['outputTokensPerS', 'decodeTokensPerS', 'memoryBandwidthGBs'])

/** Share of the samples from which a slowdown counts, and the changes of temperature and clock that are worth a word. */
const SLOWED = 0.05
const WARMER_C = 8
const SLOWER_CLOCK = 0.97

/** The runs of one card together against its runs alone: the scenarios that were measured in both parts. */
export function besideAlone(runs: readonly RunRecord[], cards: number): Comparison[] {
  const [alone, together] = (['alone', 'together'] as const).map((part) => runs.filter((run) => partOf(run) === part))
  const before = comparedFigures(alone ?? [])
  const same = (together ?? []).filter((run) => before.some((each) => each.scenarioSha256 === run.scenarioSha256))
  return comparedFigures(same)
    .filter(({ metric }) => rates.has(metric))
    .flatMap((figure) => {
      const { metric, quantity, scenario, scenarioSha256, value } = figure
      const reference = before.find(
        (each) => each.metric === metric && each.scenario === scenario && each.scenarioSha256 === scenarioSha256,
      )?.value
      if (reference === undefined) return []
      const { label, unit, digits } = quantity
      const share = worseBy(quantity, value, reference)
      const isSlower = share > TOGETHER_MARGIN
      const isThis = (run: RunRecord) => run.scenarioSha256 === scenarioSha256 && run.scenario.name === scenario
      const cause = isSlower
        ? togetherCause(
            cardState((alone ?? []).filter(isThis)),
            cardState(same.filter(isThis)),
            same.filter(isThis),
            cards,
          )
        : null
      const decides = cause?.isOfCard ?? false
      return [
        {
          ...({ with: 'alone', part: 'together' } as const),
          ...{
            scenario,
            metric,
            label,
            unit,
            digits,
            measured: value,
            reference,
            worseBy: share,
            margin: TOGETHER_MARGIN,
            marginBasis: 'assumed',
          },
          // what the host or the client does to all cards is no fault of one of them
          verdict: !isSlower ? ('pass' as const) : decides ? ('fail' as const) : ('remark' as const),
          cause: cause?.text ?? null,
        },
      ]
    })
}

interface TogetherCause {
  readonly text: string
  /** Whether the card itself shows it: its power, heat or clocks. */
  readonly isOfCard: boolean
}

/** What changed on a card when the others came under load: power, heat, clocks, the client; else what all cards share. */
function togetherCause(
  alone: CardState,
  together: CardState,
  runs: readonly RunRecord[],
  cards: number,
): TogetherCause {
  const rose = (of: (state: CardState) => number | null): boolean => (of(together) ?? 0) > (of(alone) ?? 0) + SLOWED
  const warmer = (together.temperatureC ?? 0) - (alone.temperatureC ?? together.temperatureC ?? 0)
  const heat =
    together.temperatureC === null || alone.temperatureC === null
      ? ''
      : `, ${together.temperatureC.toFixed(0)} °C against ${alone.temperatureC.toFixed(0)} °C alone`
  const clock =
    together.smClockMHz !== null && alone.smClockMHz !== null && together.smClockMHz < SLOWER_CLOCK * alone.smClockMHz
      ? `, SM clock ${together.smClockMHz.toFixed(0)} MHz against ${alone.smClockMHz.toFixed(0)} MHz alone`
      : ''
  const [first] = runs
  const client = first?.gates.find(
    ({ id, status }) => id === 'client-headroom' && (status === 'warn' || status === 'fail'),
  )
  const found = [
    ...(together.powerLimitW !== null && alone.powerLimitW !== null && together.powerLimitW < alone.powerLimitW
      ? [
          `the power budget: the driver enforces ${together.powerLimitW.toFixed(0)} W, and ${alone.powerLimitW.toFixed(0)} W alone`,
        ]
      : []),
    ...(rose(({ powerBrakeShare }) => powerBrakeShare)
      ? [
          `the power supply: the power brake was active in ${percent(together.powerBrakeShare)} of the samples${clock}; all cards together demand more than it gives`,
        ]
      : []),
    ...(rose(({ heatShare }) => heatShare)
      ? [`cooling: slowed by heat in ${percent(together.heatShare)} of the samples${heat}`]
      : []),
    ...(warmer >= WARMER_C && clock !== '' ? [`cooling${heat}${clock}`] : []),
    ...(rose(({ powerCapShare }) => powerCapShare) && clock !== '' ? [`the power limit of the card${clock}`] : []),
  ]
  if (found[0] !== undefined) return { text: found[0], isOfCard: true }
  if (client !== undefined) return { text: `the CPU of the client: ${client.evidence}`, isOfCard: false }
  const cpu = first === undefined ? '' : ` (${first.host.cpuCount} CPUs for ${cards} servers and their clients)`
  return {
    text: `what all cards share: CPU${cpu}, host memory or PCIe; the clocks of the card did not fall`,
    isOfCard: false,
  }
}

const percent = (share: number | null): string => `${(100 * (share ?? 0)).toFixed(0)} %`
