import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { handedValues } from '../../endpoint/serve/container-env.ts'
import { runLoggedProgram } from '../../endpoint/serve/container-program.ts'
import type { LaunchPlan } from '../../endpoint/serve/launch-plan.ts'
import { StartLog } from '../../endpoint/serve/start-log.ts'
import { jsonOf } from '../../json-text.ts'
import { secretsIn, strictMaskOf } from '../../secret-mask.ts'
import { type Patience, withPatience } from './patience.ts'
import { DownloadRate } from './rate.ts'

const SCRIPT = fileURLToPath(new URL('../../../scripts/fetch-weights.py', import.meta.url))

/** A line of scripts/fetch-weights.py. */
const lineSchema = z.object({
  joulemarkFetch: z.literal(1),
  totalBytes: z.number().nonnegative().optional(),
  bytes: z.number().nonnegative().optional(),
  done: z.boolean().optional(),
  note: z.string().optional(),
  error: z.string().optional(),
})

/**
 * Downloads what a server needs of its repository into the cache, with the huggingface_hub of its image. What is there already
 * is not downloaded again, and a download that was cut goes on. Rejects with the lines of the program as message.
 */
export async function fetchWeights(
  launch: LaunchPlan,
  repository: string,
  { env, onNote }: { readonly env: NodeJS.ProcessEnv; readonly onNote: (note: string) => void },
  patience: Patience,
): Promise<void> {
  const { clock } = patience
  const rate = new DownloadRate(clock.nowMs())
  let total: number | null = launch.weightsBytes
  let isDone = false
  let failure: string | null = null
  const log = new StartLog(strictMaskOf([...secretsIn(env), ...handedValues(launch.fetchArgv, env)]))
  const onLine = (line: string) => {
    const said = lineSchema.safeParse(jsonOf(line))
    if (!said.success) return
    const { totalBytes, bytes, done, note, error } = said.data
    total = totalBytes ?? total
    isDone ||= done === true
    failure ??= error ?? null
    if (note !== undefined) onNote(note)
    if (bytes !== undefined) rate.read(bytes, clock.nowMs())
  }
  const stdin = await readFile(SCRIPT, 'utf8')
  const program = { containerName: launch.containerName, argv: [...launch.fetchArgv, repository], stdin }
  await withPatience(
    async (signal) => {
      const isWell = await runLoggedProgram(program, { engine: launch.engine, env }, { log, onLine, signal })
      if (!signal.aborted && !(isWell && isDone)) throw new Error(failure ?? log.lines.join('\n'))
    },
    { rate, totalBytes: () => total },
    patience,
  )
}
