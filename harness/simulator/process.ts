/**
 * The simulator as a program: a vLLM-like server on 127.0.0.1 and an nvidia-smi beside it. Says in one line of JSON on
 * stdout where they are, then serves until SIGINT or SIGTERM.
 */
import type { AddressInfo } from 'node:net'
import { exitCodes, JoulemarkError, messageOf } from '../errors.ts'
import { parseOptions } from './options.ts'
import { createSimulation } from './simulation.ts'
import { writeSmiLauncher } from './smi-launcher.ts'

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  const simulation = createSimulation(options)
  await new Promise<void>((resolve, reject) => {
    simulation.server.once('error', reject)
    simulation.server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = simulation.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const launcher = writeSmiLauncher(url)
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
    card: options.card,
    model: options.model,
    pid: process.pid,
    simulated: true,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(error instanceof JoulemarkError ? error.exitCode : exitCodes.worldFailed)
}
