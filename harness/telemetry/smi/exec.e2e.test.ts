import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireSmi, runNvidiaSmi } from './exec.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'joulemark-smi-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A shell script instead of nvidia-smi: these tests are about text and return codes only. */
function script(name: string, body: string): string {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

describe('runNvidiaSmi', () => {
  it('gives stdout and stderr of a call that went well, in UTC and without a shell', async () => {
    const path = script('ok', 'printf "%s|%s|%s" "$TZ" "$1" "$2"; printf warning >&2')
    expect(await runNvidiaSmi(path, ['a b', '$HOME'])).toEqual({
      kind: 'ok',
      stdout: 'UTC|a b|$HOME',
      stderr: 'warning',
    })
  })

  it.each([
    [
      9,
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure",
      'driver-not-loaded',
      'modprobe',
    ],
    [12, "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.", 'library-missing', 'libnvidia-ml1'],
    [18, 'Failed to initialize NVML: Driver/library version mismatch', 'version-mismatch', 'reboot'],
    [255, 'Mismatch in versions between nvidia-smi and NVML.', 'version-mismatch', 'reboot'],
    [6, 'No devices were found', 'no-devices', 'lspci'],
    [0, 'No devices were found', 'no-devices', 'lspci'],
    [15, 'Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error', 'gpu-lost', 'dmesg'],
    [4, 'Unable to determine the device handle for gpu 1: Insufficient Permissions', 'no-permission', 'no access to'],
    [2, 'Field "power.drow" is not a valid field to query.', 'invalid-field', 'help-query-gpu'],
    [4, 'Insufficient permissions', 'no-permission', '/dev/nvidia'],
  ])('return code %i with %j on stdout', async (code, text, fault, advice) => {
    for (const stream of ['1', '2']) {
      if (code === 0 && stream === '2') continue
      const path = script('fails', `cat >&${stream} <<'TEXT'\n${text}\n\nTEXT\nexit ${code}`)
      const result = await runNvidiaSmi(path, ['-q'])
      expect(result).toMatchObject({ kind: 'failed', fault, absent: false })
      const { reason } = result as { reason: string }
      expect(reason).toContain(text)
      expect(reason).toContain(advice)
      expect(reason).not.toContain('\n')
    }
  })

  it.each([
    [
      14,
      '--query-gpu=index,uuid',
      '0, GPU-a\\nWARNING: infoROM is corrupted',
      'WARNING: infoROM is corrupted (return code 14)',
    ],
    [14, '--query-gpu=index,uuid', '0, GPU-a', 'the infoROM of a card is corrupt (return code 14)'],
    [
      4,
      '-L',
      'GPU 0: X (UUID: GPU-a)\\nUnable to determine the device handle for gpu 1: Insufficient Permissions',
      'gpu 1',
    ],
    [0, '--query-gpu=index,uuid', '0, GPU-a\\nsomething new', 'something new'],
    [0, '--query-gpu=index,uuid', '0, [GPU is lost]', undefined],
  ])(
    'takes rows with return code %i of %s for valid, and keeps the rest as a warning',
    async (code, query, text, warning) => {
      const result = await runNvidiaSmi(script('warns', `printf '${text}\\n'; exit ${code}`), [query])
      expect(result.kind).toBe('ok')
      const said = result.kind === 'ok' ? result.warning : null
      if (warning === undefined) expect(said).toBeUndefined()
      else expect(said).toContain(warning)
    },
  )

  it('explains a bare return code by the manual page', async () => {
    const result = await runNvidiaSmi(script('bare', 'exit 8'), [])
    expect(result).toMatchObject({ kind: 'failed', reason: expect.stringContaining('power cable') })
    expect(await runNvidiaSmi(script('odd', 'exit 77'), [])).toMatchObject({
      fault: 'other',
      reason: expect.stringContaining('77'),
    })
  })

  it('names an absent binary and one that cannot be executed', async () => {
    expect(await runNvidiaSmi(join(folder, 'nowhere'), [])).toMatchObject({
      kind: 'failed',
      fault: 'absent',
      absent: true,
    })
    const path = script('locked', '')
    chmodSync(path, 0o644)
    expect(await runNvidiaSmi(path, [])).toMatchObject({ kind: 'failed', fault: 'not-executable', absent: false })
  })

  it('gives up on a driver that hangs', async () => {
    const result = await runNvidiaSmi(script('hangs', 'exec sleep 60'), ['-q'], 50)
    expect(result).toMatchObject({
      kind: 'failed',
      fault: 'timeout',
      reason: expect.stringContaining('no answer to -q'),
    })
  })

  it('throws one line for callers who cannot go on', async () => {
    const path = script('gone', 'echo "No devices were found"; exit 6')
    await expect(requireSmi(path, ['-L'])).rejects.toMatchObject({
      code: 'environment',
      message: expect.stringMatching(/^\S+gone: No devices/),
    })
  })
})
