import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))

test('a simulated server says where its programs are, and takes them away when it is stopped', async () => {
  const args = ['--import', import.meta.resolve('tsx'), cli, 'simulate', '--card', 'l40s', '--gpus', '2']
  const child = spawn(process.execPath, args, { stdio: 'pipe' })
  const exited = once(child, 'close')
  let output = ''
  const folder = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /^programs +(\S+)$/m.exec(output)?.[1]
      if (found !== undefined) resolve(found)
    })
    void exited.then(() => reject(new Error(output)))
  })
  for (const name of ['nvidia-smi', 'docker', 'podman', 'dmesg']) expect(existsSync(`${folder}/${name}`)).toBe(true)
  child.kill('SIGINT')
  expect(await exited).toEqual([0, null])
  expect(existsSync(folder)).toBe(false)
})
