import { spawn } from 'node:child_process'

/** Runs a module body in a process of its own with these variables of the environment. Gives what it printed. */
export async function inProcess(
  body: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const args = ['--input-type=module', '-e', body]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  await new Promise((resolve) => child.once('close', resolve))
  return { stdout, stderr }
}
