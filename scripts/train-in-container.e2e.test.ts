import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** The script for real, with a Python on PATH whose pip writes down what it was asked, and installs or fails. */
const run = promisify(execFile)
const script = fileURLToPath(new URL('train-in-container.sh', import.meta.url))
const requirements = fileURLToPath(new URL('train-requirements.txt', import.meta.url))

interface Box {
  readonly packages: string
  pipCalls(): string[]
  train(
    ...command: readonly (string | NodeJS.ProcessEnv)[]
  ): Promise<{ readonly stdout: string; readonly stderr: string }>
}

function box(pip: string): Box {
  const folder = mkdtempSync(join(tmpdir(), 'train-in-container-'))
  const packages = join(folder, 'packages')
  const calls = join(folder, 'calls')
  mkdirSync(join(folder, 'bin'))
  const python = `#!/bin/sh
if [ "$1" = -c ]; then echo cp312-x86_64; exit; fi
echo "$*" >> '${calls}'
while [ "$1" != --target ]; do shift; done
${pip}
`
  writeFileSync(join(folder, 'bin', 'python3'), python)
  chmodSync(join(folder, 'bin', 'python3'), 0o755)
  return {
    packages,
    pipCalls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    train: (...command) =>
      run('/bin/sh', [script, requirements, packages, ...command.filter((each) => typeof each === 'string')], {
        env: Object.assign(
          { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
          ...command.filter((each) => typeof each !== 'string'),
        ),
      }),
  }
}

const installs = 'echo Collecting; touch "$2/peft.py"'
const shows = ['/bin/sh', '-c', 'echo "$PYTHONPATH"; ls "$PYTHONPATH"']

test('the packages are installed once, with their hashes, and a second command finds them without a network', async () => {
  const { train, packages, pipCalls } = box(installs)
  const first = await train(...shows)
  expect(pipCalls()).toEqual([expect.stringContaining('--no-deps --require-hashes --only-binary :all:')])
  // what pip prints is not among the lines of the command
  expect(first.stdout).toMatch(/^\S+cp312-x86_64-[0-9a-f]{16}\npeft\.py\n$/)
  expect(first.stderr).toContain('Collecting')
  expect(await train(...shows)).toEqual({ stdout: first.stdout, stderr: '' })
  expect(pipCalls()).toHaveLength(1)
  expect(readdirSync(packages)).toHaveLength(1)
})

test('containers that start at the same time have one set of packages, whoever is first', async () => {
  const { train, packages } = box(installs)
  const outputs = await Promise.all([train(...shows), train(...shows), train(...shows)])
  expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1)
  expect(readdirSync(packages)).toHaveLength(1)
})

test('packages that cannot be installed are a line with what to do, and leave nothing behind', async () => {
  const { train, packages } = box('touch "$2/half"; echo "ERROR: no matching distribution" >&2; exit 1')
  const failure = await train('/bin/true').catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringMatching(/no matching.*\n.*PIP_INDEX_URL\n$/) })
  expect(readdirSync(packages)).toEqual([])
})

test('offline, what is there is used, and what is not there is not downloaded', async () => {
  const { train, pipCalls } = box(installs)
  const offline = { HF_HUB_OFFLINE: '1' }
  expect(await train(offline, '/bin/true').catch((error: unknown) => error)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/not in the cache, and nothing is to be downloaded: run it once online/),
  })
  expect(pipCalls()).toEqual([])
  await train('/bin/true')
  expect(await train(offline, '/bin/echo', 'ran')).toEqual({ stdout: 'ran\n', stderr: '' })
  expect(pipCalls()).toHaveLength(1)
})

test('every package is pinned, and has its hashes', () => {
  const text = readFileSync(requirements, 'utf8').replaceAll(/\\\n\s+/g, '')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines).toHaveLength(3)
  for (const line of lines) expect(line).toMatch(/^[a-z]+==[\d.]+ (--hash=sha256:[0-9a-f]{64} ?)+$/)
})
