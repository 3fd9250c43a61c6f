import { type Check, notMeasured, pass, type Rule, warn } from './check.ts'
import type { ProbeResult, SensorMetrics } from './sensor-probe.ts'

const rules = {
  sensor: {
    id: 'sensor',
    why: 'energy is as true as the sensor: it must move with the load, and often',
    mend: 'compare with another driver version; take the NVML counter for the energy',
  },
  'energy-counter': {
    id: 'energy-counter',
    why: 'a second source of the same energy: more than 5 % apart is a finding',
    mend: 'npm install koffi; see that libnvidia-ml.so.1 is there',
  },
} as const satisfies Record<string, Rule>

/** Slower than this and prefill bursts are guessed. */
const SLOW_UPDATE_MS = 250
const MOVES_W = 20
const AGREEMENT = 0.05

/** The power sensor under a load; `probe` is null when no load was given. */
export function sensorChecks(probe: ProbeResult | null): Check[] {
  if (probe === null) {
    const mend = 'joulemark doctor --endpoint URL'
    return [
      notMeasured(rules.sensor, 'no load was given', mend),
      notMeasured(rules['energy-counter'], 'no load was given', mend),
    ]
  }
  if (probe.kind === 'failed')
    return [notMeasured(rules.sensor, probe.reason), notMeasured(rules['energy-counter'], probe.reason)]
  const worked = probe.cards.toSorted((a, b) => swing(b) - swing(a))[0]
  if (!worked) return [notMeasured(rules.sensor, 'no samples'), notMeasured(rules['energy-counter'], 'no samples')]
  return [sensorCheck(worked), counterCheck(worked, probe)]
}

const swing = ({ minPowerW, maxPowerW }: SensorMetrics): number => (maxPowerW ?? 0) - (minPowerW ?? 0)

function sensorCheck(card: SensorMetrics): Check {
  const { minPowerW, maxPowerW, updateMs, instantUpdateMs, riseMs, samples } = card
  if (minPowerW === null || maxPowerW === null) return warn(rules.sensor, 'the driver gives no power.draw')
  const told = (ms: number | null) => (ms === null ? 'never changed' : `changes every ${Math.round(ms)} ms`)
  const rise = riseMs === null ? 'no clear step' : `follows a step in ${Math.round(riseMs)} ms`
  const read = `${minPowerW.toFixed(0)} to ${maxPowerW.toFixed(0)} W over ${samples} samples; power.draw ${told(updateMs)}, ${rise}; instant ${told(instantUpdateMs)}`
  if (swing(card) < MOVES_W) return warn(rules.sensor, `${read}: it did not move with the load`)
  return updateMs === null || updateMs > SLOW_UPDATE_MS ? warn(rules.sensor, read) : pass(rules.sensor, read)
}

function counterCheck(card: SensorMetrics, { counter }: Extract<ProbeResult, { kind: 'ok' }>): Check {
  const rule = rules['energy-counter']
  if (counter.state !== 'ok')
    return notMeasured(rule, `${counter.state}: ${counter.reason}`, counter.state === 'no-koffi' ? rule.mend : '')
  if (card.counterJ === null || card.trapezoidJ === null) return notMeasured(rule, 'the counter did not move', '')
  const apart = card.trapezoidJ / card.counterJ - 1
  const read = `counter ${card.counterJ.toFixed(0)} J, nvidia-smi ${card.trapezoidJ.toFixed(0)} J: ${(apart * 100).toFixed(1)} % apart`
  return Math.abs(apart) > AGREEMENT ? warn(rule, read, 'measure over a minute; the probe is short') : pass(rule, read)
}
