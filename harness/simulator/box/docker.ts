/**
 * The simulated `docker` of a box: passes its command line to the box's process, prints what that answers and exits with
 * its code. The script written by the box starts it. As with a real engine a container outlives the client that started
 * it, and a client that is told to stop passes that on.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'

/** One line of the answer: text for stdout or stderr, or the exit code. */
type Line = { readonly out: string } | { readonly err: string } | { readonly exit: number }

const url = process.env['JOULEMARK_SIMULATOR_URL'] ?? ''
const args = process.argv.slice(2)

function call(words: readonly string[], stdin: string): Promise<number> {
  return new Promise((resolve) => {
    const failed = (): void => {
      process.stderr.write('Cannot connect to the Docker daemon (SIMULATED: the box is not running)\n')
      resolve(1)
    }
    const sent = request(`${url}/docker`, { method: 'POST', agent: false }, (response) => {
      let rest = ''
      let code = 1
      response.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines.map((each) => JSON.parse(each) as Line)) {
          if ('out' in line) process.stdout.write(line.out)
          else if ('err' in line) process.stderr.write(line.err)
          else code = line.exit
        }
      })
      response.on('end', () => resolve(code))
      response.on('error', failed)
    })
    sent.on('error', failed)
    sent.end(JSON.stringify({ args: words, stdin }))
  })
}

const name = args[args.indexOf('--name') + 1]
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (args[0] === 'run' && args.includes('--name') && name !== undefined) void call(['stop', name], '')
    else process.exit(130)
  })
}
// the reader has closed the pipe
process.stdout.on('error', () => process.exit(0))
const readsStdin = args[0] === 'run' && (args.includes('-i') || args.includes('--interactive'))
process.exitCode = await call(args, readsStdin ? readFileSync(0, 'utf8') : '')
