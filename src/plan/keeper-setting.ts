/** Whether a background process watches over each job: `auto` where it can be started. */
export const KEEPER = ['auto', 'off'] as const
export type KeeperSetting = (typeof KEEPER)[number]
