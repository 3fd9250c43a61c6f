import { join } from 'node:path'
import { systemClock } from '../../../harness/clock.ts'
import { proofLengths } from '../../../harness/prove/budget.ts'
import { proofExitCode } from '../../../harness/prove/judge.ts'
import { requireWritable } from '../../../harness/record/disk/out-folder.ts'
import { loadKey } from '../../../harness/record/signing/key-file.ts'
import { readInventory } from '../../../harness/telemetry/inventory/inventory.ts'
import { proofText } from '../../../reports/prove/text.ts'
import { findingsOf, verifyStep } from '../../prove/findings.ts'
import { measureAll } from '../../prove/measure.ts'
import { checkProveFlags, type ProveFlags } from '../../prove/prove-flags.ts'
import { onlyOn, provedCard } from '../../prove/proved-card.ts'
import { simulatedMachine } from '../../prove/simulated-machine.ts'
import { stepLog } from '../../prove/step-log.ts'
import { writeProofFiles } from '../../prove/write-proof.ts'
import { watchInterrupts } from '../../support/interrupts.ts'
import type { CommandIo } from '../../support/io.ts'
import { brokenAtWords } from '../../support/view.ts'

/**
 * Proves on this machine what joulemark claims of its measurements, within the time that it was given, and writes the proof.
 * Exit code 0 where all that could be measured is proved, 1 where something is contradicted, 3 where nothing could be measured.
 */
export async function prove(flags: ProveFlags, io: CommandIo): Promise<number> {
  checkProveFlags(flags)
  requireWritable(flags.out)
  // a key that cannot be read ends the command before anything is measured
  loadKey(io.env)
  const startedAt = systemClock.wall()
  const folder = join(flags.out, startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-'))
  const interrupts = watchInterrupts(io)
  const say = (line: string) => io.stderr.write(`${brokenAtWords(io.stderr, line)}\n`)
  if (flags.simulate !== undefined) say('On the simulator: no GPU is used, and every number below is SIMULATED.')
  try {
    const simulatedLoad = flags.simulate === undefined ? null : await simulatedMachine(flags.simulate).openLoad()
    const named = simulatedLoad?.nvidiaSmi ?? flags.nvidiaSmi ?? io.env['JOULEMARK_NVIDIA_SMI']
    const { gpus, reason } = await readInventory(named || 'nvidia-smi')
    const isReal = flags.simulate === undefined
    const card = provedCard(gpus, isReal ? io.env : {})
    // load and sensor are on one card: the programs that prove starts inherit this environment
    if (isReal) Object.assign(io.env, onlyOn(card, io.env))
    const lengths = proofLengths(flags.quick ?? false)
    const log = stepLog({ clock: systemClock, lengths, budgetS: flags.minutes * 60, drain: interrupts.drain, say })
    const noCard = reason ?? 'no card was found'
    const measured = await measureAll({
      ...{ flags, io, log, lengths, folder, card, noCard, simulatedLoad },
      signals: interrupts,
    })
    const runs = await verifyStep(log, measured.runs)
    const found = findingsOf(measured, runs, {
      ...{ startedAt, card, log, minutes: flags.minutes, quick: flags.quick ?? false },
      endedAt: systemClock.wall(),
      interrupted: interrupts.drain.aborted,
    })
    const written = await writeProofFiles(folder, found, { measured, card, io })
    io.stdout(
      flags.json
        ? `${JSON.stringify(written.proof, null, 2)}\n`
        : proofText(written.proof, { ...io, isSigned: written.proof.signature !== undefined }),
    )
    if (!flags.json)
      io.stdout(`\nPage:   ${written.page}\n${written.bundle === null ? '' : `Bundle: ${written.bundle}\n`}`)
    return proofExitCode(written.proof.claims, interrupts.drain.aborted)
  } finally {
    interrupts.unwatch()
  }
}
