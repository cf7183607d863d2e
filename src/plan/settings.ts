import { GuardError } from './guard-error.ts'
import { choice, flag, number, readInput } from './input.ts'
import type { Input, Lookup, Surroundings } from './input.ts'
import { KEEPER } from './keeper-setting.ts'
import type { KeeperSetting } from './keeper-setting.ts'
import { ADMISSION } from './admission-setting.ts'
import type { AdmissionSetting } from './admission-setting.ts'
import type { Floors, Watermarks } from './pressure.ts'
import { EXCLUDE_ALLOWED, EXCLUDED, REMOTE_CACHE, parseExclude } from './remote-setting.ts'
import type { RemoteExclude, RemoteSetting } from './remote-setting.ts'
import { constantPath } from './constant-paths.ts'
import type { ConstantPaths } from './constant-paths.ts'
import { absolute, isPath } from './root-path.ts'

/** What a person may set; every value is checked before anything is touched. */
export interface Settings {
  /** absolute path of the root, `~` expanded */
  root: string
  /** who will build, null for the runner's user */
  owner: OwnerSetting | null
  floors: Floors
  watermarks: Watermarks
  onCritical: OnCritical
  admission: AdmissionSetting
  retentionHours: number
  keepPerPr: number
  warm: Warm
  /** whether what a failed job has built may be handed down, but not to a run of it again */
  warmOnFailure: boolean
  snapshot: SnapshotPolicy
  snapshotMaxBytes: number
  remote: RemoteSetting
  /** whether unchanged files get the mtimes they had in the seed */
  restoreMtimes: boolean
  /** absolute paths at which builds in containers see the target dir and the workspace, else null */
  constantPaths: ConstantPaths
  keeper: KeeperSetting
  privilegedHelper: PrivilegedHelper
  /** local image for the `docker` helper, null without one */
  helperImage: string | null
  /** Slack-compatible address for alerts, null for none */
  alertWebhook: string | null
  /** at most one alert of a kind in so many hours, for the whole host */
  alertHours: number
  dryRun: boolean
  /** the matrix of the job as JSON, '' without one */
  leg: string
  /** `job.status` as the runner evaluates it, '' where it is not known */
  jobStatus: string
}

/** `uid:gid`, each a number or a name that the host resolves; the group may be left out. */
export interface OwnerSetting {
  user: string
  group: string | null
}

/** What becomes of a job when the disk is still critical after the emergency pass. */
export const ON_CRITICAL = ['fail', 'skip', 'warn'] as const
export type OnCritical = (typeof ON_CRITICAL)[number]

/** How far a new slot may be seeded: `auto` takes the best there is. */
export const WARM = ['auto', 'inherit', 'clone', 'copy', 'off'] as const
export type Warm = (typeof WARM)[number]

/** Who may publish a build for others. */
const SNAPSHOT = ['trusted', 'never'] as const
export type SnapshotPolicy = (typeof SNAPSHOT)[number]

const PRIVILEGED_HELPERS = ['auto', 'sudo', 'docker', 'none'] as const
export type PrivilegedHelper = (typeof PRIVILEGED_HELPERS)[number]

const root: Input<string> = {
  name: 'root',
  allowed: 'an absolute path, or one that begins with ~/',
  parse: (text) => (isPath(text) ? text : undefined),
  whenEmpty: ({ home }) => `${home}/.cache/target-guard`,
}

const owner: Input<OwnerSetting | null> = {
  name: 'owner',
  allowed: 'uid:gid as numbers or names, such as 1000:1000 or builder:builder',
  parse: (text) => {
    const parts =
      /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,31})(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}))?$/.exec(text)
    if (parts?.[1] === undefined) return undefined
    const named = { user: parts[1], group: parts[2] ?? null }
    return [named.user, named.group ?? '0'].every(isIdOrName) ? named : undefined
  },
  whenEmpty: () => null,
}

const GB = 1e9

const minFreeGb: Input<number | null> = {
  ...number('min-free-gb', { least: 0, most: 1_000_000, otherwise: 3 }),
  // Without a setting the default depends on the disk; see plan/pressure.ts.
  whenEmpty: () => null,
}
const minFreePercent = number('min-free-percent', { least: 0, most: 100, otherwise: 5 })
const minFreeInodesPercent = number('min-free-inodes-percent', {
  least: 0,
  most: 100,
  otherwise: 5,
})
const highWatermark = number('high-watermark', { least: 1, most: 100, otherwise: 85 })
const lowWatermark = number('low-watermark', { least: 1, most: 100, otherwise: 80 })

const onCritical = choice('on-critical', ON_CRITICAL, 'fail')

const admission = choice('admission', ADMISSION, 'wait')
const admissionTimeout = number('admission-timeout-minutes', {
  least: 0,
  most: 24 * 60,
  otherwise: 15,
})
const forecastGb: Input<number | null> = {
  ...number('forecast-gb', { least: 0, most: 1_000_000, otherwise: 0 }),
  whenEmpty: () => null,
}
const reserveGb: Input<number | null> = {
  ...number('reserve-gb', { least: 0, most: 1_000_000, otherwise: 5 }),
  // Without a setting the default depends on the disk; see plan/admission-setting.ts.
  whenEmpty: () => null,
}

const alertWebhook: Input<string | null> = {
  name: 'alert-webhook',
  allowed: 'an http or https address',
  parse: (text) => (/^https?:\/\/[^\s]+$/.test(text) && URL.canParse(text) ? text : undefined),
  whenEmpty: () => null,
  isSecret: true,
}
const alertHours = number('alert-hours', { least: 0, most: 24 * 365, otherwise: 6 })

const retentionHours = number('retention-hours', { least: 0, most: 24 * 365, otherwise: 24 })
const keepPerPr = number('keep-per-pr', { least: 0, most: 1000, otherwise: 1, whole: true })

const warm = choice('warm', WARM, 'auto')

const warmOnFailure = flag('warm-on-failure', false)

const snapshot = choice('snapshot', SNAPSHOT, 'trusted')
const snapshotMaxGb = number('snapshot-max-gb', { least: 0, most: 1_000_000, otherwise: 50 })

const remoteCache = choice('remote-cache', REMOTE_CACHE, 'off')
const remoteMaxGb = number('remote-max-gb', { least: 0.001, most: 1000, otherwise: 10 })

const remoteExclude: Input<RemoteExclude> = {
  name: 'remote-exclude',
  allowed: EXCLUDE_ALLOWED,
  parse: parseExclude,
  whenEmpty: () => EXCLUDED,
}

const keeper = choice('keeper', KEEPER, 'auto')

const privilegedHelper = choice('privileged-helper', PRIVILEGED_HELPERS, 'auto')

const helperImage: Input<string | null> = {
  name: 'helper-image',
  allowed: 'the name of a local image, such as registry.example/builder:1 or busybox@sha256:…',
  parse: (text) => (/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/.test(text) ? text : undefined),
  whenEmpty: () => null,
}

const targetPath = constantPath('target-path')
const workspacePath = constantPath('workspace-path')
const restoreMtimes = flag('restore-mtimes', true)
const dryRun = flag('dry-run', false)

const leg: Input<string> = {
  name: 'leg',
  allowed: 'text of at most 65536 characters (the matrix as JSON)',
  parse: (text) => (text.length <= 65_536 ? text : undefined),
  whenEmpty: () => '',
}

const jobStatus: Input<string> = {
  name: 'job-status',
  allowed: 'success, failure or cancelled',
  parse: (text) => (/^(success|failure|cancelled)$/.test(text) ? text : undefined),
  whenEmpty: () => '',
}

/** Every input by its name in action.yml; a test holds both lists equal. */
export const INPUTS = [
  root,
  owner,
  minFreeGb,
  minFreePercent,
  minFreeInodesPercent,
  highWatermark,
  lowWatermark,
  onCritical,
  admission,
  admissionTimeout,
  forecastGb,
  reserveGb,
  retentionHours,
  keepPerPr,
  warm,
  warmOnFailure,
  snapshot,
  snapshotMaxGb,
  remoteCache,
  remoteMaxGb,
  remoteExclude,
  restoreMtimes,
  targetPath,
  workspacePath,
  keeper,
  privilegedHelper,
  helperImage,
  alertWebhook,
  alertHours,
  dryRun,
  leg,
  jobStatus,
] as const

/**
 * Reads all settings.
 *
 * @throws GuardError that names the input, its value and what is allowed
 */
export function parseSettings(lookup: Lookup, surroundings: Surroundings): Settings {
  const read = <Value>(input: Input<Value>): Value => readInput(input, lookup, surroundings)
  const watermarks = { high: read(highWatermark), low: read(lowWatermark) }
  if (watermarks.low > watermarks.high) {
    throw new GuardError(
      `low-watermark (${watermarks.low}) is above high-watermark (${watermarks.high}).`,
      'A pass begins at the high one and stops at the low one.',
      { usage: true },
    )
  }
  return {
    root: absolute(read(root), surroundings),
    owner: read(owner),
    floors: {
      minFreeBytes: inBytes(read(minFreeGb)),
      minFreePercent: read(minFreePercent),
      minFreeInodesPercent: read(minFreeInodesPercent),
    },
    watermarks,
    onCritical: read(onCritical),
    admission: {
      mode: read(admission),
      timeoutMinutes: read(admissionTimeout),
      forecastBytes: inBytes(read(forecastGb)),
      reserveBytes: inBytes(read(reserveGb)),
    },
    retentionHours: read(retentionHours),
    keepPerPr: read(keepPerPr),
    warm: read(warm),
    warmOnFailure: read(warmOnFailure),
    snapshot: read(snapshot),
    snapshotMaxBytes: read(snapshotMaxGb) * GB,
    remote: {
      mode: read(remoteCache),
      maxBytes: read(remoteMaxGb) * GB,
      exclude: read(remoteExclude),
    },
    restoreMtimes: read(restoreMtimes),
    constantPaths: { target: read(targetPath), workspace: read(workspacePath) },
    keeper: read(keeper),
    privilegedHelper: read(privilegedHelper),
    helperImage: read(helperImage),
    alertWebhook: read(alertWebhook),
    alertHours: read(alertHours),
    dryRun: read(dryRun),
    leg: read(leg),
    jobStatus: read(jobStatus),
  }
}

function inBytes(gb: number | null): number | null {
  return gb === null ? null : gb * GB
}

/** A number is an id as the kernel takes it, a name begins with a letter or an underscore. */
function isIdOrName(text: string): boolean {
  return /^[0-9]+$/.test(text) ? Number(text) < 4_294_967_295 : /^[A-Za-z_]/.test(text)
}
