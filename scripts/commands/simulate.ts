import { exitCodes } from '../../harness/errors.ts'
import { faultNames, lieNames, readNames, sensorFaultNames } from '../../harness/simulator/faults/names.ts'
import { launchSimulator } from '../../harness/simulator/launch.ts'

export interface SimulateOptions {
  readonly card: string
  readonly model: string
  readonly port?: number
  readonly seed?: number
  readonly bandwidthShare?: number
  /** Names separated by commas. */
  readonly fault?: string
  readonly lie?: string
  readonly sensorFault?: string
  readonly faultShare?: number
  readonly draftCounters?: boolean
}

export interface SimulateIo {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

/** Runs the stand-in server and says where it and its nvidia-smi are, until the signal comes. */
export async function simulate(options: SimulateOptions, io: SimulateIo, signal: AbortSignal): Promise<number> {
  const { fault, lie, sensorFault, ...rest } = options
  const simulator = await launchSimulator({
    ...rest,
    faults: fault === undefined ? [] : readNames('fault', fault, faultNames),
    lies: lie === undefined ? [] : readNames('lie', lie, lieNames),
    sensorFaults: sensorFault === undefined ? [] : readNames('sensor-fault', sensorFault, sensorFaultNames),
  }).catch((error: unknown) => {
    // a server that could not start says why in its log, and its last line alone does not
    if (error instanceof Error && error.cause instanceof Error) io.stderr(error.cause.message)
    throw error
  })
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    io.stdout(`endpoint    ${simulator.url}\nnvidia-smi  ${simulator.nvidiaSmi}\n`)
    io.stderr(
      `SIMULATED: no GPU is touched and nothing from here was measured. Ctrl-C ends it. To run against it:\n` +
        `npm run bench -- run scenarios/llama-3.1-8b-fp8-batch32.yaml --card ${options.card} ` +
        `--endpoint ${simulator.url} --nvidia-smi ${simulator.nvidiaSmi}\n`,
    )
    const died = await Promise.race([stopped.then(() => false), simulator.ended.then(() => true)])
    if (!died) return exitCodes.done
    io.stderr('the simulator ended by itself\n')
    return exitCodes.worldFailed
  } finally {
    await simulator.stop()
  }
}
