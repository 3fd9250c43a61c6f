import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { messageOf } from '../../harness/errors.ts'
import { jsonOf } from '../../harness/json-text.ts'
import { plainText } from '../../harness/plain-text.ts'
import { projectRoot } from '../support/tool-info.ts'

/** What a Python can run. Null: it has no such package, or torch sees no card. */
export interface PythonFacts {
  readonly version: string | null
  readonly torch: string | null
  readonly transformers: string | null
  readonly peft: string | null
  readonly device: string | null
  readonly memoryMiB: number | null
  /** The configuration of each model of scripts/prove/proof/shapes.py, by its shape; empty without torch. */
  readonly configs: Readonly<Record<string, object>>
}

/** Importing torch from a cold disk takes a minute. */
const TIMEOUT_MS = 120_000

const PROGRAM = `
import json, platform, sys
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
facts = {"version": platform.python_version(), "device": None, "memoryMiB": None}
facts.update({name: version(name) for name in ("torch", "transformers", "peft")})
if facts["torch"]:
    import torch
    if torch.cuda.is_available():
        facts["device"] = torch.cuda.get_device_name(0)
        facts["memoryMiB"] = torch.cuda.mem_get_info(0)[0] >> 20
    sys.dont_write_bytecode = True
    sys.path.insert(0, sys.argv[1])
    from proof.shapes import SHAPES
    facts["configs"] = SHAPES
print(json.dumps(facts))
`

/** Folder of the programs in Python. */
export const programs = join(projectRoot, 'scripts/prove')

/**
 * Asks a Python what it has, on the card that the environment names, within two minutes. A string says why it cannot be asked, in
 * one line. `interrupt` ends it.
 */
export function askPython(
  python: string,
  env: NodeJS.ProcessEnv,
  interrupt: AbortSignal,
): Promise<PythonFacts | string> {
  return new Promise((resolve) => {
    execFile(
      python,
      ['-c', PROGRAM, programs],
      { env, timeout: TIMEOUT_MS, signal: interrupt, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (interrupt.aborted) {
          resolve(`${python}: it was stopped: the proof was interrupted`)
          return
        }
        if (error) {
          const said = stderr.trim().split('\n').at(-1) || messageOf(error).split('\n')[0]
          resolve(`${python}: ${plainText(said ?? 'it failed')}`)
          return
        }
        const facts = jsonOf(stdout.trim().split('\n').at(-1) ?? '')
        resolve(isFacts(facts) ? readFacts(facts) : `${python}: printed no facts about itself`)
      },
    )
  })
}

const isFacts = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function readFacts(facts: Record<string, unknown>): PythonFacts {
  const word = (key: string): string | null => {
    const value = facts[key]
    return typeof value === 'string' ? plainText(value.slice(0, 100)) : null
  }
  const memory = facts['memoryMiB']
  const configs = facts['configs']
  return {
    ...{ version: word('version'), torch: word('torch'), transformers: word('transformers'), peft: word('peft') },
    device: word('device'),
    memoryMiB: typeof memory === 'number' && memory > 0 ? memory : null,
    configs: typeof configs === 'object' && configs !== null ? (configs as Record<string, object>) : {},
  }
}
