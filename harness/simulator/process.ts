/**
 * The simulator as a program: a vLLM-like server on 127.0.0.1 and a simulated nvidia-smi. Prints their addresses in one
 * line of JSON on stdout, then serves until SIGINT or SIGTERM.
 */
import { systemClock } from '../clock.ts'
import { exitCodes, JoulemarkError, messageOf } from '../errors.ts'
import { simulationOf } from './create-simulation.ts'
import { outOfMemoryLog } from './faults/oom-log.ts'
import { describeHardware } from './hardware.ts'
import { listen } from './listen.ts'
import { parseOptions } from './options.ts'
import { addDescription } from './own-model.ts'
import { writeSmiLauncher } from './smi-launcher.ts'

/** Duration of a slow start, in which vLLM loads weights and captures graphs. */
const SLOW_START_MS = 2000
/** vLLM's exit code after a failed start. */
const START_FAILED = 1

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.modelDescription !== null) addDescription(options.modelDescription)
  if (options.faults.includes('oom-at-start')) {
    process.stderr.write(outOfMemoryLog(describeHardware(options)))
    process.exit(START_FAILED)
  }
  const isSlow = options.faults.includes('start-refused')
  const simulation = simulationOf(options)
  const { server, machineServer } = simulation
  const port = await listen(server, options.port)
  // until vLLM is ready its port refuses connections; the address is printed before that
  if (isSlow) await new Promise((resolve) => server.close(resolve))
  const url = `http://127.0.0.1:${port}`
  const launcher = writeSmiLauncher(`http://127.0.0.1:${await listen(machineServer, 0)}`)
  const stop = (): void => {
    simulation.stop()
    launcher.remove()
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  if (options.exitWithStdin) process.stdin.once('close', stop).resume()
  const line = {
    url,
    nvidiaSmi: launcher.path,
    ipmitool: launcher.ipmitool,
    card: options.card,
    model: options.model,
    pid: process.pid,
    simulated: true,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
  if (!isSlow) return
  await systemClock.sleep(SLOW_START_MS)
  await listen(server, port)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(error instanceof JoulemarkError ? error.exitCode : exitCodes.environmentFailed)
}
