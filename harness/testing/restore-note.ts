import { hostname } from 'node:os'
import { ownMark } from '../telemetry/host/process-mark.ts'
import type { NotedCard, RestoreNote } from '../tune/restore/note.ts'

/** A card that was found at 400 W, on which nothing was set yet. */
export const makeNotedCard = (over: Partial<NotedCard> = {}): NotedCard => ({
  uuid: 'GPU-a',
  name: 'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
  index: 0,
  powerLimitW: 400,
  limitsSetW: [],
  clockWasLocked: false,
  clockBefore: null,
  end: 'open',
  ...over,
})

/** The note of a tuning on this machine whose processes have ended. */
export const makeNote = (cards: readonly NotedCard[], over: Partial<RestoreNote> = {}): RestoreNote => ({
  version: 1,
  tune: '20261126-120000-tune',
  startedAt: '2026-11-26T12:00:00.000Z',
  host: { hostname: hostname() },
  nvidiaSmi: 'nvidia-smi',
  process: { ...ownMark(), pid: 4_194_303, startTicks: 1 },
  watchdog: { ...ownMark(), pid: 4_194_302, startTicks: 1 },
  cards: [...cards],
  endedAt: null,
  endedBy: null,
  said: [],
  ...over,
})
