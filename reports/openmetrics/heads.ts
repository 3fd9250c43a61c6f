import { metricKeys } from '../../harness/metrics/catalogue.ts'
import type { FamilyHead } from './exposition.ts'
import { exportedMetric } from './names.ts'

const plain = (name: string, help: string): FamilyHead => ({ name: `joulemark_${name}`, help, unit: null })
const share = (name: string, help: string): FamilyHead => ({ name: `joulemark_${name}_ratio`, help, unit: 'ratio' })
const seconds = (name: string, help: string): FamilyHead => ({
  name: `joulemark_${name}_seconds`,
  help: `${help}, in seconds since 1970.`,
  unit: 'seconds',
})

/** The metrics of the page besides those of the catalogue. A state is a label, and the value of its series is 1. */
export const heads = {
  buildInfo: plain('build_info', 'The joulemark that made this page.'),
  exported: plain('exported_sets', 'Sets of host, GPU, scenario and setting on this page.'),
  omitted: plain('omitted_sets', 'Sets that are not on this page because it holds the newest only up to its bound.'),
  unreadable: plain('unreadable_runs', 'Runs that could not be read when this page was made.'),
  runInfo: plain(
    'run_info',
    'The newest run that ended: its id, status, engine and kernel, and the hash of its scenario.',
  ),
  started: seconds('run_started_timestamp', 'When the newest run started'),
  ended: seconds('run_ended_timestamp', 'When the newest run ended'),
  quotable: plain('run_quotable', '1: every gate allows a quote of the newest run. 0: at least one forbids it.'),
  gates: plain('run_gates', 'Gates of the newest run that have this status.'),
  gateInfo: plain('gate_info', 'Status of one gate of the newest run.'),
  powerLimit: {
    name: 'joulemark_power_limit_watts',
    help: 'Lowest power limit that the driver enforced on a serving GPU.',
    unit: 'watts',
  },
  baselineVerdict: plain(
    'baseline_verdict_info',
    'Verdict on the newest starts against the baseline of the unit, and the metric that decided; not-judged where nothing could be compared.',
  ),
  baselineChange: share('baseline_change', 'Newest starts / baseline - 1, by metric of the catalogue.'),
  baselineChangeLow: share(
    'ci95_low_baseline_change',
    'Low end of the 95 % interval of the change against the baseline.',
  ),
  baselineChangeHigh: share(
    'ci95_high_baseline_change',
    'High end of the 95 % interval of the change against the baseline.',
  ),
  siblingsVerdict: plain(
    'siblings_verdict_info',
    'Whether the unit is below units with the same card, driver and engine (low) or not (pass), and in which figure; not-judged where it has none.',
  ),
  siblingsWorse: share(
    'siblings_worse',
    'By how much a figure is worse than the median of the siblings; negative if it is better.',
  ),
  siblingsMargin: share('siblings_margin', 'By how much a healthy unit may be worse than its siblings.'),
  fleetVerdict: plain('fleet_verdict_info', 'Verdict on all units of a card in a scenario against their baselines.'),
  fleetChange: share(
    'fleet_change',
    'Change of all units of a card against their baselines, by metric of the catalogue.',
  ),
  fleetChangeLow: share('ci95_low_fleet_change', 'Low end of the 95 % interval of the change of all units.'),
  fleetChangeHigh: share('ci95_high_fleet_change', 'High end of the 95 % interval of the change of all units.'),
} as const satisfies Record<string, FamilyHead>

/** Every metric that a page can have, in its order. */
export const everyHead: readonly FamilyHead[] = [
  ...Object.values(heads),
  ...metricKeys.map(exportedMetric).flatMap(({ mean, low, high }) => [mean, low, high]),
]
