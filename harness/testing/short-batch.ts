import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A scenario of seconds, as its file: eight streams of an 8B model, with the flags of the probes of a server. */
export const SHORT_BATCH = `
name: short-batch
title: Short batch, 8B FP8
kind: text
model: llama-3.1-8b-instruct-fp8
server: { maxModelLen: 16384, kvCacheDtype: fp8_e4m3 }
load: { shape: closed, concurrency: 8 }
prompt: { tokens: 64, prefixCache: cold }
output: { tokens: 32 }
trial: { seconds: 4, warmupSeconds: 1, quietSeconds: 0.8, minWindowSeconds: 1.5 }
certainty: { target: 2%, minTrials: 2, maxTrials: 2 }
`

/** Scenarios of seconds in the place of the probes of a box, whose names they have; the paths of their files. */
export const shortProbes = (folder: string): string[] => [
  shortProbe(folder, 'memory-probe', 1),
  shortProbe(folder, 'load-probe', 8),
]

function shortProbe(folder: string, name: string, concurrency: number): string {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(
    path,
    `name: ${name}
title: ${name}
kind: text
model: llama-3.1-8b-instruct-fp8
server: { maxModelLen: 16384, kvCacheDtype: fp8_e4m3 }
load: { shape: closed, concurrency: ${concurrency} }
prompt: { tokens: 32 }
output: { tokens: 16 }
trial: { seconds: 2.5, warmupSeconds: 0.5, quietSeconds: 0.8 }
certainty: { target: 50%, minTrials: 1, maxTrials: 1 }
`,
  )
  return path
}
