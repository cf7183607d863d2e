import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { COMMANDS } from '../../src/cli/commands.ts'
import { runCli } from '../../src/cli/run-cli.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import { VERSION } from '../../src/plan/version.ts'
import { useScene } from '../e2e/use-scene.ts'
import { anId } from '../helpers/lease.ts'
import { listing } from '../helpers/listing.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'

const scene = useScene()

/** Runs a command in this process, on a host without docker. */
async function run(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const code = await runCli(words, {
    environment: { HOME: '/root', DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    script: '/nowhere/dist/cli/index.js',
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  return { code, out, err }
}

describe('the tool', () => {
  test('shows all commands', async () => {
    for (const words of [['--help'], ['-h'], ['help'], ['help', 'nonsense']]) {
      const { code, out, err } = await run(...words)
      expect([code, err]).toEqual([0, ''])
      for (const { name, summary } of COMMANDS)
        expect(out).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'))
    }
  })

  test.each(COMMANDS.map(({ name }) => name))('shows help for %s', async (name) => {
    const { code, out } = await run(name, '--nonsense', '--help')
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^usage: target-guard ${name} `))
    expect((await run('help', name)).out).toBe(out)
  })

  test('tells its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, out: `${VERSION}\n`, err: '' })
  })

  test.each([
    [['--print-env', 'WRONG'], 2, '(exit 2)\n'],
    [['--print-env=yes'], 2, '(exit 2)\n'],
    [['--end', '--nonsense'], 2, '(exit 2)\n'],
    [['--print-env', '--root', 'relative'], 2, '(exit 2)\n'],
    [['--print-env', '--json', 'WRONG'], 2, ''],
    [['--nonsense', '--', 'sh', '--print-env'], 2, ''],
  ])('run %j fails where a shell evaluates it', async (words, code, out) => {
    expect(await run('run', ...words)).toMatchObject({ code, out })
  })

  test.each([
    [[], /usage: target-guard COMMAND/],
    [['nonsense'], /there is no command “nonsense”/],
    [['status', '--nonsense'], /target-guard status: .*--nonsense.*\n.*--help/],
    [['sweep', '--root', 'relative'], /--root is "relative"\. Allowed for root/],
    [['sweep', '--root', '/'], /The root \/ is refused/],
    [['install-hooks', '--alert-webhook', 'https://a.example/', '/r'], /unknown|--alert-webhook/i],
    [['hook', 'job-finished'], /no hook “job-finished”/],
  ])('is used wrongly by %j: exit code 2', async (words, message) => {
    const { code, out, err } = await run(...words)
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
  })

  test.each(['status', 'explain', 'reap', 'sweep'])(
    '%s makes no root where there is none',
    async (name) => {
      const path = `${scene().directory()}/targets`
      const { code, err } = await run(name, '--root', path)
      expect(code).toBe(1)
      expect(err).toContain(`There is no root at ${path}.`)
      expect(existsSync(path)).toBe(false)
    },
  )
})

describe('commands that only look', () => {
  test.each(['status', 'explain', 'doctor'])(
    '%s changes nothing, and prints JSON',
    async (name) => {
      const root = aRoot(scene())
      writeFileSync(`${root.path}/odd\n::error::x`, '')
      mkdirSync(controlName(root, 'trash', anId()))
      const before = listing(root.path)
      const text = await run(name, '--root', root.path)
      const json = await run(name, '--root', root.path, '--json')
      expect(listing(root.path)).toEqual(before)
      expect(text.out).not.toMatch(/^::/m)
      expect(typeof JSON.parse(json.out)).toBe('object')
      expect(json.code).toBe(text.code)
    },
  )
})

describe('reap', () => {
  test('empties the trash', async () => {
    const root = openRoot(`${scene().directory()}/targets`, PRECIOUS)
    mkdirSync(`${controlName(root, 'trash', anId())}/debug`, { recursive: true })
    const { code, out } = await run('reap', '--root', root.path, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ deleted: [anId()], busy: [], quarantined: [] })
    expect(existsSync(controlName(root, 'trash', anId()))).toBe(false)
  })
})

describe('a path that is nothing of the root', () => {
  test('is an error of explain, which else would seem to have looked there', async () => {
    const root = aRoot(scene())
    const slot = `octo-org/demo/7/run-1/build-1-${anId()}`
    mkdirSync(`${root.path}/${slot}`, { recursive: true })
    const foreign = `leave ${slot}: it looks like a slot, but has no lease\n`
    for (const path of [slot, `${root.path}/${slot}/`, 'octo-org', root.path, `${root.path}/`]) {
      expect(await run('explain', path, '--root', root.path)).toMatchObject({
        code: 0,
        out: foreign,
      })
    }
    const { code, out, err } = await run('explain', '/does/not', '--root', root.path)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`Nothing of the root ${root.path} is at /does/not.`)
  })

  test('is an error of sweep --adopt that names it; what is one goes', async () => {
    const root = aRoot(scene())
    const slot = `octo-org/demo/7/run-1/build-1-${anId()}`
    mkdirSync(`${root.path}/${slot}`, { recursive: true })
    const adopted = ['--adopt', `${root.path}/${slot}/`, '--adopt', '/does/not']
    const { code, err } = await run('sweep', '--root', root.path, ...adopted)
    expect(code).toBe(1)
    expect(err.match(/--adopt .*: no slot without a lease is there/g)).toEqual([
      '--adopt /does/not: no slot without a lease is there',
    ])
    expect(existsSync(`${root.path}/${slot}`)).toBe(false)
  })
})
