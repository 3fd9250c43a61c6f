import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildLibrary, compiler } from '../../testing/shared-library.ts'
import { cardAttributes } from './attributes.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-attributes-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A child that plays NVML's part from a script. */
function playedBy(name: string, script: string) {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(path, script)
  return () => fork(path, { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
}

describe('the attributes of cards', () => {
  it('are a state where the library crashes, hangs or is absent', async () => {
    const crash = playedBy('crash', "process.on('message', () => process.kill(process.pid, 'SIGSEGV'))")
    expect(await cardAttributes(['GPU-a'], { start: crash })).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('SIGSEGV'),
    })
    const hang = playedBy('hang', "process.on('message', () => { for (;;); })")
    expect(await cardAttributes(['GPU-a'], { start: hang, timeoutMs: 50 })).toMatchObject({ state: 'hung' })
    const absent = await cardAttributes([], { library: join(folder, 'libnothing.so.1') })
    expect(absent.state).toBe('no-library')
  })

  it.skipIf(!compiler)('are read from a real shared library through koffi', async () => {
    const library = buildLibrary(
      folder,
      `#include <string.h>
static int card;
int nvmlInit_v2(void) { return 0; }
int nvmlDeviceGetHandleByUUID(const char *uuid, void **device) { *device = &card; return strcmp(uuid, "GPU-a") ? 6 : 0; }
int nvmlDeviceGetMemoryBusWidth(void *device, unsigned int *out) { *out = 256; return 0; }
int nvmlDeviceGetNumGpuCores(void *device, unsigned int *out) { *out = 8448; return 0; }
int nvmlDeviceGetMaxClockInfo(void *device, int type, unsigned int *out) { *out = type == 2 ? 10501 : 3105; return 0; }
int nvmlDeviceGetCudaComputeCapability(void *device, int *major, int *minor) { *major = 8; *minor = 9; return 0; }
`,
    )
    const result = await cardAttributes(['GPU-a', 'GPU-b'], { library })
    if (result.state === 'no-koffi' || result.state === 'no-library') return
    expect(result).toEqual({
      state: 'ok',
      cards: {
        'GPU-a': {
          memoryBusBits: 256,
          cudaCores: 8448,
          maxMemoryClockMHz: 10_501,
          computeCapability: '8.9',
        },
      },
    })
  })
})
