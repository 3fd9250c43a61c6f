import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The server of a page, with its nvidia-smi, until it is stopped. */
export interface PageServer {
  readonly url: string
  readonly nvidiaSmi: string
  readonly stop: () => Promise<void>
}

/** Starts `simulate` of joulemark (`program`) with these flags. Its nvidia-smi is that of the package, which starts faster than the sources. */
export async function startServer(
  program: string,
  flags: string,
  { folder, env }: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
): Promise<PageServer> {
  const child = spawn(program, ['simulate', ...flags.split(' ')], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = once(child, 'close')
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
  for await (const _ of child.stdout) {
    const [, url, nvidiaSmi] = /^endpoint +(\S+)\nnvidia-smi +(\S+)\n/m.exec(text) ?? []
    if (url === undefined || nvidiaSmi === undefined) continue
    child.stdout.resume()
    return {
      url,
      nvidiaSmi,
      stop: async () => {
        process.removeListener('exit', kill)
        child.kill('SIGTERM')
        await ended
      },
    }
  }
  throw new Error(`joulemark simulate ${flags}: did not start\n${text}`)
}
