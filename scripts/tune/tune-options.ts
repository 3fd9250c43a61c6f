import type { RunOptions } from '../../harness/run/run-options.ts'
import type { Live } from '../live/live.ts'
import type { RunFlags } from '../run/run-flags.ts'
import { runOptions } from '../run/run-options.ts'
import type { CommandIo } from '../support/io.ts'
import type { TuneFlags } from './tune-flags.ts'

/** What all runs of a tuning share besides its flags. */
export interface TuneContext {
  readonly io: CommandIo
  readonly interrupts: { readonly drain: AbortSignal; readonly abort: AbortSignal }
  /** What other clients did on the server when it was tuned with --force; null where nothing is seen. */
  readonly serverInUse: string | null
  readonly live: Live
}

/** The options of the runs of a tuning in a folder. `over`: addresses of a simulator. */
export function tuneOptions(flags: TuneFlags, { io, interrupts, serverInUse, live }: TuneContext) {
  return (over: Partial<RunFlags>) => {
    // key, commit and display are the same for all of them
    const options = runOptions({ ...flags, gpu: true, ...over }, io, interrupts, live.lane())
    return (folder: string): RunOptions => ({ ...options, serverInUse, outDir: folder })
  }
}
