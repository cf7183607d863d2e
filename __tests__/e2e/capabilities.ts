import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, test } from '@jest/globals'
import { canReflink } from '../../src/host/reflink.ts'
import { hasNode } from './runner/node-binaries.ts'
import { secondUser } from './second-user.ts'

/** Something that not every machine has. A missing one is told in a few words, a present one is null. */
const PROBES = {
  act: () => runs(actBinary(), ['--version']),
  btrfs: () => mountsImage('mkfs.btrfs', ['-q'], 128),
  busybox: () => runs('busybox', ['true']),
  cargo: () => runs('cargo', ['--version']),
  docker: () => runs('docker', ['version', '--format', '{{.Server.Version}}']),
  fuse: () => (existsSync('/dev/fuse') ? runs('bindfs', ['--version']) : 'no /dev/fuse'),
  lld: () => runs('ld.lld', ['--version']),
  'loop-mount': () => mountsImage('mkfs.ext4', ['-q'], 16),
  make: () => runs('make', ['--version']),
  mold: () => runs('mold', ['--version']),
  'no-reflink': () => (canReflink(tmpdir()) ? 'files in /tmp share blocks' : null),
  node20: () => (hasNode('node20') ? null : 'no node 20'),
  node24: () => (hasNode('node24') ? null : 'no node 24'),
  'pid-namespace': () => runs('unshare', ['--pid', '--fork', '--mount-proc', 'true']),
  promtool: () => runs('promtool', ['--version']),
  root: () => (process.getuid?.() === 0 ? null : 'not root'),
  rustup: () => runs('rustup', ['--version']),
  script: () => runs('script', ['--version']),
  'second-user': () => becomesSecondUser(),
  sudo: () => runs('sudo', ['-n', 'true']),
  'systemd-analyze': () => runs('systemd-analyze', ['--version']),
  xfs: () => mountsImage('mkfs.xfs', ['-q'], 320),
  zstd: () => runs('zstd', ['--version']),
} satisfies Record<string, () => string | null>

export type Capability = keyof typeof PROBES

/** `describe` and `test` of jest, or their `skip` with the reason behind the title. */
export interface Conditional {
  describe(name: string, body: () => void): void
  test(name: string, body: () => void | Promise<void>, timeoutMs?: number): void
}

const skip = { describe: describe.skip, test: test.skip }

const known = new Map<Capability, string | null>()

/** Why a capability is missing, or null when it is there. Each is tried once per test file. */
function whyMissing(capability: Capability): string | null {
  const reason = known.has(capability) ? (known.get(capability) ?? null) : PROBES[capability]()
  known.set(capability, reason)
  return reason
}

/**
 * Tests that run only where all of these are at hand. With TARGET_GUARD_REQUIRE_ALL=1 nothing may be
 * skipped: then it throws instead, and the test file fails.
 */
export function needs(...capabilities: readonly Capability[]): Conditional {
  const missing = capabilities
    .map((capability) => [capability, whyMissing(capability)] as const)
    .filter(([, reason]) => reason !== null)
    .map(([capability, reason]) => `${capability}: ${reason ?? ''}`)
  if (missing.length === 0) return { describe, test }
  const why = missing.join(', ')
  if (process.env['TARGET_GUARD_REQUIRE_ALL'] === '1') throw new Error(`this machine lacks ${why}`)
  return {
    describe: (name, body) => skip.describe(`${name} [needs ${why}]`, body),
    test: (name, body, timeoutMs) => skip.test(`${name} [needs ${why}]`, body, timeoutMs),
  }
}

/** The act program: TARGET_GUARD_ACT, else what is on PATH. */
export function actBinary(): string {
  return process.env['TARGET_GUARD_ACT'] ?? 'act'
}

/** Null when the command ends with 0, else why not. */
function runs(command: string, args: readonly string[]): string | null {
  const { error, status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 })
  if (error !== undefined) return error.message
  return status === 0 ? null : (stderr.trim().split('\n')[0] ?? '')
}

function becomesSecondUser(): string | null {
  const user = secondUser()
  if (user === null) return 'no ordinary user in /etc/passwd'
  const ids = { uid: user.uid, gid: user.gid }
  const { error, status } = spawnSync('true', [], ids)
  if (status !== 0) return error?.message ?? 'cannot become another user'
  const program = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url))
  const isReadable = spawnSync('test', ['-r', program], ids).status === 0
  return isReadable ? null : `${user.name} cannot read ${program}: look at the folders above it`
}

/** Makes a filesystem in a file of so many MiB, and mounts it for a moment. */
function mountsImage(mkfs: string, flags: readonly string[], mebibytes: number): string | null {
  const directory = mkdtempSync(path.join(tmpdir(), 'tg-probe-'))
  const image = path.join(directory, 'image')
  const mount = path.join(directory, 'mount')
  mkdirSync(mount)
  try {
    const reason =
      runs('truncate', ['--size', `${mebibytes}M`, image]) ??
      runs(mkfs, [...flags, image]) ??
      runs('mount', ['-o', 'loop', image, mount])
    return reason ?? runs('umount', [mount])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
