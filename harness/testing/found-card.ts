import type { CardState } from '../tune/settings/cards.ts'

/** A card at 400 W of 150 to 600 W. */
export const makeCardState = (over: Partial<CardState> = {}): CardState => ({
  uuid: 'GPU-a',
  index: 0,
  name: 'NVIDIA RTX PRO 6000 Blackwell Workstation Edition',
  busId: '00000000:01:00.0',
  powerLimitW: 400,
  enforcedLimitW: 400,
  defaultLimitW: 600,
  minLimitW: 150,
  maxLimitW: 600,
  maxSmClockMHz: 3090,
  isPersistent: true,
  migMode: null,
  ...over,
})
