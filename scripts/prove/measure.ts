import { join } from 'node:path'
import { systemClock } from '../../harness/clock.ts'
import { isWindow } from '../../harness/energy/sensor/averaging-window.ts'
import { jsonOf } from '../../harness/json-text.ts'
import type { ProofLengths } from '../../harness/prove/budget.ts'
import { sensorFindings } from '../../harness/prove/sensor-findings.ts'
import type { GpuRow } from '../../harness/record/rows.ts'
import type { Gpu } from '../../harness/record/schema/gpu.ts'
import type { ProofStepId, SensorFindings } from '../../harness/record/schema/proof.ts'
import { type FinishedRun, runOnce } from '../../harness/run/run.ts'
import type { PlainScenarioFile } from '../../harness/scenario/expand.ts'
import { counted } from '../../harness/units.ts'
import { doctor } from '../actions/doctor.ts'
import { runOptions } from '../run/run-options.ts'
import type { CommandIo } from '../support/io.ts'
import type { ProveFlags } from './prove-flags.ts'
import { askPython, type PythonFacts } from './python-facts.ts'
import { pythonMachine } from './python-machine.ts'
import { addRandomModels } from './random-models.ts'
import { textScenario } from './scenarios.ts'
import { sampleSensor } from './sensor-step.ts'
import { simulatedMachine } from './simulated-machine.ts'
import type { LoadStage, ProofMachine, ServerStage, Stage, TrainingStage } from './stage.ts'
import { failed, type StepLog } from './step-log.ts'

/** What is needed to measure. */
export interface Measuring {
  readonly flags: ProveFlags
  readonly io: CommandIo
  readonly log: StepLog
  readonly lengths: ProofLengths
  /** Folder of this proof. */
  readonly folder: string
  readonly signals: { readonly drain: AbortSignal; readonly abort: AbortSignal }
  /** The card, and why there is none. */
  readonly card: Gpu | null
  readonly noCard: string
  /** The load of a simulated card, which also has its nvidia-smi; null on a real machine. */
  readonly simulatedLoad: LoadStage | null
}

/** What was measured, as far as it came. */
export interface Measured {
  /** Text of the doctor's report; null where it failed. */
  readonly doctor: string | null
  readonly python: PythonFacts | null
  readonly sensor: SensorFindings | null
  readonly rows: readonly GpuRow[]
  readonly runs: readonly (FinishedRun & { readonly step: ProofStepId })[]
}

type Run = Measured['runs'][number]

/** Plays all steps but the last one: doctor, Python, sensor, server with its loads, training. Each may have no result. */
export async function measureAll(measuring: Measuring): Promise<Measured> {
  const { log, flags } = measuring
  const doctorText = await doctorStep(measuring)
  const python = flags.simulate === undefined ? await pythonStep(measuring) : null
  if (flags.simulate !== undefined) log.skip('python', 'the simulator takes the place of programs in Python')
  const machine = machineOf(measuring, python)
  const sampled = await sensorStep(measuring, machine)
  const runs = await textSteps(measuring, machine)
  const trained = await trainingStep(measuring, machine, python)
  return { doctor: doctorText, python, ...sampled, runs: [...runs, ...trained] }
}

/** nvidia-smi of a stage, of the flags or of the environment. */
const smiOf = ({ flags, io, simulatedLoad }: Measuring): string =>
  simulatedLoad?.nvidiaSmi ?? flags.nvidiaSmi ?? (io.env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi')

function machineOf({ flags, card, io }: Measuring, python: PythonFacts | null): ProofMachine | null {
  if (flags.simulate !== undefined) return simulatedMachine(flags.simulate)
  if (python === null) return null
  const nvidiaSmi = flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
  return pythonMachine({ python: flags.python, facts: python, nvidiaSmi, gpus: card === null ? [] : [card.uuid] })
}

function doctorStep(measuring: Measuring): Promise<string | null> {
  const { log, io } = measuring
  return log.step('doctor', async () => {
    let text = ''
    const captured: CommandIo = { ...io, stdout: (part) => (text += part) }
    await doctor({ json: true, nvidiaSmi: smiOf(measuring) }, captured)
    const report = jsonOf(text) as { readonly counts: Readonly<Record<string, number>> } | undefined
    const { fail = 0, warn = 0, pass = 0 } = report?.counts ?? {}
    return { note: `${counted(fail, 'fault')}, ${counted(warn, 'warning')}, ${pass} well`, found: text }
  })
}

function pythonStep({ log, flags, io, signals }: Measuring): Promise<PythonFacts | null> {
  return log.step('python', async () => {
    const facts = await askPython(flags.python, io.env, signals.drain)
    if (typeof facts === 'string') throw failed(facts)
    if (facts.torch === null) throw failed(`${flags.python} has no torch, which all loads need; --python names another`)
    addRandomModels(facts.configs)
    const device = facts.device ?? 'no CUDA card, so that a tiny model runs on the CPU'
    const packages = `torch ${facts.torch}, transformers ${facts.transformers ?? 'none'}, peft ${facts.peft ?? 'none'}`
    return { note: `Python ${facts.version}, ${packages}; ${device}`, found: facts }
  })
}

async function sensorStep(
  measuring: Measuring,
  machine: ProofMachine | null,
): Promise<Pick<Measured, 'sensor' | 'rows'>> {
  const { log, card, lengths, noCard } = measuring
  const nothing = { sensor: null, rows: [] }
  if (card === null || machine === null) {
    log.skip('sensor', card === null ? noCard : 'there is no program that loads the card')
    await measuring.simulatedLoad?.close()
    return nothing
  }
  const found = await log.step('sensor', async (signal) => {
    const stage = measuring.simulatedLoad ?? (await machine.openLoad())
    const samples = await sampleSensor({
      ...{ stage, lengths, signal, nvidiaSmi: smiOf(measuring), uuid: card.uuid, clock: systemClock },
    })
    const sensor = sensorFindings(samples)
    const fit = sensor.window
    const window =
      fit === null ? sensor.windowReason : isWindow(fit) ? `a mean over ${fit.windowMs} ms` : 'no window fits'
    const update = sensor.updateMs === null ? 'never changes' : `changes every ${sensor.updateMs.toFixed(0)} ms`
    return { note: `power.draw ${update}; ${window}`, found: { sensor, rows: samples.rows } }
  })
  await measuring.simulatedLoad?.close()
  return found ?? nothing
}

async function textSteps(measuring: Measuring, machine: ProofMachine | null): Promise<Run[]> {
  const { log, lengths } = measuring
  const ids = ['closed-1', 'closed-8', 'closed-32', 'open'] as const
  if (machine === null) {
    for (const id of ['server', ...ids] as const) log.skip(id, 'there is no program that serves')
    return []
  }
  const server = await log.step('server', async (signal) => {
    const stage = await machine.openServer(signal)
    return { note: stage.note, found: stage }
  })
  if (server === null) {
    for (const id of ids) log.skip(id, 'no server was started')
    return []
  }
  const runs: Run[] = []
  try {
    for (const concurrency of [1, 8, 32] as const) {
      const id = `closed-${concurrency}` as const
      const file = textScenario({ shape: 'closed', concurrency }, server, lengths)
      runs.push(...(await runStep(measuring, id, async () => ({ file, stage: server }))))
    }
    const file = textScenario({ shape: 'open', ratePerS: openRate(runs, server) }, server, lengths)
    runs.push(...(await runStep(measuring, 'open', async () => ({ file, stage: server }))))
  } finally {
    await server.close()
  }
  return runs
}

/** Share of what eight streams finished per second, so that an open loop does not pile up. */
const OPEN_SHARE = 0.6

/** Requests per second of the open loop: one where eight streams had no rate. */
function openRate(runs: readonly Run[], { tokens }: ServerStage): number {
  const rate = runs.find(({ step }) => step === 'closed-8')?.record.result['outputTokensPerS']?.mean ?? null
  return rate === null || rate <= 0 ? 1 : Number(((OPEN_SHARE * rate) / tokens.output).toPrecision(3))
}

/** The training; its command is opened inside the step, so that nothing is started after an interrupt. None where it failed. */
export async function trainingStep(
  measuring: Measuring,
  machine: ProofMachine | null,
  python: PythonFacts | null,
): Promise<Run[]> {
  const { log, lengths } = measuring
  const missing = python === null ? [] : (['transformers', 'peft'] as const).filter((name) => python[name] === null)
  if (machine === null || missing.length > 0) {
    log.skip('training', machine === null ? 'there is no program that trains' : `Python has no ${missing.join(', ')}`)
    return []
  }
  const opened: TrainingStage[] = []
  try {
    return await runStep(measuring, 'training', async () => {
      const stage = await machine.openTraining(lengths)
      opened.push(stage)
      return { file: stage.file, stage: { ...stage, endpoint: '' } }
    })
  } finally {
    for (const stage of opened) await stage.close()
  }
}

interface RunOn {
  readonly file: PlainScenarioFile
  readonly stage: Stage & Pick<ServerStage, 'endpoint'>
}

/** One ordinary run, by the code of `run`: a signed record in the folder of the proof. None where it could not be made. */
async function runStep(measuring: Measuring, id: ProofStepId, open: () => Promise<RunOn>): Promise<Run[]> {
  const { log, flags, io, folder, lengths, signals, card } = measuring
  const finished = await log.step(id, async (signal) => {
    const { file, stage } = await open()
    const { endpoint, nvidiaSmi } = stage
    const options = runOptions(
      {
        ...(endpoint === '' ? {} : { endpoint }),
        ...(nvidiaSmi === undefined ? {} : { nvidiaSmi }),
        ...(card === null ? {} : { gpus: [card.uuid] }),
        ...(flags.simulate === undefined ? {} : { simulate: flags.simulate }),
        gpu: true,
        out: join(folder, 'runs'),
        calibrate: lengths.calibrate,
        progress: flags.progress,
      },
      io,
      { drain: signal, abort: signals.abort },
    )
    const run = await runOnce(file, options)
    return { note: headline(run), found: { ...run, step: id } }
  })
  return finished === null ? [] : [finished]
}

function headline({ record }: FinishedRun): string {
  const figure = record.result['outputTokensPerS'] ?? record.result['stepsPerS']
  if (record.oom) return 'out of memory'
  return figure?.mean == null ? `no rate: ${record.status}` : `${figure.mean.toPrecision(4)} ${figure.unit}`
}
