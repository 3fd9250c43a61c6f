import type { FileRead, ProgramRun, RunProgramOptions, WallHost } from '../telemetry/wall/host.ts'

/** A machine of files in memory and programs that are functions. */
export interface FakeWallHost {
  /** Text by path; a text that begins with `!` is the code of an error, such as `!EACCES`. */
  readonly files?: Record<string, string>
  readonly run?: (program: string, args: readonly string[], options: RunProgramOptions) => Promise<ProgramRun>
  readonly config?: WallHost['config']
  readonly env?: NodeJS.ProcessEnv
}

/** Such a machine as the sources see it. */
export function fakeWallHost({ files = {}, run, config = {}, env = {} }: FakeWallHost): WallHost {
  const readFile = async (path: string): Promise<FileRead> => {
    const text = files[path]
    if (text === undefined) return { code: 'ENOENT' }
    return text.startsWith('!') ? { code: text.slice(1) } : { text }
  }
  return {
    config,
    env,
    list: async (path) => {
      const below = Object.keys(files).flatMap((file) =>
        file.startsWith(`${path}/`) ? [file.slice(path.length + 1).split('/')[0] as string] : [],
      )
      return below.length === 0 ? null : [...new Set(below)]
    },
    readText: async (path) => {
      const read = await readFile(path)
      return 'text' in read ? read.text : null
    },
    readFile,
    run: run ?? (async () => ({ stdout: '', stderr: '', code: 'ENOENT' })),
  }
}

/** What ipmitool prints for a power. */
export const ipmiText = (powerW: number, state = 'activated'): string => `
    Instantaneous power reading:                   ${powerW} Watts
    Minimum during sampling period:                162 Watts
    Maximum during sampling period:                276 Watts
    Average power reading over sample period:      176 Watts
    IPMI timestamp:                           Wed Feb 15 12:49:51 2017
    Sampling period:                          01131466 Seconds.
    Power reading state is:                   ${state}

`
