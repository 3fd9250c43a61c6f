import { requireBundledCard } from '../../harness/catalogue/find.ts'
import { imageModels } from '../../harness/catalogue/image-models.ts'
import { modelKeys } from '../../harness/catalogue/models.ts'
import { suggestion } from '../../harness/catalogue/nearest.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { faultNames, lieNames, readNames, sensorFaultNames } from '../../harness/simulator/faults/names.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'
import { engineNamed } from '../../harness/simulator/options.ts'
import { serverInterrupts, watchInterrupts } from '../support/interrupts.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `simulate`. */
export interface SimulateFlags {
  readonly card: string
  readonly model: string
  readonly port?: number
  readonly seed?: number
  readonly maxModelLen?: number
  readonly engine?: string
  readonly enablePromptTokensDetails?: boolean
  readonly bandwidthShare?: number
  readonly clockShare?: number
  /** Names separated by commas. */
  readonly fault?: string
  readonly lie?: string
  readonly sensorFault?: string
  readonly faultShare?: number
  readonly draftCounters?: boolean
  /** Name that nvidia-smi prints, before the stamp. */
  readonly smiName?: string
}

/** Runs the simulator until interrupted, and prints the addresses of its server and nvidia-smi. */
export async function simulate(flags: SimulateFlags, io: CommandIo): Promise<number> {
  requireBundledCard(flags.card, '--card')
  requireSimulatedModel(flags.model)
  if (flags.smiName !== undefined && !/^[\x20-\x7e]{1,100}$/.test(flags.smiName)) {
    throw new JoulemarkError('bad-input', '--smi-name: expected 1 to 100 printable ASCII characters')
  }
  const { fault, lie, sensorFault, engine, ...rest } = flags
  const simulator = await launchSimulator({
    ...rest,
    engine: engine === undefined ? null : engineNamed(engine),
    faults: fault === undefined ? [] : readNames('fault', fault, faultNames),
    lies: lie === undefined ? [] : readNames('lie', lie, lieNames),
    sensorFaults: sensorFault === undefined ? [] : readNames('sensor-fault', sensorFault, sensorFaultNames),
  }).catch((error: unknown) => {
    // the reason of a failed start is in the whole log, not in its last line alone
    if (error instanceof Error && error.cause instanceof Error) io.stderr.write(`${error.cause.message}\n`)
    throw error
  })
  const interrupts = watchInterrupts(io, serverInterrupts)
  const stopped = new Promise<void>((resolve) => {
    interrupts.drain.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    io.stdout(`endpoint    ${simulator.url}\nnvidia-smi  ${simulator.nvidiaSmi}\n`)
    io.stderr.write(
      `SIMULATED: no GPU is used and no result is a measurement. Ctrl-C ends it. To run against it:\n` +
        `npm run bench -- run llama-3.1-8b-fp8-batch32 --card ${flags.card} ` +
        `--endpoint ${simulator.url} --nvidia-smi ${simulator.nvidiaSmi}\n`,
    )
    const died = await Promise.race([stopped.then(() => false), simulator.ended.then(() => true)])
    if (!died) return exitCodes.done
    io.stderr.write('the simulator exited\n')
    return exitCodes.environmentFailed
  } finally {
    interrupts.unwatch()
    await simulator.stop()
  }
}

/** Besides the models of the catalogue: a card busy with a training command, and a card without a server. */
const withoutServer = ['training', 'none']

function requireSimulatedModel(model: string): void {
  const known = [...modelKeys, ...imageModels.map(({ key }) => key), ...withoutServer]
  if (known.includes(model)) return
  throw new JoulemarkError('bad-input', `--model ${model}: no such model in the catalogue; ${suggestion(model, known)}`)
}
