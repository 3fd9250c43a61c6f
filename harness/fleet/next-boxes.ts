import { type Campaign, type CampaignBox, isFinal } from './state.ts'

/** What a campaign needs next. */
export type NextStep =
  | { readonly kind: 'judge-canary' }
  /** Boxes that may start now, as many as may run at once; none while it is full. */
  | { readonly kind: 'start'; readonly boxes: readonly CampaignBox[] }
  | { readonly kind: 'done' }

/** The canary first, then its judgement, then the fleet, at most `atOnce` at a time. Pure. */
export function nextStep(campaign: Campaign, atOnce: number): NextStep {
  const { boxes, canary } = campaign
  if (boxes.every(isFinal) && (canary !== null || !hasCanary(campaign))) return { kind: 'done' }
  const canaries = boxes.filter(({ part }) => part === 'canary')
  if (hasCanary(campaign) && canary === null && canaries.every(isFinal)) return { kind: 'judge-canary' }
  const isOpen = !hasCanary(campaign) || canary !== null
  const busy = boxes.filter(({ state }) => state === 'submitted').length
  const waiting = boxes.filter((box) => box.state === 'planned' && (isOpen || box.part === 'canary'))
  return { kind: 'start', boxes: waiting.slice(0, Math.max(0, atOnce - busy)) }
}

const hasCanary = ({ boxes }: Campaign): boolean => boxes.some(({ part }) => part === 'canary')
