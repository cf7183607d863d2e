import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { hookScript, previousIn } from '../../src/plan/hook-script.ts'
import type { HookScript } from '../../src/plan/hook-script.ts'
import type { CommandResult, Scene } from '../e2e/scene.ts'
import { useScene } from '../e2e/use-scene.ts'

const scene = useScene()

const EVENTS = ['job-started', 'job-completed'] as const

/** Only what a script needs of coreutils, so that `node` is on PATH only where a test puts it. */
const TOOLS = ['bash', 'sleep', 'timeout', 'cat', 'env']

/** A runner's directory, a tool, and a PATH of our own, all in directories of any name. */
class Host {
  readonly runner: string
  readonly tool: string
  readonly path: string
  readonly #scene: Scene

  constructor(current: Scene, name = 'runner') {
    const base = current.directory('hooks')
    this.#scene = current
    this.runner = `${base}/${name}`
    this.tool = `${base}/${name} tool/dist/cli/index.js`
    this.path = `${base}/bin`
    for (const folder of [this.runner, `${base}/${name} tool/dist/cli`, this.path]) {
      mkdirSync(folder, { recursive: true })
    }
    for (const tool of TOOLS) symlinkSync(`/usr/bin/${tool}`, `${this.path}/${tool}`)
    writeFileSync(this.tool, '')
  }

  /** A stand-in for node that says which one it is and what it was given. */
  node(file: string, body = 'exit 0'): void {
    mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true })
    writeFileSync(file, `#!/bin/bash\nprintf '[%s]' "$0" "$@"\necho\n${body}\n`)
    chmodSync(file, 0o755)
  }

  external(version: string): string {
    return `${this.runner}/externals/${version}/bin/node`
  }

  /** Writes a hook and runs it as the runner does. */
  async run(
    overrides: Partial<HookScript> = {},
    environment: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> {
    const { runner, tool, path } = this
    const script = `${runner}/hook.sh`
    const hook = { event: 'job-started' as const, runner, tool, previous: '', variables: [] }
    writeFileSync(script, hookScript({ ...hook, ...overrides }))
    const env = { PATH: path, ...environment }
    return this.#scene.run('/usr/bin/env', ['-i', ...pairs(env), '/bin/bash', '-e', script])
  }
}

function pairs(environment: NodeJS.ProcessEnv): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value ?? ''}`)
}

describe('a hook', () => {
  test('runs the tool with the newest node of the runner itself', async () => {
    const host = new Host(scene())
    for (const version of ['node20', 'node24']) host.node(host.external(version))
    host.node(`${host.path}/node`)
    const { exitCode, stdout } = await host.run()
    expect(stdout).toBe(`[${host.external('node24')}][${host.tool}][hook][job-started]\n`)
    expect(exitCode).toBe(0)
  })

  test('runs with node20 where the runner has no newer one', async () => {
    const host = new Host(scene())
    host.node(host.external('node20'))
    host.node(`${host.path}/node`)
    expect((await host.run()).stdout).toContain(`[${host.external('node20')}]`)
  })

  test('runs with the node on PATH where the runner has none', async () => {
    const host = new Host(scene())
    host.node(host.external('node24'))
    chmodSync(host.external('node24'), 0o644)
    host.node(`${host.path}/node`)
    expect((await host.run()).stdout).toContain(`[${host.path}/node]`)
  })

  test('says so where there is no node at all, and lets the job go on', async () => {
    const { exitCode, stdout } = await new Host(scene()).run()
    expect(stdout).toMatch(/^::error title=target-guard::No node was found/)
    expect(exitCode).toBe(0)
  })

  test('says so where the tool is gone, and lets the job go on', async () => {
    const host = new Host(scene())
    host.node(`${host.path}/node`)
    const { exitCode, stdout } = await host.run({ tool: '/nowhere/index.js' })
    expect(stdout).toMatch(/^::error title=target-guard::\/nowhere\/index\.js is gone/)
    expect(exitCode).toBe(0)
  })

  test.each(['exit 3', 'kill -SEGV $$'])(
    'lets the job go on when the tool does “%s”',
    async (body) => {
      const host = new Host(scene())
      host.node(`${host.path}/node`, body)
      const { exitCode, stdout } = await host.run()
      expect(stdout).toMatch(/::error title=target-guard::The job-started hook ended with \d+/)
      expect(exitCode).toBe(0)
    },
  )

  test('gives a tool that hangs ten minutes beyond the wait for room, and then lets the job go on', async () => {
    const host = new Host(scene())
    host.node(`${host.path}/node`, 'exec sleep 600')
    // Nobody waits that long here: the same timeout(1), with a limit of its own.
    const short = `${host.path}/short/timeout`
    mkdirSync(`${host.path}/short`)
    writeFileSync(
      short,
      '#!/bin/bash\n[ "$1 $2" = "--kill-after=5 1560" ] || exit 9\nshift 2\nexec /usr/bin/timeout 0.2 "$@"\n',
    )
    chmodSync(short, 0o755)
    const { exitCode, stdout } = await host.run({}, { PATH: `${host.path}/short:${host.path}` })
    expect(stdout).toContain('The job-started hook ended with 124')
    expect(exitCode).toBe(0)
  })

  test('passes on that the job is turned away, and nothing else that fails', async () => {
    const host = new Host(scene())
    host.node(`${host.path}/node`, 'exit 75')
    expect((await host.run()).exitCode).toBe(75)
    host.node(`${host.path}/node`, 'exit 74')
    expect((await host.run()).exitCode).toBe(0)
  })

  test('runs without timeout(1) too', async () => {
    const host = new Host(scene())
    const node = host.external('node24')
    host.node(node)
    const { exitCode, stdout } = await host.run({}, { PATH: '/nowhere' })
    expect(stdout).toContain(`[${node}]`)
    expect(exitCode).toBe(0)
  })

  test.each(["a b'c", 'a"b', 'a$(id)`id`b', String.raw`a\b`, 'a;b&c|d', 'ü*?[x]'])(
    'takes runners and tools in directories called %j',
    async (name) => {
      const host = new Host(scene(), name)
      host.node(host.external('node24'))
      const { stdout, stderr } = await host.run()
      expect(stdout).toContain(`[${host.tool}][hook][job-started]`)
      expect(stderr).toBe('')
    },
  )
})

describe('the hook that was there before', () => {
  test.each(EVENTS)('keeps its say: %s', async (event) => {
    const host = new Host(scene())
    host.node(`${host.path}/node`)
    const previous = `${host.runner}/it's mine.sh`
    writeFileSync(previous, 'echo previous; false; echo never')
    const { exitCode, stdout } = await host.run({ event, previous })
    const guard = `[${host.path}/node][${host.tool}][hook][${event}]`
    const order = event === 'job-started' ? [guard, 'previous'] : ['previous', guard]
    expect(stdout).toBe(`${order.join('\n')}\n`)
    expect(exitCode).toBe(1)
  })

  test.each([0, 7])('has its exit code %i kept', async (code) => {
    const host = new Host(scene())
    host.node(`${host.path}/node`, 'exit 5')
    const previous = `${host.runner}/mine.sh`
    writeFileSync(previous, `exit ${code}`)
    expect(await host.run({ previous })).toMatchObject({ exitCode: code })
    expect(await host.run({ event: 'job-completed', previous })).toMatchObject({ exitCode: code })
  })

  test.each(EVENTS)('runs with the same node where it is a .js: %s', async (event) => {
    const host = new Host(scene())
    host.node(host.external('node20'))
    const { exitCode, stdout, stderr } = await host.run({ event, previous: '/opt/mine.js' })
    expect(stdout).toContain(`[${host.external('node20')}][/opt/mine.js]\n`)
    expect(stdout).toContain(`[${host.external('node20')}][${host.tool}][hook][${event}]\n`)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test.each(EVENTS)('fails no job where it is a .js and there is no node: %s', async (event) => {
    const host = new Host(scene())
    const { exitCode, stdout, stderr } = await host.run({ event, previous: '/opt/mine.js' })
    expect(stdout).toMatch(/^::error .*No node was found.* without the hook \/opt\/mine\.js\.$/m)
    expect(stdout).toMatch(/^::error .*No node was found.* without a target dir of its own\.$/m)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test.each(EVENTS)('runs although there is no node for ours: %s', async (event) => {
    const host = new Host(scene())
    const previous = `${host.runner}/mine.sh`
    writeFileSync(previous, 'echo previous; exit 7')
    const { exitCode, stdout } = await host.run({ event, previous })
    expect(stdout).toMatch(/No node was found/)
    expect(stdout).toMatch(/^previous$/m)
    expect(exitCode).toBe(7)
  })

  test('is found in the script again, whatever it is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (previous, runner) => {
        fc.pre(!/[\r\n\u2028\u2029]/.test(previous + runner))
        const event = 'job-started' as const
        const text = hookScript({ event, runner, tool: '/t', previous, variables: [] })
        expect(previousIn(text)).toBe(previous)
      }),
    )
  })

  test.each(['', '#!/bin/bash\necho hello\n', 'previous=/unquoted\n', " previous='x'\n"])(
    'is none in a script that is not ours: %j',
    (text) => {
      expect(previousIn(text)).toBeNull()
    },
  )
})

describe('settings in a hook', () => {
  const show = 'printf "%s\\n" "$TARGET_GUARD_ROOT"'

  test.each([
    '/mnt/targets',
    '/mnt/a b',
    '/mnt/"q"',
    '/mnt/$HOME`id`',
    '/mnt/a}b{c',
    String.raw`/a\b\\c`,
    "/it's",
  ])('reach the tool as they are: %j', async (value) => {
    const host = new Host(scene())
    host.node(`${host.path}/node`, show)
    const { stdout } = await host.run({ variables: [['TARGET_GUARD_ROOT', value]] })
    expect(stdout.split('\n')[1]).toBe(value)
  })

  test('give way to the environment of the runner', async () => {
    const host = new Host(scene())
    host.node(`${host.path}/node`, show)
    const variables = [['TARGET_GUARD_ROOT', '/mnt/targets']] as const
    const { stdout } = await host.run({ variables }, { TARGET_GUARD_ROOT: '/runner’s' })
    expect(stdout.split('\n')[1]).toBe('/runner’s')
  })
})

test('shellcheck has nothing to say about either hook', () => {
  const found = spawnSync('shellcheck', ['--version'])
  if (found.error !== undefined && process.env['TARGET_GUARD_REQUIRE_ALL'] !== '1') return
  for (const event of ['job-started', 'job-completed'] as const) {
    const hook = { event, runner: "/r'1", tool: '/t/index.js', previous: '/p.sh' }
    const text = hookScript({ ...hook, variables: [['TARGET_GUARD_ROOT', '/mnt/a b']] })
    const { stdout, status } = spawnSync('shellcheck', ['-'], { input: text, encoding: 'utf8' })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  }
})
