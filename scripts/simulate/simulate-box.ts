import { JoulemarkError } from '../../harness/errors.ts'
import { readBoxFaults } from '../../harness/simulator/box/faults.ts'
import { launchBox } from '../../harness/simulator/box/launch-box.ts'
import { calledAs } from '../../harness/version.ts'
import type { CommandIo } from '../support/io.ts'
import { untilStopped } from './until-stopped.ts'

/** Flags of `simulate` that a whole server has. */
export interface SimulateBoxFlags {
  readonly card: string
  readonly gpus: number
  readonly boxFault: string | undefined
  readonly powerBudget: number | undefined
  readonly seed: number | undefined
  readonly model: string | undefined
}

/** Simulates a whole server until interrupted, and prints where its programs are. */
export async function simulateBox(flags: SimulateBoxFlags, io: CommandIo): Promise<number> {
  const { card, gpus, boxFault = '', powerBudget = null, seed = 1, model } = flags
  if (model !== undefined) {
    throw new JoulemarkError('bad-input', '--model: the servers of a server with --gpus are started by its docker')
  }
  if (boxFault !== '') readBoxFaults(boxFault, gpus)
  const box = await launchBox({ card, gpus, faults: boxFault, powerBudgetW: powerBudget, seed })
  return untilStopped(box, io, () => {
    io.stdout(`programs    ${box.folder}\nnvidia-smi  ${box.nvidiaSmi}\n`)
    io.stderr.write(
      'SIMULATED: no GPU is used and no result is a measurement. Ctrl-C ends it. To qualify this server:\n' +
        `PATH=${box.folder}:$PATH ${calledAs} box --out results-simulated\n`,
    )
  })
}
