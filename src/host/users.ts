import { spawnSync } from 'node:child_process'
import { GuardError } from '../plan/guard-error.ts'
import { quote } from '../plan/input.ts'
import type { OwnerSetting } from '../plan/settings.ts'
import type { Root } from './root.ts'

/** Numeric owner of a slot. */
export interface Ids {
  uid: number
  gid: number
}

/**
 * Who a slot shall belong to.
 *
 * By default that is the runner's user: this process's own, or, where this process is root, the one
 * who owns the root directory. A step that runs as root in a job container so makes slots that
 * the runner outside can take out of service again.
 */
export function resolveOwner(setting: OwnerSetting | null, root: Root): Ids {
  const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 }
  if (setting === null) return own.uid === 0 ? { uid: root.uid, gid: root.gid } : own
  return resolveSetting(setting)
}

/**
 * Turns names into numbers by getent(1), which asks whatever directory service the host has.
 *
 * @throws GuardError where there is no such user or group
 */
export function resolveSetting(setting: OwnerSetting): Ids {
  const user = isNumber(setting.user) ? null : lookUp('passwd', setting.user)
  const uid = user === null ? Number(setting.user) : user.id
  if (setting.group !== null) {
    const gid = isNumber(setting.group) ? Number(setting.group) : lookUp('group', setting.group).id
    return { uid, gid }
  }
  // Without a group: the user's own, as chown(1) does with `user:`; an unknown uid's is its number.
  return { uid, gid: (user ?? find('passwd', setting.user))?.group ?? uid }
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text)
}

interface Entry {
  id: number
  group: number
}

function lookUp(database: 'passwd' | 'group', name: string): Entry {
  const entry = find(database, name)
  if (entry !== null) return entry
  throw new GuardError(
    `The input owner names ${database === 'passwd' ? 'the user' : 'the group'} ${quote(name)}, which this host does not know.`,
    'Use a name from its user database, or numbers such as 1000:1000.',
    { usage: true },
  )
}

function find(database: 'passwd' | 'group', name: string): Entry | null {
  const { stdout, status } = spawnSync('getent', [database, '--', name], { encoding: 'utf8' })
  if (status !== 0) return null
  const [, , id, group] = stdout.trim().split(':')
  return id === undefined ? null : { id: Number(id), group: Number(group) }
}
