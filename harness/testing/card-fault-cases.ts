import type { SensorFaultName } from '../simulator/faults/names.ts'
import type { FaultCase } from './fault-cases.ts'

const watchedCard = (title: string, sensorFaults: readonly SensorFaultName[], ...mustShow: string[]): FaultCase => ({
  title,
  launch: { sensorFaults },
  watched: true,
  mustShow,
})

/** Faults of the measured card or of its sensors, from public reports of the field. */
export const watchedCardCases: readonly FaultCase[] = [
  {
    ...watchedCard('one power reading of 4 294 967 W', ['absurd-power'], 'power-plausible warn', 'a dropped sample'),
    // one of the samples of a short window is more than 5 % of them
    seconds: 8,
  },
  watchedCard('power reported as 0 W', ['zero-watts'], 'power-plausible fail', 'energy-coverage fail'),
  watchedCard('power that does not change from idle to load', ['stuck-power'], 'power-plausible fail'),
  watchedCard('power above the enforced limit', ['above-limit'], 'power-plausible fail'),
  watchedCard(
    'power.draw far from power.draw.instant',
    ['instant-apart'],
    'power-plausible fail',
    'energy-agreement fail',
  ),
  watchedCard('a MIG slice', ['mig-slice'], 'serving-card fail'),
  watchedCard('a virtual GPU', ['vgpu'], 'serving-card fail'),
  watchedCard('memory that is not reported', ['hidden-memory'], 'serving-card not-measured'),
  {
    title: '--gpus names the card that does not serve',
    launch: { gpus: 2 },
    watched: true,
    gpus: ['1'],
    mustShow: ['serving-card fail', 'power-plausible fail'],
  },
  watchedCard('a card that requires a reset', ['requires-reset'], 'card-health fail'),
  watchedCard('a card that is lost in mid-run', ['gpu-lost'], 'card-health fail', 'energy-coverage fail'),
  watchedCard('an Xid error', ['xid'], 'card-health fail'),
]
