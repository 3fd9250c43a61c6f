import { mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { newKey } from '../../actions/key.ts'
import { projectRoot } from '../../support/tool-info.ts'
import { startServer } from './server.ts'

/** Where the commands of one page run: a folder that looks like a checkout, and a home folder with a signing key. */
export interface Place {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** What stands in commands for something of this place: `{url}` and the like. */
  readonly names: Record<string, string>
  /** What is stopped when the page is done, besides its server. */
  readonly stops: (() => Promise<void>)[]
  readonly stop: () => Promise<void>
}

/** What of the repository a command of a page may read. Results are those of the page, also those in `reports/out`. */
const OF_THE_CHECKOUT = ['package.json', 'node_modules', 'harness', 'scenarios', 'scripts', 'docs', 'reports/quote']
/** Variables of whoever runs the tests that change what a command does. */
const NOT_OURS =
  /^(?:JOULEMARK_|HF_|PG|OPENAI_|NODE_OPTIONS$|XDG_|VITEST|INIT_CWD$|NODE_ENV$|npm_(?!config_(?:cache|update_notifier)$))/i

/** Makes the place of a page under `root`. `program` is joulemark as a program, `flags` those of the simulator if the page has a server. */
export async function makePlace(root: string, page: string, program: string, flags?: string): Promise<Place> {
  const folder = join(root, page.replaceAll('/', '-'))
  const [home, bin] = [`${folder}-home`, `${folder}-bin`]
  for (const path of [join(folder, 'reports'), home, bin]) mkdirSync(path, { recursive: true })
  for (const name of OF_THE_CHECKOUT) symlinkSync(join(projectRoot, name), join(folder, name))
  symlinkSync(program, join(bin, 'joulemark'))
  const ours = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_OURS.test(name)))
  const path = [bin, dirname(process.execPath), process.env['PATH']].join(delimiter)
  const env: NodeJS.ProcessEnv = { ...ours, HOME: home, PATH: path, NO_COLOR: '1' }
  newKey({}, saidIo({ env: { HOME: home } }).io)
  const server = flags === undefined ? null : await startServer(program, flags, { folder, env })
  const stops = server === null ? [] : [server.stop]
  return {
    folder,
    env: server === null ? env : { ...env, JOULEMARK_NVIDIA_SMI: server.nvidiaSmi },
    names: { program, ...(server === null ? {} : { url: server.url }) },
    stops,
    stop: async () => {
      for (const stop of stops) await stop()
    },
  }
}
