import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const guard = new URL('./orphan-guard.ts', import.meta.url).href

/** A process with a guard that writes its arguments into a file; it prints its guard's state and then waits. */
async function guarded(ending: string) {
  const file = join(mkdtempSync(join(tmpdir(), 'guard-')), 'done')
  const program = `
    import { guardOrphan } from ${JSON.stringify(guard)}
    const held = guardOrphan('printf %s "$2" > "$1"', [${JSON.stringify(file)}, "it's done"], process.env)
    process.stdout.write('ready\\n')
    ${ending}
  `
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return { child, file }
}

test('its script runs when the process is killed', async () => {
  const { child, file } = await guarded('setInterval(() => {}, 1000)')
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toBe("it's done")
})

test('it does not run after a release, and keeps no process alive', async () => {
  const { child, file } = await guarded('held.release(); held.release()')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  // a second guard that is not released ends later than the first would have written
  const later = await guarded('setInterval(() => {}, 1000)')
  later.child.kill('SIGKILL')
  await expect.poll(() => existsSync(later.file)).toBe(true)
  expect(existsSync(file)).toBe(false)
})
