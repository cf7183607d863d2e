import {
  constants,
  copyFileSync,
  mkdtempSync,
  rmdirSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { errnoOf } from '../plan/guard-error.ts'
import { assertFresh, at, within } from './folders.ts'
import { removeFile } from './small-file.ts'

/** By device number and type of file system: another one may be mounted from the same device. */
const known = new Map<string, boolean>()

/** Larger than what a file system keeps beside the inode. */
const PROBE_BYTES = 8192

/**
 * Whether files in this directory can share blocks: tried with two small files.
 *
 * @throws where the disk is full or broken; nothing is remembered then
 */
export function canReflink(directory: string): boolean {
  const key = `${statSync(directory).dev} ${statfsSync(directory).type}`
  const answer = known.get(key) ?? tryReflink(directory)
  known.set(key, answer)
  return answer
}

/** File systems by their type (statfs(2)) that are made to share blocks: btrfs, xfs, bcachefs. */
const SHARING = new Set([0x91_23_68_3e, 0x58_46_53_42, 0xca_45_1a_4e])

/** Whether a file system is of a kind that shares blocks, unless it was made without; writes nothing. */
export function isMadeToReflink(directory: string): boolean {
  return SHARING.has(statfsSync(directory).type >>> 0)
}

function tryReflink(directory: string): boolean {
  const probe = mkdtempSync(`${directory}/.reflink-`)
  try {
    // By descriptor: in a directory of another user’s, something else may lie at its name at once.
    return within(probe, [], (folder) => {
      assertFresh(folder)
      const [from, to] = [at(folder, 'from'), at(folder, 'to')]
      try {
        writeFileSync(from, Buffer.alloc(PROBE_BYTES, 1), { flag: 'wx' })
        return isShared(from, to)
      } finally {
        for (const path of [from, to]) removeFile(path)
      }
    })
  } finally {
    rmdirSync(probe)
  }
}

/** These say nothing of what the file system can do. */
const OF_THE_MOMENT = new Set(['EDQUOT', 'EIO', 'ENOMEM', 'ENOSPC'])

function isShared(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch (error) {
    if (OF_THE_MOMENT.has(errnoOf(error))) throw error
    return false
  }
}
