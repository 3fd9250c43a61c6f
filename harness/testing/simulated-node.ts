import { spawn } from 'node:child_process'
import { launchSimulator } from '../simulator/launch.ts'
import { cliWords } from './run-cli.ts'

/**
 * `joulemark` as it is called on a box of a simulated fleet: a simulated server of the box's own, with its own cards, on which the
 * command then runs. The words are those of joulemark, after the seed of the cards and their share of the memory bandwidth.
 */
const [seed = '1', bandwidthShare = '1', ...words] = process.argv.slice(2)

const simulator = await launchSimulator({
  ...{ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' },
  ...{ seed: Number(seed), bandwidthShare: Number(bandwidthShare) },
})
const flags = ['--endpoint', simulator.url, '--nvidia-smi', simulator.nvidiaSmi, '--skip-calibration']
const child = spawn(process.execPath, cliWords(...words, ...flags), { stdio: 'inherit' })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', async (code) => {
  await simulator.stop()
  process.exit(code ?? 3)
})
