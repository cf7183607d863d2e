import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { readVariable, writeVariable } from '../../src/host/runner-environment.ts'
import { GuardError } from '../../src/plan/guard-error.ts'
import { HOOKS } from '../../src/plan/hook-script.ts'
import { installHooks } from '../../src/steps/install-hooks.ts'
import type { InstallRequest } from '../../src/steps/install-hooks.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { listing } from '../helpers/listing.ts'

const scene = useScene()
const [STARTED, COMPLETED] = HOOKS

/** A runner's directory with this `.env`; null for none. */
function aRunner(env: string | null): string {
  const runner = scene().directory('runner')
  writeFileSync(`${runner}/run.sh`, '')
  if (env !== null) writeFileSync(`${runner}/.env`, env)
  return runner
}

function aTool(): string {
  const tool = `${scene().directory('tool')}/index.js`
  writeFileSync(tool, '')
  return tool
}

function request(runner: string, overrides: Partial<InstallRequest> = {}): InstallRequest {
  return { runners: [runner], remove: false, scripts: null, variables: [], ...overrides }
}

function envOf(runner: string): string | null {
  return existsSync(`${runner}/.env`) ? readFileSync(`${runner}/.env`, 'utf8') : null
}

/** The two lines of ours. */
function linesFor(runner: string): string {
  return HOOKS.map(({ variable, script }) => `${variable}=${runner}/target-guard/${script}\n`).join(
    '',
  )
}

describe('installing', () => {
  test('writes both scripts and names them in .env, below what is there', () => {
    const runner = aRunner('LANG=C.UTF-8\nPATH=/a b:/c\n')
    const installed = installHooks(request(runner), aTool())
    expect(installed.map(({ event, done, previous }) => [event, done, previous])).toEqual([
      ['job-started', 'installed', null],
      ['job-completed', 'installed', null],
    ])
    expect(envOf(runner)).toBe(`LANG=C.UTF-8\nPATH=/a b:/c\n${linesFor(runner)}`)
    for (const { script } of installed) expect(lstatSync(script).mode & 0o777).toBe(0o755)
  })

  test('twice changes nothing', () => {
    const runner = aRunner('LANG=C\n')
    const tool = aTool()
    installHooks(request(runner), tool)
    const before = listing(runner)
    const again = installHooks(request(runner), tool)
    expect(again.map(({ done }) => done)).toEqual(['unchanged', 'unchanged'])
    expect(listing(runner)).toEqual(before)
  })

  test('again with other settings writes the scripts anew, and keeps the earlier hook', () => {
    const runner = aRunner(`${STARTED.variable}=/opt/mine.sh\n`)
    const tool = aTool()
    installHooks(request(runner), tool)
    const variables = [['TARGET_GUARD_ROOT', '/mnt/targets']] as const
    const again = installHooks(request(runner, { variables }), tool)
    expect(again.map(({ done, previous }) => [done, previous])).toEqual([
      ['installed', '/opt/mine.sh'],
      ['installed', null],
    ])
    const script = readFileSync(`${runner}/target-guard/${STARTED.script}`, 'utf8')
    expect(script).toContain("previous='/opt/mine.sh'\n")
    expect(script).toContain('/mnt/targets')
  })

  test('names the hook that was there in the script, in the place of its line', () => {
    const runner = aRunner(`A=1\n${COMPLETED.variable}=/opt/mine.js\nB=2\n`)
    installHooks(request(runner), aTool())
    const [started, completed] = linesFor(runner).split('\n')
    expect(envOf(runner)).toBe(`A=1\n${completed ?? ''}\nB=2\n${started ?? ''}\n`)
  })

  test('names the tool by its path without links', () => {
    const runner = aRunner(null)
    const tool = aTool()
    installHooks(request(runner), tool)
    const script = readFileSync(`${runner}/target-guard/${STARTED.script}`, 'utf8')
    expect(script).toContain(`tool='${tool}'`)
  })

  test('can put the scripts of several runners into one folder', () => {
    const runners = [aRunner(null), aRunner(null)]
    const scripts = scene().directory('scripts')
    const installed = installHooks({ ...request(''), runners, scripts }, aTool())
    expect(new Set(installed.map(({ script }) => script)).size).toBe(4)
    for (const { script } of installed) expect(script.startsWith(`${scripts}/`)).toBe(true)
  })

  test('keeps the mode of .env', () => {
    const runner = aRunner('SECRET=1\n')
    chmodSync(`${runner}/.env`, 0o600)
    installHooks(request(runner), aTool())
    expect(lstatSync(`${runner}/.env`).mode & 0o777).toBe(0o600)
  })

  needs('root').describe('as root', () => {
    test('leaves .env to the user whose it is', () => {
      const runner = aRunner('SECRET=1\n')
      chownSync(`${runner}/.env`, 1234, 4321)
      installHooks(request(runner), aTool())
      expect(lstatSync(`${runner}/.env`)).toMatchObject({ uid: 1234, gid: 4321 })
    })
  })
})

describe('removing', () => {
  const variable = STARTED.variable
  test.each([
    ['an ordinary one', 'LANG=C.UTF-8\nPATH=/a:/b\n'],
    ['none', null],
    ['one without a last line break', 'LANG=C.UTF-8\nPATH=/a'],
    ['one with blank lines and odd ones', '\n\nLANG=C\n \n# no comment\n=x\nA=B=C\n\n'],
    ['one with an earlier hook in the middle', `A=1\n${variable}=/opt/mine.sh\nB=2\n`],
    ['one with an earlier hook twice', `${variable}=/old.sh\nA=1\n${variable}=/opt/mine.sh\n`],
    ['one with an earlier hook at the end', `A=1\n${variable}=/opt/it's mine.sh`],
    ['one with a variable that begins alike', `${variable}_X=1\nX${variable}=2\n`],
  ])('restores .env byte for byte: %s', (_, env) => {
    const runner = aRunner(env)
    installHooks(request(runner), aTool())
    expect(envOf(runner)).not.toBe(env)
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ done }) => done)).toEqual(['removed', 'removed'])
    expect(envOf(runner)).toBe(env)
    expect(existsSync(`${runner}/target-guard`)).toBe(false)
  })

  test('says which hook it has put back', () => {
    const runner = aRunner(`${variable}=/opt/mine.sh\n`)
    installHooks(request(runner), aTool())
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ previous }) => previous)).toEqual(['/opt/mine.sh', null])
  })

  test('goes from where it was put, whatever folder is named', () => {
    const runner = aRunner(`${variable}=/opt/mine.sh\n`)
    const scripts = scene().directory('scripts')
    installHooks(request(runner, { scripts }), aTool())
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ done }) => done)).toEqual(['removed', 'removed'])
    expect(envOf(runner)).toBe(`${variable}=/opt/mine.sh\n`)
    expect(readdirSync(scripts)).toEqual([])
  })

  test('is no longer named where somebody has deleted the scripts', () => {
    const runner = aRunner('A=1\n')
    installHooks(request(runner), aTool())
    rmSync(`${runner}/target-guard`, { recursive: true })
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ done }) => done)).toEqual(['removed', 'removed'])
    expect(envOf(runner)).toBe('A=1\n')
  })

  test('leaves a hook that somebody has named since', () => {
    const runner = aRunner(null)
    installHooks(request(runner), aTool())
    writeVariable(runner, variable, '/opt/newer.sh')
    installHooks(request(runner, { remove: true }), aTool())
    expect(envOf(runner)).toBe(`${variable}=/opt/newer.sh\n`)
  })

  test('leaves scripts that are not ours, and what else lies beside them', () => {
    const runner = aRunner('A=1\n')
    mkdirSync(`${runner}/target-guard`)
    writeFileSync(`${runner}/target-guard/${STARTED.script}`, '#!/bin/sh\n')
    const before = listing(runner)
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ done }) => done)).toEqual(['absent', 'absent'])
    expect(listing(runner)).toEqual(before)
  })
})

describe('what cannot be done is refused before any runner is touched', () => {
  test('a directory that is no runner', () => {
    const runners = [aRunner('A=1\n'), scene().directory('other')]
    const before = runners.flatMap(listing)
    const error = caught(() => installHooks({ ...request(''), runners }, aTool()))
    expect(error).toBeInstanceOf(GuardError)
    expect(error).toMatchObject({ usage: true, message: expect.stringContaining(runners[1] ?? '') })
    expect(runners.flatMap(listing)).toEqual(before)
  })

  test('a hook path with blanks, which the runner could not start', () => {
    const runner = `${scene().directory()}/my runner`
    mkdirSync(runner)
    writeFileSync(`${runner}/.runner`, '')
    const before = listing(runner)
    expect(() => installHooks(request(runner), aTool())).toThrow(/blanks/)
    expect(listing(runner)).toEqual(before)
    const scripts = scene().directory('scripts')
    expect(installHooks(request(runner, { scripts }), aTool())).toHaveLength(2)
  })

  test('a folder for scripts that is relative', () => {
    const runner = aRunner(null)
    expect(() => installHooks(request(runner, { scripts: 'x' }), aTool())).toThrow(/absolute/)
    expect(envOf(runner)).toBeNull()
  })
})

needs('root').describe('for a runner of another user’s, root', () => {
  const OWNER = 12_345

  /** A runner’s directory of that user’s, and what is none of theirs. */
  function lent(): { runner: string; outside: string; secret: string } {
    const runner = aRunner('LANG=C\n')
    mkdirSync(`${runner}/target-guard`)
    const outside = scene().directory('outside')
    const secret = `${outside}/shadow`
    writeFileSync(secret, 'secret', { mode: 0o600 })
    for (const path of [runner, `${runner}/.env`, `${runner}/target-guard`]) {
      chownSync(path, OWNER, OWNER)
    }
    return { runner, outside, secret }
  }

  test('gives away and changes nothing that a link leads to', () => {
    const { runner, outside, secret } = lent()
    symlinkSync(secret, `${runner}/.env.target-guard`)
    for (const { script } of HOOKS) symlinkSync(secret, `${runner}/target-guard/${script}.new`)
    const before = listing(outside)
    installHooks(request(runner), aTool())
    expect(listing(outside)).toEqual(before)
    expect(envOf(runner)).toBe(`LANG=C\n${linesFor(runner)}`)
    expect(lstatSync(`${runner}/.env`)).toMatchObject({ uid: OWNER, gid: OWNER })
    installHooks(request(runner, { remove: true }), aTool())
    expect(listing(outside)).toEqual(before)
  })

  test.each([
    ['.env', 'link'],
    ['.env', 'FIFO'],
    ['target-guard', 'link'],
    ['target-guard', 'FIFO'],
    [`target-guard/${STARTED.script}`, 'link'],
    [`target-guard/${COMPLETED.script}`, 'FIFO'],
  ])('refuses a runner whose %s is a %s, and touches nothing', async (name, kind) => {
    const { runner, outside, secret } = lent()
    rmSync(`${runner}/${name}`, { recursive: true, force: true })
    const planting = kind === 'FIFO' ? ['mkfifo'] : ['ln', '-s']
    const to = name === 'target-guard' ? outside : secret
    await scene().must('env', [...planting, ...(kind === 'link' ? [to] : []), `${runner}/${name}`])
    const before = [listing(outside), listing(runner)]
    for (const remove of [false, true]) {
      const error = caught(() => installHooks(request(runner, { remove }), aTool()))
      expect(error).toBeInstanceOf(GuardError)
      expect((error as GuardError).message).toContain(`${runner}/${name}`)
    }
    expect([listing(outside), listing(runner)]).toEqual(before)
  })

  test('refuses a folder for scripts that is somebody else’s', () => {
    const { runner } = lent()
    chownSync(`${runner}/target-guard`, 54_321, 54_321)
    const before = listing(runner)
    const error = caught(() => installHooks(request(runner), aTool()))
    expect((error as Error).message).toMatch(/belongs to neither root nor the runner’s user/)
    expect(listing(runner)).toEqual(before)
  })

  test('removes no script of another runner’s that .env names', () => {
    const { runner } = lent()
    const other = aRunner(null)
    installHooks(request(other), aTool())
    writeFileSync(`${runner}/.env`, envOf(other) ?? '')
    const before = listing(other)
    const removed = installHooks(request(runner, { remove: true }), aTool())
    expect(removed.map(({ done }) => done)).toEqual(['absent', 'absent'])
    expect(listing(other)).toEqual(before)
  })
})

test('the last line of a variable counts, as it does for the runner', () => {
  const runner = aRunner('A=1\nA= 2 \r\nAB=3\n')
  expect(readVariable(runner, 'A')).toBe('2')
  expect(readVariable(runner, 'B')).toBeNull()
})
