/** Sources of power besides the cards, in the order in which one is preferred for the same thing: an outside meter first. */
export const wallSources = ['command', 'redfish', 'ipmi', 'grace', 'rapl'] as const
export type WallSourceName = (typeof wallSources)[number]
