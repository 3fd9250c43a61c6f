import { errorBar } from '../../energy/error-bar.ts'
import { isKnown } from '../../record/measured.ts'
import type { WallSource } from '../../record/schema/wall.ts'
import { defineGate, everyKind, type GateInput, gateResult, notMeasured } from '../gate.ts'
import { failsAbove, isBeyond, percent } from '../threshold.ts'

const excess = failsAbove({
  what: 'energy of cards and CPUs above that of the server, beyond both error bars',
  value: 0,
  unit: 'share of the energy of the server',
})

/** A server that draws less than its parts is another one, or half of one: costs must not rest on it. */
export const serverPower = defineGate({
  question: 'Is the power of the server that of the server with these cards?',
  kinds: everyKind,
  required: false,
  thresholds: { excess },
  statuses: ['pass', 'fail', 'not-measured'],
  formula:
    'In each trial, the energy of the GPU boards, and of the CPUs and their memory where they were read, may not be above that of the server by more than the error bars of all of them.',
  evidence: 'The energies of the trial in which the excess is largest, and the delay of the reading.',
  usualCauses:
    'The management controller of another server; one of two power supplies; a meter that reports an average over minutes; a unit other than watts.',
  whatToDo:
    'The reading is of another server, or of one of several power supplies: check the address of the management controller, the outlets of the meter, and `wall` in joulemark.yaml.',
  evaluate(record) {
    const { wall } = record
    if (wall === undefined) return notMeasured('the power of the server was not read')
    const source = wall.sources.find((each) => each.source === wall.server)
    if (source === undefined) return notMeasured(whyNot(record))
    const cpu = wall.sources.find((each) => each.source === wall.cpu) ?? null
    const compared = record.trials.flatMap((trial) => compare(trial, source, cpu) ?? [])
    const [worst] = compared.toSorted((a, b) => b.excessShare - a.excessShare)
    if (worst === undefined) return notMeasured(whyNot(record))
    return gateResult(isBeyond(excess, worst.excessShare) ? 'fail' : 'pass', `${worst.text}; ${delayText(source)}`)
  },
})

/** Why there is no energy of the server in any trial. */
function whyNot({ trials }: GateInput): string {
  const value = trials[0]?.wall?.serverEnergyJ
  return value === undefined || isKnown(value) ? 'no trial has an energy of the server and of the cards' : value.reason
}

interface Compared {
  readonly excessShare: number
  readonly text: string
}

function compare(trial: GateInput['trials'][number], server: WallSource, cpu: WallSource | null): Compared | null {
  const whole = server.trials.find((each) => each.trial === trial.index)
  if (whole === undefined || !isKnown(whole.energyJ) || !isKnown(trial.energyJ)) return null
  const cores = cpu?.trials.find((each) => each.trial === trial.index)
  const cpuJ = cores !== undefined && isKnown(cores.energyJ) ? cores.energyJ : null
  const barJ =
    errorBar(whole.errorTermsJ).totalJ +
    errorBar(trial.energy.errorTermsJ).totalJ +
    (cpuJ === null ? 0 : errorBar(cores?.errorTermsJ ?? {}).totalJ)
  const partsJ = trial.energyJ + (cpuJ ?? 0)
  const ofCpu = cpuJ === null ? '' : ` and CPUs ${cpuJ.toFixed(0)} J (${cpu?.source})`
  const text = `trial ${trial.index + 1}: cards ${trial.energyJ.toFixed(0)} J${ofCpu}, server ${whole.energyJ.toFixed(0)} J (${server.source}); error bars ${barJ.toFixed(0)} J, ${percent(barJ / whole.energyJ)} of it`
  return { excessShare: (partsJ - whole.energyJ - barJ) / whole.energyJ, text }
}

const delayText = ({ delay }: WallSource): string =>
  delay === undefined || 'reason' in delay
    ? `delay unknown: ${delay?.reason ?? 'not estimated'}`
    : `delay ${(delay.delayMs / 1000).toFixed(1)} ± ${(delay.halfWidthMs / 1000).toFixed(1)} s`
