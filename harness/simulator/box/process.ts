/**
 * A simulated box as a program: cards, nvidia-smi, container engine and kernel log. Prints the folder of its programs in one
 * line of JSON, then serves until SIGINT, SIGTERM or the end of stdin.
 */
import { createServer, type ServerResponse } from 'node:http'
import { systemClock } from '../../clock.ts'
import { exitCodes, JoulemarkError, messageOf } from '../../errors.ts'
import { listen } from '../listen.ts'
import { readBody } from '../server/request-body.ts'
import { answerSetting, type SettingRequest } from '../smi/setting.ts'
import { parseBoxOptions } from './box-options.ts'
import { writeBoxPrograms } from './box-programs.ts'
import { answerDocker } from './engine/commands.ts'
import { readBoxFaults } from './faults.ts'
import { kernelLog } from './kernel-log.ts'
import { SimulatedBox } from './simulated-box.ts'

async function main(): Promise<void> {
  const options = parseBoxOptions(process.argv.slice(2))
  const box = new SimulatedBox(options, options.faults === '' ? new Map() : readBoxFaults(options.faults, options.gpus))
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://box')
    if (pathname === '/simulator/smi-state') sendStates(box, searchParams.get('atMs'), response)
    else if (pathname === '/simulator/smi-setting') void readBody(request).then((body) => set(box, body, response))
    else if (pathname === '/simulator/dmesg') response.end(kernelLog(box.cards.cards, systemClock.nowMs()))
    else if (pathname === '/docker') void readBody(request).then((body) => docker(box, body, response))
    else response.writeHead(404).end()
  })
  const url = `http://127.0.0.1:${await listen(server, 0)}`
  const programs = writeBoxPrograms(url)
  box.nvidiaSmi = programs.nvidiaSmi
  const stop = (): void => {
    box.containers.endAll()
    programs.remove()
    process.exit(0)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.stdin.once('close', stop).resume()
  const { folder, nvidiaSmi } = programs
  process.stdout.write(`${JSON.stringify({ url, folder, nvidiaSmi, pid: process.pid, simulated: true })}\n`)
}

function sendStates(box: SimulatedBox, momentsText: string | null, response: ServerResponse): void {
  const nowMs = systemClock.nowMs()
  const moments = (momentsText?.split(',').map(Number) ?? []).filter((atMs) => atMs <= nowMs)
  response.end(JSON.stringify((moments.length > 0 ? moments : [nowMs]).map((atMs) => box.cards.smiState(atMs))))
}

function set(box: SimulatedBox, body: string, response: ServerResponse): void {
  const { gpus } = box.cards.smiState(systemClock.nowMs())
  const reply = answerSetting(JSON.parse(body) as SettingRequest, gpus, 'allowed', (index, change) =>
    box.cards.set(index, change),
  )
  response.end(JSON.stringify(reply))
}

async function docker(box: SimulatedBox, body: string, response: ServerResponse): Promise<void> {
  const { args, stdin } = JSON.parse(body) as { args: string[]; stdin: string }
  const send = (line: object): boolean => response.write(`${JSON.stringify(line)}\n`)
  const print = (text: string, isError = false): boolean => send(isError ? { err: text } : { out: text })
  try {
    send({ exit: await answerDocker(box, { args, stdin, print }) })
  } catch (error) {
    print(`docker: ${messageOf(error)}\n`, true)
    send({ exit: 1 })
  }
  response.end()
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(error instanceof JoulemarkError ? error.exitCode : exitCodes.environmentFailed)
}
