import { spawn, spawnSync } from 'node:child_process'
import { closeSync } from 'node:fs'
import { encodeAhead, encodeFailed, parseAhead } from '../plan/ahead.ts'
import type { Ahead, Failed } from '../plan/ahead.ts'
import { ownEnvironment, toolBeside } from './background.ts'
import { openFolder } from './folders.ts'
import type { Root } from './root.ts'
import { awaitSeeding, makeSeeding } from './seeding.ts'
import { LARGE, readTextOrNull, replaceFile } from './small-file.ts'

/**
 * The clone that a job will be seeded with is made while its checkout is, by a process in the background:
 * `seeding/<lease id>/ahead`, and beside it `ahead.json`, which is there when all of it is, or says what
 * went wrong.
 */

const CLONE = 'ahead'
const NOTE = 'ahead.json'

/** A clone that waits for its job. */
export interface AheadClone {
  /** absolute path */
  place: string
  note: Ahead
}

/** Where it is made in the folder of a seeding. */
export function aheadPlace(folder: string): string {
  return `${folder}/${CLONE}`
}

/** The clone in the folder of a seeding; null where there is none, or not all of it. */
export function readAhead(folder: string): AheadClone | Failed | null {
  const text = readTextOrNull(`${folder}/${NOTE}`, LARGE)
  const note = text === null ? null : parseAhead(text)
  return note === null || 'problem' in note ? note : { place: aheadPlace(folder), note }
}

/** Notes that it is whole. */
export function noteAhead(folder: string, note: Ahead): void {
  replaceFile(`${folder}/${NOTE}`, encodeAhead(note))
}

/** Notes that there will be none. */
export function noteFailed(folder: string, failed: Failed): void {
  replaceFile(`${folder}/${NOTE}`, encodeFailed(failed))
}

/** Whether somebody makes a clone for a lease, or has made one, or noted why not. */
export async function mayHaveAhead(root: Root, id: string): Promise<boolean> {
  return (await awaitSeeding(root, id, NOTE, 0)) !== false
}

/** Nothing is copied, so that it takes seconds; then the job makes its own, which may be as slow. */
const WAIT_S = 60

/** Waits for the process that makes a lease’s clone; false where there is none to be had. */
export async function awaitAhead(root: Root, id: string): Promise<boolean> {
  return (await awaitSeeding(root, id, NOTE, WAIT_S)) === true
}

/** By it the runner’s clean-up finds the process, and ends it with the job. */
const TRACKING_ID = 'RUNNER_TRACKING_ID'

/**
 * Starts the process that makes the clone, and does not wait for it. It holds the lock of the folder
 * from here to its end, whatever that is: who comes for the clone waits for the lock.
 *
 * @param variables what it gets of the job’s environment
 * @returns false where no lock can be taken: then there is none
 */
export function startAhead(
  root: Root,
  id: string,
  script: string,
  variables: NodeJS.ProcessEnv,
): boolean {
  const folder = openFolder(makeSeeding(root, id))
  try {
    const { status } = spawnSync('flock', ['-s', '-n', '3'], {
      stdio: ['ignore', 'ignore', 'ignore', folder],
    })
    if (status !== 0) return false
    const words = ['clone', '--root', root.path, '--lease', id]
    const child = spawn(process.execPath, [toolBeside(script), ...words], {
      cwd: '/',
      detached: true,
      env: { ...ownEnvironment([TRACKING_ID]), ...variables },
      stdio: ['ignore', 'ignore', 'ignore', folder],
    })
    // Then the job makes it itself.
    child.on('error', () => {})
    child.unref()
    return true
  } finally {
    closeSync(folder)
  }
}
