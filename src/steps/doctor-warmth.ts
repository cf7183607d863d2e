import { spawnSync } from 'node:child_process'
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { messageOf } from '../plan/guard-error.ts'
import { hybridRefusal } from '../host/hybrid-mark.ts'
import { nearestExisting } from '../host/root-refusal.ts'
import { isMadeToReflink } from '../host/reflink.ts'
import type { Root } from '../host/root.ts'
import { size } from '../report/texts.ts'
import type { Finding } from './doctor.ts'

/** Checks what decides how warm new slots start. */
export function checkWarmth(root: Root | null, environment: NodeJS.ProcessEnv): Finding[] {
  return [
    checkCopies(environment),
    ...(root === null ? [] : [checkClones(root)]),
    checkCargoHome(environment),
    ...checkCompilerCache(environment),
  ]
}

/** Busybox’s cp knows none of these. */
const NEEDED_OF_CP = ['--preserve=links', '--reflink=auto', '--version']

function checkCopies(environment: NodeJS.ProcessEnv): Finding {
  const check = 'cp'
  const { status } = spawnSync('cp', NEEDED_OF_CP, { env: environment, stdio: 'ignore' })
  if (status === 0) return { check, level: 'ok', text: 'it keeps links and times', mend: '' }
  const text = 'cp is not that of coreutils: nothing is cloned, and who cannot inherit starts cold'
  return { check, level: 'warn', text, mend: 'Install coreutils.' }
}

function checkClones(root: Root): Finding {
  const check = 'clones'
  try {
    if (isMadeToReflink(root.path)) {
      const text = 'the file system of the root can reflink, unless it was made without'
      return { check, level: 'ok', text, mend: '' }
    }
  } catch (error) {
    const mend = 'See whether the root can be written.'
    return {
      check,
      level: 'warn',
      text: `the file system cannot be read: ${messageOf(error)}`,
      mend,
    }
  }
  const refusal = hybridRefusal(root)
  const programs = refusal === null ? hybridRefusal(root, 'programs') : null
  const links = [
    refusal === null ? '' : `; no hard links either: ${refusal}`,
    programs === null ? '' : `; no hard links of programs: ${programs}`,
  ].join('')
  return {
    check,
    level: 'warn',
    text: `the file system of the root cannot reflink: snapshots are copied${links}`,
    mend: 'Put the root on xfs (mkfs.xfs -m reflink=1) or btrfs: a clone then takes no time and no space.',
  }
}

/** Cargo’s own downloads: gone with each job, all of them are built and fetched again. */
function checkCargoHome(environment: NodeJS.ProcessEnv): Finding {
  const check = 'CARGO_HOME'
  const path = environment['CARGO_HOME'] ?? `${environment['HOME'] ?? ''}/.cargo`
  const temporary = [environment['RUNNER_TEMP'], environment['GITHUB_WORKSPACE'], tmpdir()]
  const above = temporary.find(
    (each) => each !== undefined && each !== '' && `${path}/`.startsWith(`${each}/`),
  )
  if (above === undefined) return { check, level: 'ok', text: `${path} outlives a job`, mend: '' }
  return {
    check,
    level: 'warn',
    text: `${path} lies in ${above}, which does not outlive a job: a seed built with it is built again`,
    mend: 'Set CARGO_HOME to a directory that stays, the same for every job of the host.',
  }
}

/** What sccache keeps unless SCCACHE_CACHE_SIZE says otherwise. */
const SCCACHE_BYTES = 10 * 1024 ** 3
const UNITS: Readonly<Record<string, number>> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
}

function checkCompilerCache(environment: NodeJS.ProcessEnv): Finding[] {
  if (!/sccache/.test(environment['RUSTC_WRAPPER'] ?? '')) return []
  const check = 'sccache'
  const path = environment['SCCACHE_DIR'] ?? `${environment['HOME'] ?? ''}/.cache/sccache`
  const [, number, unit = ''] =
    /^(\d+)([KMGT]?)$/.exec(environment['SCCACHE_CACHE_SIZE'] ?? '') ?? []
  const wanted = number === undefined ? SCCACHE_BYTES : Number(number) * (UNITS[unit] ?? 1)
  try {
    const { bavail, bsize } = statfsSync(nearestExisting(path))
    const free = bavail * bsize
    if (free >= wanted) return [{ check, level: 'ok', text: `${path} has room`, mend: '' }]
    const text = `${path} may grow to ${size(wanted)}, and its disk has ${size(free)} free`
    return [{ check, level: 'warn', text, mend: 'Set SCCACHE_CACHE_SIZE to what fits.' }]
  } catch (error) {
    const mend = 'Set SCCACHE_DIR to a directory that can be read.'
    return [{ check, level: 'warn', text: `${path}: ${messageOf(error)}`, mend }]
  }
}
