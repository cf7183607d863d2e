import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'

/** Where an administrator's units go. */
export const UNIT_FOLDER = '/etc/systemd/system'

/** Writes a unit, whole; false where it is as it should be already. */
export function writeUnit(folder: string, name: string, text: string): boolean {
  const path = `${folder}/${name}`
  mkdirSync(folder, { recursive: true })
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false
  writeFileSync(`${path}.new`, text, { mode: 0o644 })
  renameSync(`${path}.new`, path)
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
