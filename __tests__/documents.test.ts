import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parse, parseDocument } from 'yaml'
import { COMMANDS } from '../src/cli/commands.ts'
import { runCli } from '../src/cli/run-cli.ts'
import { environmentTwin } from '../src/plan/input.ts'
import { INPUTS } from '../src/plan/settings.ts'
import { VERSION } from '../src/plan/version.ts'
import { describeAction } from '../src/report/actions.ts'
import { WATCHED } from '../src/steps/watched-worktrees.ts'

const checkout = fileURLToPath(new URL('../', import.meta.url))

function read(file: string): string {
  return readFileSync(path.join(checkout, file), 'utf8')
}

/** Files directly in a folder, by their ending, relative to the checkout. */
function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(path.join(checkout, folder))
    .filter((name) => ending.test(name))
    .map((name) => path.join(folder, name))
    .toSorted()
}

const pages = [...filesIn('.', /\.md$/), ...filesIn('examples', /\.md$/)]
const examples = filesIn('examples', /\.yml$/)
const workflows = filesIn('.github/workflows', /\.yml$/)
const settings = filesIn('.github', /\.ya?ml$/)

interface ActionFile {
  inputs: Record<string, { description: string; default?: string }>
  outputs: Record<string, { description: string }>
  runs: Record<string, string>
}
const action = parse(read('action.yml')) as ActionFile
const manifest = JSON.parse(read('package.json')) as {
  version: string
  scripts: Record<string, string>
}
const readme = read('README.md')

/** The first group of every match, '' where it took no part. */
function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), (found) => found[1] ?? '')
}

function sorted(texts: Iterable<string>): string[] {
  return [...texts].toSorted((a, b) => a.localeCompare(b))
}

/** What stands below a heading, up to the next one of the same or a higher level. */
function section(page: string, heading: string): string {
  const [, ...after] = page.split(new RegExp(`^${heading}$`, 'm'))
  const level = /^#+/.exec(heading)?.[0].length ?? 0
  return after.join('').split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? ''
}

/** The cells of every row of a part's tables, without headers and rulers. */
function rows(part: string): string[][] {
  return part
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1))
}

/** Text without Markdown’s code marks and line breaks. */
function plain(text: string | undefined): string {
  return (text ?? '').replaceAll('`', '').replaceAll(/\s+/g, ' ').trim()
}

function usesIn(text: string): string[] {
  return matches(text, /\buses: (\S+)/g)
}

describe('README and action.yml', () => {
  const inputs = rows(section(readme, '## Inputs'))
  const outputs = rows(section(readme, '## Outputs'))

  test('have the same inputs, in the same order', () => {
    expect(inputs.map(([name]) => plain(name))).toStrictEqual(Object.keys(action.inputs))
    expect(INPUTS.map(({ name }) => name)).toStrictEqual(Object.keys(action.inputs))
  })

  test.each(Object.entries(action.inputs))('say the same of the input %s', (name, input) => {
    const [, byDefault, meaning] = inputs.find(([cell]) => plain(cell) === name) ?? []
    const [text, inWords] = plain(input.description).split(/ Default: /)
    expect(plain(meaning)).toBe(text)
    expect(plain(byDefault)).toBe(input.default ?? inWords?.replace(/\.$/, ''))
  })

  test('have no default that would beat the environment', () => {
    const withDefault = Object.entries(action.inputs).filter(([, input]) => 'default' in input)
    expect(withDefault.map(([name]) => name)).toStrictEqual(['leg', 'job-status'])
  })

  test('have the same outputs, in the same order and words', () => {
    const told = Object.entries(action.outputs).map(([name, { description }]) => [
      name,
      plain(description),
    ])
    expect(outputs.map((cells) => cells.map(plain))).toStrictEqual(told)
  })

  test('write descriptions as sentences', () => {
    for (const { description } of [
      ...Object.values(action.inputs),
      ...Object.values(action.outputs),
    ]) {
      expect(plain(description)).toMatch(/\.$/)
    }
  })

  test('name environment twins that are read', () => {
    // The host’s own, which no job sets.
    const twins = [...INPUTS.map(({ name }) => environmentTwin(name)), WATCHED]
    const texts = [...pages, ...examples].map(read).join('\n')
    const named = matches(texts, /(TARGET_GUARD_[A-Z_]*[A-Z])/g)
    expect(named).toContain('TARGET_GUARD_ROOT')
    expect(named).toContain('TARGET_GUARD_HIGH_WATERMARK')
    for (const name of named) expect(twins).toContain(name)
  })

  test('name entry points that are there', () => {
    const { pre, main, post } = action.runs
    for (const file of [pre, main, post])
      expect(existsSync(path.join(checkout, file ?? ''))).toBe(true)
  })
})

/** What the tool prints for --help. */
async function help(...words: string[]): Promise<string> {
  let printed = ''
  const out = (text: string): void => {
    printed += text
  }
  expect(await runCli([...words, '--help'], { environment: {}, script: '', out, err: out })).toBe(0)
  return printed
}

describe('README and the commands', () => {
  const commands = rows(section(readme, '## Commands'))
  const documented = new Set(commands.flatMap(([cell]) => matches(cell ?? '', /`([a-z-]+)/g)))

  test('have the same commands', async () => {
    const listed = matches(await help(), /^ {2}([a-z-]+) {2,}/gm)
    expect(listed).toStrictEqual(COMMANDS.map(({ name }) => name))
    expect(sorted(documented)).toStrictEqual(sorted(listed))
  })

  test('have the same operands', async () => {
    for (const [cell] of commands) {
      for (const [, name = '', operand = ''] of (cell ?? '').matchAll(/`([a-z-]+) ?([^`]*)`/g)) {
        expect(await help(name)).toContain(operand)
      }
    }
  })

  test('name flags that the command has', async () => {
    for (const [cell, ...others] of commands) {
      const name = /`([a-z-]+)/.exec(cell ?? '')?.[1] ?? ''
      for (const [flag] of others.join(' ').matchAll(/--[a-z][a-z-]*/g)) {
        expect(await help(name)).toContain(`${flag} `)
      }
    }
  })

  test('have the same exit codes', async () => {
    const told = /Exit codes: (.*)\.$/m.exec(await help())?.[1] ?? '?'
    expect(plain(readme)).toContain(`Exit codes: ${told}`)
  })

  test('tell which ones print no JSON', async () => {
    const told =
      /all but ([^:]*?) and `run -- CMD…`/.exec(section(readme, '## Commands'))?.[1] ?? ''
    for (const { name } of COMMANDS) {
      expect([name, (await help(name)).includes('--json ')]).toEqual([
        name,
        !told.includes(`\`${name}\``),
      ])
    }
  })

  test('show invocations that are understood', async () => {
    const known = new Set(COMMANDS.map(({ name }) => name))
    const shown = pages.flatMap((page) =>
      Array.from(read(page).matchAll(/(?:target-guard|cli\/index\.js) ([a-z-]+)([^`\n]*)/g)),
    )
    const invocations = shown.filter(([, name]) => known.has(name ?? ''))
    expect(invocations.length).toBeGreaterThan(5)
    for (const [, name = '', rest = ''] of invocations) {
      for (const [flag] of rest.matchAll(/--[a-z][a-z-]*/g)) {
        expect(await help(name)).toContain(`${flag} `)
      }
    }
  })
})

describe('README’s troubleshooting', () => {
  const [ours = '', others = ''] = section(readme, '## Troubleshooting').split('And from others:')

  test('quotes messages that the source has', () => {
    const kept = (['blocked', 'unknown'] as const).map((state) =>
      describeAction({ kind: 'keep', id: '', slot: '', reason: '', state }),
    )
    const source = [sourceText(), ...kept].join('\n')
    const messages = rows(ours).map(([message]) => message ?? '')
    expect(messages.length).toBeGreaterThan(15)
    for (const message of messages) {
      // The parts between values; two sentences of one error may stand apart in the source.
      const parts = message.replaceAll('`', '').split(/…|(?<=[a-z]\.) |\*\*/)
      const missing = parts
        .map((part) => part.trim().replace(/^[-:.)( ]+/, ''))
        .filter((part) => part.length > 3 && !source.includes(part))
      expect({ message, missing }).toStrictEqual({ message, missing: [] })
    }
  })

  test('keeps messages of other programs apart', () => {
    expect(rows(others).length).toBeGreaterThan(1)
  })
})

/** The whole source, with values in template strings taken out and joined literals joined. */
function sourceText(): string {
  const files = readdirSync(path.join(checkout, 'src'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(path.join('src', file)))
    .join('\n')
    .replaceAll(/['`] \+\s*['`]/g, '')
    .replaceAll(String.raw`\``, '`')
}

describe('links', () => {
  test.each(pages)('of %s lead somewhere', (page) => {
    const targets = matches(read(page), /\]\(([^)\s]+)\)/g)
    const lost = targets.filter((target) => !target.startsWith('https:') && !leads(target, page))
    expect(lost).toStrictEqual([])
  })
})

function leads(target: string, page: string): boolean {
  const [file = '', anchor] = target.split('#')
  const linked = file === '' ? page : path.join(path.dirname(page), file)
  if (!existsSync(path.join(checkout, linked))) return false
  return anchor === undefined || anchorsOf(read(linked)).includes(anchor)
}

function anchorsOf(page: string): string[] {
  return matches(page, /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('scripts', () => {
  test('that pages call are there', () => {
    const text = pages.map(read).join('\n')
    const called = matches(text, /npm run (?:--\S+ )*([a-z:]+)/g)
    expect(called).toContain('build')
    for (const name of called) expect(Object.keys(manifest.scripts)).toContain(name)
    const files = matches(text, /\bbash ([a-z./-]+)/g)
    expect(files).toContain('.ci/run')
    expect(files.filter((file) => !existsSync(path.join(checkout, file)))).toStrictEqual([])
  })

  test('npm run demo and npm test are named as the two commands', () => {
    const beginning = readme.split('## Quick start')[0] ?? ''
    expect(beginning).toContain('`npm run demo`')
    expect(beginning).toContain('`npm test`')
  })
})

/** The exit code of the check that the release workflow does. */
function releaseCheck(tag: string, repository: string): number | null {
  return spawnSync('bash', [path.join(checkout, 'scripts/check-release.sh'), tag, repository])
    .status
}

function ownUses(file: string): string[] {
  return usesIn(read(file)).filter((used) => /^[^/]+\/target-guard[@/]/.test(used))
}

describe('versions', () => {
  test('package.json and the code agree', () => {
    expect(VERSION).toBe(manifest.version)
  })

  test('CHANGELOG begins with what is unreleased, then this version', () => {
    const headings = matches(read('CHANGELOG.md'), /^## (\S+)/gm)
    expect(headings.slice(0, 2)).toStrictEqual(['Unreleased', manifest.version])
  })

  test.each([...pages, ...examples, ...workflows].filter((file) => ownUses(file).length > 0))(
    '%s uses this one',
    (file) => {
      const [major = ''] = manifest.version.split('.')
      for (const used of ownUses(file)) {
        expect([`v${manifest.version}`, `v${major}`]).toContain(used.split('@')[1])
      }
    },
  )

  test('all examples but hooks-only.yml, and the reusable workflow, use this action', () => {
    const used = [...examples, '.github/workflows/sovereign-ci.yml']
    const without = used.filter((file) => ownUses(file).length === 0)
    expect(without).toStrictEqual(['examples/hooks-only.yml'])
  })

  test('a release is refused whose tag disagrees', () => {
    const owner = /uses: ([^\s/]+)\/target-guard@/.exec(
      read('.github/workflows/sovereign-ci.yml'),
    )?.[1]
    expect(releaseCheck(`v${manifest.version}`, `${owner ?? ''}/target-guard`)).toBe(0)
    expect(releaseCheck(manifest.version, `${owner ?? ''}/target-guard`)).toBe(1)
    expect(releaseCheck('v999.0.0', `${owner ?? ''}/target-guard`)).toBe(1)
    expect(releaseCheck(`v${manifest.version}`, 'somebody-else/target-guard')).toBe(1)
  })
})

interface Step {
  uses?: string
  if?: string
  run?: string
  with?: Record<string, unknown>
}
interface Workflow {
  on: unknown
  permissions?: unknown
  jobs: Record<string, { 'runs-on'?: unknown; uses?: string; steps?: Step[] }>
}

describe('workflows', () => {
  test.each([...workflows, ...examples, ...settings, 'action.yml'])('%s is YAML', (file) => {
    const { errors, warnings } = parseDocument(read(file))
    expect([...errors, ...warnings]).toStrictEqual([])
  })

  test('so are those in the pages', () => {
    const blocks = pages.flatMap((page) => matches(read(page), /```yaml\n([\s\S]*?)```/g))
    expect(blocks).toHaveLength(2)
    for (const text of blocks) expect(parseDocument(text).errors).toStrictEqual([])
  })

  test.each([...workflows, ...examples])('%s gives each job a place to run', (file) => {
    const { jobs, on } = parse(read(file)) as Workflow
    expect(on).toBeTruthy()
    for (const job of Object.values(jobs)) expect(job['runs-on'] ?? job.uses).toBeTruthy()
  })

  test.each(workflows)('%s starts without permissions', (file) => {
    expect((parse(read(file)) as Workflow).permissions).toStrictEqual({})
  })

  test.each([...workflows, ...examples])('%s leaves no token behind', (file) => {
    for (const step of stepsOf(file)) {
      if (step.uses?.startsWith('actions/checkout@') !== true) continue
      expect(step.with).toMatchObject({ 'persist-credentials': false })
    }
  })

  test('install packages without their scripts', () => {
    const installs = workflows
      .flatMap(stepsOf)
      .flatMap(({ run = '' }) => matches(run, /(npm (?:ci|install|i)\b.*)/g))
    expect(installs).not.toHaveLength(0)
    for (const install of installs) expect(install).toBe('npm ci --ignore-scripts')
  })

  test('pin the actions of others by commit, one for each', () => {
    const pins = new Map<string, string>()
    for (const file of [...workflows, ...examples]) {
      for (const [, name = '', ref = ''] of read(file).matchAll(
        /uses: ([^\s@./$]+\/[^\s@]+)@(.*)$/gm,
      )) {
        if (/^[^/]+\/target-guard(\/|$)/.test(name)) continue
        expect(ref).toMatch(/^[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
        expect(pins.get(name) ?? ref).toBe(ref)
        pins.set(name, ref)
      }
    }
    expect([...pins.keys()]).toContain('actions/checkout')
  })

  test.each(examples)('%s gives inputs and reads outputs that the action has', (file) => {
    const own = stepsOf(file).filter(({ uses = '' }) => /^[^/]+\/target-guard@/.test(uses))
    for (const step of own) {
      for (const name of Object.keys(step.with ?? {})) expect(action.inputs).toHaveProperty(name)
    }
    const outputs = matches(read(file), /\bsteps\.guard\.outputs\.([a-z-]+)/g)
    for (const name of outputs) expect(Object.keys(action.outputs)).toContain(name)
  })

  test('examples/disk-guard.yml may be skipped, and asks before every step that follows', () => {
    const steps = stepsOf('examples/disk-guard.yml')
    const at = steps.findIndex((step) => step.with?.['on-critical'] === 'skip')
    const conditions = steps.slice(at + 1).map((step) => step.if)
    expect(conditions.length).toBeGreaterThan(0)
    for (const each of conditions) expect(each).toContain('steps.guard.outputs.proceed')
  })

  test('all-green waits for every other job of check.yml', () => {
    const { jobs } = parse(read('.github/workflows/check.yml')) as {
      jobs: Record<string, { needs?: string[] }>
    }
    const others = Object.keys(jobs).filter((name) => name !== 'all-green')
    expect(jobs['all-green']?.needs).toStrictEqual(others)
  })

  test('examples/README.md has the inputs of the reusable workflow', () => {
    const told = rows(section(read('examples/README.md'), '## Inputs of sovereign-ci.yml'))
    const inputs = sovereignInputs().map(([name, input]) => [
      name,
      input.default === '' ? 'empty' : String(input.default ?? 'required'),
      plain(input.description),
    ])
    expect(told.map((cells) => cells.map(plain))).toStrictEqual(inputs)
  })

  test('examples/README.md names every example', () => {
    const named = matches(read('examples/README.md'), /\]\(([a-z-]+\.yml)\)/g)
    expect(sorted(named.map((name) => `examples/${name}`))).toStrictEqual(sorted(examples))
  })
})

interface ReusableInput {
  description: string
  default?: string | number
}

function sovereignInputs(): [name: string, input: ReusableInput][] {
  const { on } = parse(read('.github/workflows/sovereign-ci.yml')) as {
    on: { workflow_call: { inputs: Record<string, ReusableInput> } }
  }
  return Object.entries(on.workflow_call.inputs)
}

function stepsOf(file: string): Step[] {
  const { jobs } = parse(read(file)) as Workflow
  return Object.values(jobs).flatMap((job) => job.steps ?? [])
}

describe('no text tells where it was written', () => {
  const texts = [...pages, ...examples, ...workflows, ...settings, 'action.yml', 'LICENSE']

  test.each(texts)('%s', (file) => {
    const text = read(file)
    expect(text).not.toMatch(/\/(root|home|Users|work|tmp)\//)
    expect(text).not.toMatch(/localhost|\b\d{1,3}(\.\d{1,3}){3}\b/)
    expect(text).not.toMatch(/registry\.|npmjs|crates\.io|proxy\.golang|artifactory|nexus/i)
  })
})
