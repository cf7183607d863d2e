import { expect, test } from '@jest/globals'
import type { Root } from '../../src/host/root.ts'
import { takeHybridOut } from '../../src/host/hybrid-mark.ts'
import { openRoot } from '../../src/host/root.ts'
import { checkWarmth } from '../../src/steps/doctor-warmth.ts'
import { checkTools } from '../../src/steps/doctor.ts'
import type { Finding } from '../../src/steps/doctor.ts'
import { needs } from '../e2e/capabilities.ts'
import { smallDisk } from '../e2e/small-disk.ts'
import type { Kind } from '../e2e/small-disk.ts'
import { alpinePath } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { PRECIOUS } from '../helpers/root.ts'

const scene = useScene()

/** What is found by this name; undefined where it is not looked at. */
function find(
  check: string,
  environment: NodeJS.ProcessEnv,
  root: Root | null = null,
): Finding | undefined {
  return checkWarmth(root, { HOME: '/home/builder', ...environment }).find(
    (each) => each.check === check,
  )
}

async function rootOn(kind: Kind): Promise<Root> {
  return openRoot(`${await smallDisk(scene(), kind)}/targets`, PRECIOUS)
}

needs('root', 'loop-mount', 'xfs').describe('a root', () => {
  test('on xfs can reflink', async () => {
    const root = await rootOn('xfs')
    expect(find('clones', {}, root)).toMatchObject({ level: 'ok', mend: '' })
  })

  test('on ext4 cannot; that hard links are out of use is told, too', async () => {
    const root = await rootOn('ext4')
    const before = find('clones', {}, root)
    expect(before).toMatchObject({ level: 'warn', mend: expect.stringContaining('xfs') })
    expect(before?.text).not.toContain('hard links')
    const record = [
      { path: 'debug/program', inode: '1', bornNs: '', size: 1, mode: 1, mtimeNs: '1' },
    ]
    takeHybridOut(root, 'a snapshot', { written: ['debug/program'], record })
    expect(find('clones', {}, root)?.text).toContain('; no hard links of programs: a build wrote')
    takeHybridOut(root, 'a snapshot', { written: ['debug/deps/test'], record })
    expect(find('clones', {}, root)?.text).toContain('; no hard links either: a build wrote')
    expect(find('clones', {}, root)?.text).not.toContain('of programs')
  })
})

test.each<[string, NodeJS.ProcessEnv, Finding['level'], string]>([
  ['the home directory', {}, 'ok', '/home/builder/.cargo'],
  ['a directory that stays', { CARGO_HOME: '/opt/cargo' }, 'ok', '/opt/cargo'],
  [
    'the runner’s temporary directory',
    { CARGO_HOME: '/runner/_work/_temp/cargo', RUNNER_TEMP: '/runner/_work/_temp' },
    'warn',
    'lies in /runner/_work/_temp,',
  ],
  [
    'the workspace',
    { CARGO_HOME: '/runner/_work/demo/.cargo', GITHUB_WORKSPACE: '/runner/_work/demo' },
    'warn',
    'lies in /runner/_work/demo,',
  ],
  [
    'a directory beside the workspace',
    { CARGO_HOME: '/runner/_work/demo-cargo', GITHUB_WORKSPACE: '/runner/_work/demo' },
    'ok',
    '/runner/_work/demo-cargo',
  ],
])('CARGO_HOME in %s', (_, environment, level, text) => {
  const found = find('CARGO_HOME', environment)
  expect(found).toMatchObject({ level, text: expect.stringContaining(text) })
})

test.each<[string, NodeJS.ProcessEnv, Finding['level'] | undefined]>([
  ['is not looked at where it is not used', {}, undefined],
  ['has room for little', { RUSTC_WRAPPER: 'sccache', SCCACHE_CACHE_SIZE: '1K' }, 'ok'],
  ['has no room for a lot', { RUSTC_WRAPPER: '/bin/sccache', SCCACHE_CACHE_SIZE: '9999T' }, 'warn'],
])('sccache %s', (_, environment, level) => {
  const directory = `${scene().directory('cache')}/not-yet/there`
  expect(find('sccache', { SCCACHE_DIR: directory, ...environment })?.level).toBe(level)
})

function levels(environment: NodeJS.ProcessEnv): unknown[] {
  const findings = [...checkTools(environment), ...checkWarmth(null, environment)]
  return ['cp', 'git', 'perl'].map((each) => findings.find(({ check }) => check === each)?.level)
}

needs('busybox').test('programs that warm builds need are missed', () => {
  expect(levels({ PATH: process.env['PATH'] })).toEqual(['ok', 'ok', 'ok'])
  expect(levels({ PATH: alpinePath(scene()) })).toEqual(['warn', 'ok', 'warn'])
  expect(levels({ PATH: scene().directory('empty') })).toEqual(['warn', 'warn', 'warn'])
})
