import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, statfsSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { parseObject } from '../plan/lease.ts'
import { plausible } from '../plan/pressure.ts'
import type { RawReading, Reading } from '../plan/pressure.ts'
import { follow } from './destination.ts'
import type { Destination } from './destination.ts'
import { locate, readMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'
import { nearestExisting } from './root-refusal.ts'

/** Free space of the watched paths, one reading for each device, and what could not be read. */
export interface Probe {
  readings: Reading[]
  problems: string[]
}

/** A mount that does not answer within this is passed over. */
const WAIT_MS = 2000

/**
 * Reads free bytes and inodes of the file systems that hold these paths, of all at the same time.
 *
 * A path may lie on a stuck NFS or FUSE mount, on which any call hangs; the mount table tells the
 * type without touching it, and such mounts are asked by a process that can be left behind.
 *
 * @param rootPath the root, or where it will be
 * @param others further paths; those that are absent are passed over
 */
export async function probeDisks(rootPath: string, others: readonly string[]): Promise<Probe> {
  const mounts = readMounts()
  const seen = new Map<string, { path: string; mount: string }[]>()
  const disks = [rootPath, ...others].flatMap((path, index) => {
    const { mount, ...place } = lookUp(path, mounts)
    return mount === null ? [] : [{ path, place, mount, holdsRoot: index === 0 }]
  })
  const answers = await Promise.all(
    disks.map(async ({ path, place, holdsRoot }) => readSpace(path, place, holdsRoot)),
  )
  const probe: Probe = { readings: [], problems: [] }
  for (const [index, { path, mount, holdsRoot }] of disks.entries()) {
    const raw = answers[index] ?? null
    // Of a path that is absent nothing is known; another one on its disk may be there.
    if (raw === null) continue
    const { device, point } = mount
    const places = seen.get(device) ?? []
    places.push({ path, mount: point })
    if (seen.has(device)) continue
    seen.set(device, places)
    const space = typeof raw === 'string' ? null : plausible(raw)
    if (space === null) {
      const why = typeof raw === 'string' ? raw : 'its numbers make no sense'
      probe.problems.push(`The free space of ${path} is not known (${why}); it counts as ok.`)
    } else probe.readings.push({ path, device, places, holdsRoot, ...space })
  }
  return probe
}

/** Where a path leads; one that this user may not follow is taken as it is, and asked outside. */
function lookUp(path: string, mounts: readonly Mount[]): Destination {
  try {
    return follow(path, mounts)
  } catch {
    return { path, mount: locate(path, mounts)?.mount ?? null, isLocal: false }
  }
}

/** @returns null where the path is absent, a text where it cannot be read */
async function readSpace(
  path: string,
  place: Omit<Destination, 'mount'>,
  holdsRoot: boolean,
): Promise<RawReading | string | null> {
  if (!place.isLocal) return askOutside(path)
  try {
    const asked = holdsRoot ? nearestExisting(place.path) : place.path
    const { bavail, blocks, bsize, ffree, files } = statfsSync(asked)
    return { available: bavail, blocks, blockSize: bsize, freeFiles: ffree, files }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null
    return messageOf(error)
  }
}

/** By stat(1), which may hang for ever without holding us up. */
async function askOutside(path: string): Promise<RawReading | string | null> {
  return new Promise((resolve) => {
    const child = execFile(
      'stat',
      ['-f', '-c', '%a %b %S %d %c', '--', path],
      { timeout: WAIT_MS, killSignal: 'SIGKILL', encoding: 'utf8' },
      (error, stdout) => {
        clearTimeout(giveUp)
        if (error !== null) {
          resolve(error.killed === true ? `no answer within ${WAIT_MS} ms` : messageOf(error))
          return
        }
        const [available, blocks, blockSize, freeFiles, files] = stdout
          .trim()
          .split(' ')
          .map(Number)
        resolve({
          available: available ?? Number.NaN,
          blocks: blocks ?? Number.NaN,
          blockSize: blockSize ?? Number.NaN,
          freeFiles: freeFiles ?? Number.NaN,
          files: files ?? Number.NaN,
        })
      },
    )
    // A process in uninterruptible sleep does not even end by SIGKILL: it is not waited for.
    const giveUp = setTimeout(() => {
      child.unref()
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve(`no answer within ${WAIT_MS} ms`)
    }, WAIT_MS + 250)
  })
}

/** File systems that count freed space only when their transaction is written: Btrfs, ZFS. */
const LATE = new Set([0x91_23_68_3e, 0x2f_c1_2f_c1])

const SETTLE_MS = 30_000

/**
 * Has the file system count what was just freed, where it would do so only seconds later: a pass that
 * believed the old number would take more than it needs.
 */
export function settle(path: string): void {
  if (!LATE.has(statfsSync(path).type >>> 0)) return
  // Fails or takes too long: then the number is the old one, as it would have been.
  spawnSync('sync', ['--file-system', path], { timeout: SETTLE_MS, stdio: 'ignore' })
}

/** Where docker keeps images and containers. */
export function dockerDirectory(): string {
  try {
    const root = parseObject(readFileSync('/etc/docker/daemon.json', 'utf8'))?.['data-root']
    if (typeof root === 'string' && root.startsWith('/')) return root
  } catch {
    // No such file, or not for this user: the default then.
  }
  return '/var/lib/docker'
}
