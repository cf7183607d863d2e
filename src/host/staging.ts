import { chmodSync, mkdirSync, rmSync } from 'node:fs'

/** Makes a new directory that this user alone can look into. */
export function makeStaging(path: string): void {
  mkdirSync(path, { mode: 0o700 })
  chmodSync(path, 0o700)
}

/** Removes what `makeStaging` made, with what was unpacked there; no link is followed. */
export function removeStaging(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
}
