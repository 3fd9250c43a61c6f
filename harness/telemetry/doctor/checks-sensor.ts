import { INSTANT_AGREEMENT } from '../../energy/counter.ts'
import type { CounterResult } from '../nvml/states.ts'
import type { CardSnapshot } from '../snapshot/snapshot.ts'
import { type Check, fail, notMeasured, pass, type Rule, warn } from './check.ts'
import { FALSE_POWER_FIX, readingFinding } from './power-reading.ts'
import type { ProbeResult, SensorMetrics } from './sensor-probe.ts'

const rules = {
  sensor: {
    id: 'sensor',
    why: 'energy is added up from the readings of the power sensor, so it must follow the load at once',
    fix: 'compare with another driver version; use the NVML counter for energy',
  },
  'energy-counter': {
    id: 'energy-counter',
    why: 'the card also counts its energy itself; both ways must agree within 5 %',
    fix: 'npm install koffi; check that libnvidia-ml.so.1 is installed',
  },
} as const satisfies Record<string, Rule>

/** Slower updates do not resolve the power of prefill bursts. */
const SLOW_UPDATE_MS = 250
const MIN_SWING_W = 20
const AGREEMENT = 0.05
/** Two readings of one sensor this far apart are no effect of a short probe. */
const FAR_APART = 0.25

/**
 * Checks of the power sensor: whether its reading is possible, and how it follows a load. `probe` is null without a
 * load; `cards` are those of the snapshot.
 */
export function sensorChecks(probe: ProbeResult | null, cards: readonly CardSnapshot[] = []): Check[] {
  const [sensor, counter] = probe === null ? withoutLoad() : underLoad(probe)
  const reading = readingFinding(cards)
  if (reading === null) return [sensor, counter]
  return [(reading.isFalse ? fail : warn)(rules.sensor, reading.read, reading.fix), counter]
}

function withoutLoad(): [Check, Check] {
  const fix = 'joulemark doctor --endpoint URL'
  return [notMeasured(rules.sensor, 'no load', fix), notMeasured(rules['energy-counter'], 'no load', fix)]
}

function underLoad(probe: ProbeResult): [Check, Check] {
  if (probe.kind === 'failed')
    return [notMeasured(rules.sensor, probe.reason), notMeasured(rules['energy-counter'], probe.reason)]
  const busiest = probe.cards.toSorted((a, b) => swing(b) - swing(a))[0]
  if (!busiest) return [notMeasured(rules.sensor, 'no samples'), notMeasured(rules['energy-counter'], 'no samples')]
  return [sensorCheck(busiest), counterCheck(busiest, probe)]
}

const swing = ({ minPowerW, maxPowerW }: SensorMetrics): number => (maxPowerW ?? 0) - (minPowerW ?? 0)

function sensorCheck(card: SensorMetrics): Check {
  const { minPowerW, maxPowerW, updateMs, instantUpdateMs, riseMs, samples, loadPowerW, loadInstantW } = card
  if (minPowerW === null || maxPowerW === null) return warn(rules.sensor, 'power.draw not reported by the driver')
  const updateText = (ms: number | null) => (ms === null ? 'never changed' : `changes every ${Math.round(ms)} ms`)
  const rise = riseMs === null ? 'no clear step' : `follows a step in ${Math.round(riseMs)} ms`
  const read = `${minPowerW.toFixed(0)} to ${maxPowerW.toFixed(0)} W over ${samples} samples; power.draw ${updateText(updateMs)}, ${rise}; instant ${updateText(instantUpdateMs)}`
  if (loadPowerW !== null && loadInstantW !== null && loadInstantW > 0) {
    const apart = Math.abs(loadPowerW / loadInstantW - 1)
    const both = `${read}; under load power.draw ${loadPowerW.toFixed(0)} W, power.draw.instant ${loadInstantW.toFixed(0)} W`
    if (apart > INSTANT_AGREEMENT) return (apart > FAR_APART ? fail : warn)(rules.sensor, both, FALSE_POWER_FIX)
  }
  if (swing(card) < MIN_SWING_W) return warn(rules.sensor, `${read}: power did not change with the load`)
  return updateMs === null || updateMs > SLOW_UPDATE_MS ? warn(rules.sensor, read) : pass(rules.sensor, read)
}

function counterCheck(card: SensorMetrics, { counter }: Extract<ProbeResult, { kind: 'ok' }>): Check {
  const rule = rules['energy-counter']
  const absent = absentCounter(counter, card.uuid)
  if (absent !== null)
    return notMeasured(rule, `${absent.state}: ${absent.reason}`, absent.state === 'no-koffi' ? rule.fix : '')
  if (card.counterJ === null || card.trapezoidJ === null) return notMeasured(rule, 'the counter did not move')
  const difference = card.trapezoidJ / card.counterJ - 1
  const read = `counter ${card.counterJ.toFixed(0)} J, nvidia-smi ${card.trapezoidJ.toFixed(0)} J: ${(difference * 100).toFixed(1)} % apart`
  return Math.abs(difference) > AGREEMENT
    ? warn(rule, read, 'compare over a minute or more; this probe is short')
    : pass(rule, read)
}

/** Why there is no counter of one card; null where it was read. */
const absentCounter = (counter: CounterResult, uuid: string) =>
  counter.state === 'ok' ? (counter.without?.[uuid] ?? null) : counter
