import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, unlinkSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { makeFolders } from './folders.ts'
import { inFolder, placeFile } from './placed-file.ts'
import { readTextOrNull } from './small-file.ts'

/** Where an administrator's units go. */
export const UNIT_FOLDER = '/etc/systemd/system'

/**
 * Writes a unit, or what belongs to one, whole; false where it is as it should be already.
 *
 * @param mode permissions; 0o600 for what only root may read
 */
export function writeUnit(folder: string, name: string, text: string, mode = 0o644): boolean {
  const path = `${folder}/${name}`
  makeFolders(folder)
  const before = lstatSync(path, { throwIfNoEntry: false })
  const isSame = before !== undefined && (before.mode & 0o777) === mode
  if (isSame && readTextOrNull(path) === text) return false
  inFolder(folder, (open) => placeFile(open, name, text, { mode, owner: null }))
  return true
}

/** Removes a unit; false where there was none. */
export function removeUnit(folder: string, name: string): boolean {
  try {
    unlinkSync(`${folder}/${name}`)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Whether systemd is what runs this host (sd_booted(3)). */
export function isSystemdRunning(): boolean {
  return existsSync('/run/systemd/system')
}

/** Runs systemctl(1); what it said when it failed, null when it did not. */
export function systemctl(...words: string[]): string | null {
  const { status, stderr, error } = spawnSync('systemctl', words, { encoding: 'utf8' })
  if (error !== undefined) return error.message
  return status === 0 ? null : stderr.trim()
}
