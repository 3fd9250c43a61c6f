import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { JoulemarkError } from '../../errors.ts'
import { built } from '../../version.ts'
import type { KeeperAnswer, KeeperAsk, KeeperReply, KeeperRequest } from './keeper-words.ts'

type AnswerTo<Name extends KeeperAnswer['answer']> = Extract<KeeperAnswer, { readonly answer: Name }>

/** The process that sets the cards and watches over this one, as this one sees it. */
export interface Keeper {
  /** Asks and waits. Throws what the keeper reports, and `environment` when it is gone. */
  ask<Name extends KeeperAnswer['answer']>(request: KeeperAsk, expected: Name): Promise<AnswerTo<Name>>
  /** Whether it ended before it was released. */
  readonly isGone: boolean
  /** Lets it go: it ends by itself. */
  release(): void
}

const childPath = fileURLToPath(new URL('./keeper-child.ts', import.meta.url))

const start = (): ChildProcess =>
  fork(childPath, {
    execArgv: [
      ...(built === null ? ['--import', import.meta.resolve('tsx')] : []),
      '--disable-warning=ExperimentalWarning',
    ],
    // a session of its own: what a terminal or a shell sends to the group of this process does not reach it
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })

/** Starts the keeper. It gives the cards back when this process ends without `restore`, however it ends. */
export function startKeeper(startChild: () => ChildProcess = start): Keeper {
  const child = startChild()
  const waiting = new Map<number, (reply: KeeperAnswer) => void>()
  let requests = 0
  let gone: string | null = null
  const end = (why: string): void => {
    gone ??= why
    for (const resolve of waiting.values()) resolve(failed(gone))
    waiting.clear()
  }
  child.on('message', ({ id, reply }: KeeperReply) => {
    waiting.get(id)?.(reply)
    waiting.delete(id)
  })
  child.on('error', (error) => end(`the process that watches over the cards did not start: ${error.message}`))
  child.on('exit', (code, signal) => end(`the process that watches over the cards ended (${signal ?? `code ${code}`})`))
  // it must not keep a finished program alive: that program's end is what it waits for
  child.unref()
  child.channel?.unref()
  return {
    get isGone() {
      return gone !== null
    },
    async ask(request, expected) {
      // while it is waited for, its end must be seen
      child.ref()
      child.channel?.ref()
      const reply = await new Promise<KeeperAnswer>((resolve) => {
        if (gone !== null) return resolve(failed(gone))
        requests += 1
        waiting.set(requests, resolve)
        child.send({ id: requests, request } satisfies KeeperRequest, (error) => {
          if (error) end(`the process that watches over the cards has ended: ${error.message}`)
        })
      })
      if (waiting.size === 0) {
        child.unref()
        child.channel?.unref()
      }
      if (reply.answer === expected) return reply as AnswerTo<typeof expected>
      if (reply.answer === 'failed') throw new JoulemarkError(reply.code, reply.message)
      throw new JoulemarkError('environment', `the process that watches over the cards answered ${reply.answer}`)
    },
    release: () => {
      if (child.connected) child.disconnect()
    },
  }
}

const failed = (message: string): KeeperAnswer => ({ answer: 'failed', code: 'environment', message })
