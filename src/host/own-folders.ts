import { closeSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { at, isDiverted, openFolder } from './folders.ts'

/** What belongs to every root: without these it is not whole. */
export const FOLDERS = ['leases', 'trash'] as const

/** A root of an earlier version, on a disk that is full by now, can do without. */
export const LATER_FOLDERS = [
  'alerts',
  'snapshots',
  'seeding',
  'times',
  'history',
  'ending',
  'waiting',
] as const

/** Made with the reserve, and opened for each look at it. */
const RESERVE = 'reserve.d'

type Later = (typeof LATER_FOLDERS)[number]

/**
 * Descriptors of the root's own folders, opened without following links and held for as long as this
 * process lives: what is put at their paths later leads nowhere. Null where there is none to go into.
 */
export type OwnFolders = { control: number } & Record<(typeof FOLDERS)[number], number> &
  Record<Later, number | null>

/** The folders, and what is wrong with them. */
export interface Opened {
  folders: OwnFolders
  /** each folder in whose place something else lies, and why it cannot be gone into */
  misplaced: { name: string; why: string }[]
}

/**
 * Opens the folders in the root's own one.
 *
 * @throws as openSync does where leases or trash cannot be opened
 */
export function openOwnFolders(control: number): Opened {
  const misplaced: Opened['misplaced'] = []
  const open = (name: string): number | null => {
    try {
      return openFolder(at(control, name))
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') misplaced.push({ name, why: whyNot(error) })
      return null
    }
  }
  const folders: OwnFolders = {
    control,
    leases: openFolder(at(control, 'leases')),
    trash: openFolder(at(control, 'trash')),
    alerts: open('alerts'),
    snapshots: open('snapshots'),
    seeding: open('seeding'),
    times: open('times'),
    history: open('history'),
    ending: open('ending'),
    waiting: open('waiting'),
  }
  const reserve = open(RESERVE)
  if (reserve !== null) closeSync(reserve)
  return { folders, misplaced }
}

function whyNot(error: unknown): string {
  return isDiverted(error) ? 'it is not a directory of the root itself' : messageOf(error)
}

/** No descriptor: every path through it leads nowhere (ENOENT), for reading and for making alike. */
const NOWHERE = -1

/** The path of what lies in one of the folders, or of the folder itself. */
export function inOwnFolder(
  folders: OwnFolders,
  [first = '.', ...rest]: readonly string[],
): string {
  if (!isHeld(folders, first)) return at(folders.control, [first, ...rest].join('/'))
  // A descriptor’s own name is a link, which is not followed to where a folder is opened.
  return at(folders[first] ?? NOWHERE, rest.length === 0 ? '.' : rest.join('/'))
}

function isHeld(folders: OwnFolders, name: string): name is Exclude<keyof OwnFolders, 'control'> {
  return name !== 'control' && Object.hasOwn(folders, name)
}
