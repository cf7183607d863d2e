import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { GuardedHost, annotationsOf } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { nodeBinary } from './runner/node-binaries.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

describe('an input with a bad value fails the step before anything is touched', () => {
  test.each([
    ['root', 'relative/path', 'an absolute path'],
    ['root', '/tmp/../etc', 'contains “..”'],
    ['owner', '1000:1000:1000', 'uid:gid'],
    ['owner', 'no-such-user-here', 'user database'],
    ['owner', '0x10', 'uid:gid'],
    ['retention-hours', '4h', 'a number from 0 to 8760'],
    ['retention-hours', '-1', 'a number from 0 to 8760'],
    ['retention-hours', '1e3', 'a number from 0 to 8760'],
    ['keep-per-pr', '1.5', 'a whole number from 0 to 1000'],
    ['remote-cache', 'save', 'off, restore, restore-save'],
    ['remote-exclude', 'everything', 'none, or incremental, binaries, members'],
    ['keeper', 'on', 'auto, off'],
    ['privileged-helper', 'doas', 'auto, sudo, docker, none'],
    ['helper-image', '--privileged', 'the name of a local image'],
    ['dry-run', 'yes', 'true or false'],
    ['leg', 'x'.repeat(70_000), 'at most 65536'],
    ['job-status', 'fine', 'success, failure or cancelled'],
  ])('%s: %s', async (name, value, allowed) => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const result = await runner.job({ steps: [host.step({ with: { [name]: value } })] }).result
    expect(result.conclusion).toBe('failure')
    const [error = ''] = annotationsOf(result.step('Pre guard'), 'error')
    expect(error).toContain(name === 'root' && value.includes('..') ? value : name)
    expect(error).toContain(value.slice(0, 100))
    expect(error).toContain(allowed)
    expect(existsSync(host.root)).toBe(false)
    expect(result.step('Post guard').outcome).toBe('success')
  })
})

describe('a root that may not be one is refused, and nothing in it is touched', () => {
  const places: [string, (host: GuardedHost, runner: Runner) => string, RegExp][] = [
    ['/', () => '/', /root of the file system/],
    ['the workspace', (_, runner) => runner.workspace(), /the workspace/],
    ['an ancestor of the workspace', (_, runner) => runner.root, /the workspace/],
    [
      'a directory of somebody else',
      (host) => {
        mkdirSync(host.root)
        writeFileSync(path.join(host.root, 'thesis.txt'), 'x')
        return host.root
      },
      /what lies in it is not ours/,
    ],
    [
      'a symbolic link',
      (host) => {
        const real = host.scene.directory('real')
        symlinkSync(real, host.root)
        return host.root
      },
      /symbolic link/,
    ],
    [
      'a file',
      (host) => {
        writeFileSync(host.root, '')
        return host.root
      },
      /not a directory/,
    ],
  ]
  test.each(places)('%s', async (_, place, message) => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const root = place(host, runner)
    const before = listing(root)
    const result = await runner.job({ steps: [host.step({ with: { root } })] }).result
    expect(result.conclusion).toBe('failure')
    expect(annotationsOf(result.step('Pre guard'), 'error').join()).toMatch(message)
    expect(listing(root)).toEqual(before)
  })

  test('the home directory', async () => {
    const host = new GuardedHost(scene())
    const home = scene().directory('home')
    const { exitCode, stderr } = await host.cli(['sweep', '--root', home], { env: { HOME: home } })
    expect([exitCode, readdirSync(home)]).toEqual([2, []])
    expect(stderr).toMatch(/the home directory/)
  })

  needs('root', 'fuse').test('a FUSE file system', async () => {
    const host = new GuardedHost(scene())
    const source = scene().directory('source')
    const mount = scene().directory('fuse')
    await scene().must('bindfs', [source, mount])
    const { exitCode, stderr } = await host.cli(['sweep', '--root', `${mount}/targets`])
    expect([exitCode, readdirSync(source)]).toEqual([2, []])
    expect(stderr).toContain('FUSE')
  })
})

function listing(directory: string): string[] {
  // The runner's own files come and go; what counts is that no root was made.
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return []
  return readdirSync(directory).filter((name) => name === '.target-guard' || name === 'thesis.txt')
}

describe('what the runner says is checked, never cleaned up', () => {
  const hostile: [string, Record<string, string>, string][] = [
    ['a repository with ..', { GITHUB_REPOSITORY: 'octo-org/..' }, 'GITHUB_REPOSITORY'],
    ['a repository of three parts', { GITHUB_REPOSITORY: 'a/b/c' }, 'GITHUB_REPOSITORY'],
    ['no repository', { GITHUB_REPOSITORY: '' }, 'GITHUB_REPOSITORY'],
    ['an owner with a dash first', { GITHUB_REPOSITORY: '-rf/demo' }, 'GITHUB_REPOSITORY'],
    ['a run id with a path', { GITHUB_RUN_ID: '1/../../..' }, 'GITHUB_RUN_ID'],
    ['no run id', { GITHUB_RUN_ID: '' }, 'GITHUB_RUN_ID'],
    ['attempt 0', { GITHUB_RUN_ATTEMPT: '0' }, 'GITHUB_RUN_ATTEMPT'],
  ]
  test.each(hostile)('%s is refused', async (_, env, name) => {
    const host = new GuardedHost(scene())
    const { exitCode, stdout } = await runPre(host, env)
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(new RegExp(`^::error title=target-guard::${name} is `))
    expect(existsSync(host.root)).toBe(false)
  })

  const refs: [string, string][] = [
    ['dots', 'refs/heads/../../../etc'],
    ['a command', 'refs/heads/$(touch pwned)'],
    ['a leading dash', 'refs/heads/-rf'],
    ['4,000 bytes', `refs/heads/${'é'.repeat(2000)}`],
    ['a newline', 'refs/heads/a\n::error::b'],
    ['nothing', ''],
    ['only digits, as a pull request has', 'refs/heads/42'],
  ]
  test.each(refs)('a ref of %s becomes one safe component', async (_, ref) => {
    const host = new GuardedHost(scene())
    const payload = path.join(scene().directory('event'), 'event.json')
    writeFileSync(payload, '{"number": "1; rm -rf /", "pull_request": [], "repository": 7}')
    const { exitCode } = await runPre(host, { GITHUB_REF: ref, GITHUB_EVENT_PATH: payload })
    expect(exitCode).toBe(0)
    const [slot = ''] = host.slots()
    const key = path.relative(host.root, slot).split('/')[2] ?? ''
    expect(key).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    expect(key).toMatch(/-[0-9a-f]{12}$/)
  })

  test('a payload that is no JSON, too large or unreadable is none', async () => {
    const host = new GuardedHost(scene())
    const directory = scene().directory('event')
    for (const [name, text] of [
      ['cut.json', '{"number": 7, "pull_'],
      ['list.json', '[]'],
    ] as const) {
      writeFileSync(path.join(directory, name), text)
      const env = { GITHUB_EVENT_PATH: path.join(directory, name), GITHUB_REF: 'refs/heads/main' }
      expect((await runPre(host, env)).exitCode).toBe(0)
    }
    chmodSync(directory, 0o755)
    expect(host.slots().every((slot) => slot.includes('/octo-org/demo/main/'))).toBe(true)
  })
})

/** Runs dist's pre as a runner would, with these variables in place of good ones. */
async function runPre(
  host: GuardedHost,
  env: Record<string, string>,
): Promise<{ exitCode: number | null; stdout: string }> {
  const files = host.scene.directory('files')
  const file = (name: string): string => {
    writeFileSync(path.join(files, name), '')
    return path.join(files, name)
  }
  return host.scene.run(nodeBinary('node24'), [path.join(host.action, 'dist/pre/index.js')], {
    env: {
      TARGET_GUARD_ROOT: host.root,
      GITHUB_REPOSITORY: 'octo-org/demo',
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'build',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_ENV: file('env'),
      GITHUB_STATE: file('state'),
      RUNNER_NAME: 'direct',
      ...env,
    },
  })
}
