import { type Check, notMeasured, pass, type Rule, warn } from './check.ts'
import type { ProbeResult, SensorMetrics } from './sensor-probe.ts'

const rules = {
  sensor: {
    id: 'sensor',
    why: 'energy is only as accurate as the power sensor, which must follow the load with short delays',
    fix: 'compare with another driver version; use the NVML counter for energy',
  },
  'energy-counter': {
    id: 'energy-counter',
    why: 'a second source for the same energy: the two must agree within 5 %',
    fix: 'npm install koffi; check that libnvidia-ml.so.1 is installed',
  },
} as const satisfies Record<string, Rule>

/** Slower updates do not resolve the power of prefill bursts. */
const SLOW_UPDATE_MS = 250
const MIN_SWING_W = 20
const AGREEMENT = 0.05

/** Checks of the power sensor under a load; `probe` is null without a load. */
export function sensorChecks(probe: ProbeResult | null): Check[] {
  if (probe === null) {
    const fix = 'joulemark doctor --endpoint URL'
    return [notMeasured(rules.sensor, 'no load', fix), notMeasured(rules['energy-counter'], 'no load', fix)]
  }
  if (probe.kind === 'failed')
    return [notMeasured(rules.sensor, probe.reason), notMeasured(rules['energy-counter'], probe.reason)]
  const busiest = probe.cards.toSorted((a, b) => swing(b) - swing(a))[0]
  if (!busiest) return [notMeasured(rules.sensor, 'no samples'), notMeasured(rules['energy-counter'], 'no samples')]
  return [sensorCheck(busiest), counterCheck(busiest, probe)]
}

const swing = ({ minPowerW, maxPowerW }: SensorMetrics): number => (maxPowerW ?? 0) - (minPowerW ?? 0)

function sensorCheck(card: SensorMetrics): Check {
  const { minPowerW, maxPowerW, updateMs, instantUpdateMs, riseMs, samples } = card
  if (minPowerW === null || maxPowerW === null) return warn(rules.sensor, 'power.draw not reported by the driver')
  const updateText = (ms: number | null) => (ms === null ? 'never changed' : `changes every ${Math.round(ms)} ms`)
  const rise = riseMs === null ? 'no clear step' : `follows a step in ${Math.round(riseMs)} ms`
  const read = `${minPowerW.toFixed(0)} to ${maxPowerW.toFixed(0)} W over ${samples} samples; power.draw ${updateText(updateMs)}, ${rise}; instant ${updateText(instantUpdateMs)}`
  if (swing(card) < MIN_SWING_W) return warn(rules.sensor, `${read}: power did not change with the load`)
  return updateMs === null || updateMs > SLOW_UPDATE_MS ? warn(rules.sensor, read) : pass(rules.sensor, read)
}

function counterCheck(card: SensorMetrics, { counter }: Extract<ProbeResult, { kind: 'ok' }>): Check {
  const rule = rules['energy-counter']
  if (counter.state !== 'ok')
    return notMeasured(rule, `${counter.state}: ${counter.reason}`, counter.state === 'no-koffi' ? rule.fix : '')
  if (card.counterJ === null || card.trapezoidJ === null) return notMeasured(rule, 'the counter did not move', '')
  const difference = card.trapezoidJ / card.counterJ - 1
  const read = `counter ${card.counterJ.toFixed(0)} J, nvidia-smi ${card.trapezoidJ.toFixed(0)} J: ${(difference * 100).toFixed(1)} % apart`
  return Math.abs(difference) > AGREEMENT
    ? warn(rule, read, 'compare over a minute or more; this probe is short')
    : pass(rule, read)
}
