/** What `git status --porcelain=v2 --branch --ignored=matching -z` says of one work tree. */
export interface GitStatus {
  /** the commit that is checked out, null before the first one */
  head: string | null
  /** null where the head is detached */
  branch: string | null
  /** what the branch is compared with, and whether it is no longer there; null without one */
  upstream: { name: string; isGone: boolean } | null
  /** tracked files that differ from the commit, staged or not, or are in conflict */
  dirty: number
  /** paths that git neither tracks nor ignores; directories end in a slash */
  untracked: string[]
  /** paths that git ignores; directories end in a slash */
  ignored: string[]
}

/**
 * Reads the answer of git.
 *
 * @throws Error where it is not such an answer: then nothing is known of the work tree
 */
export function parseGitStatus(text: string): GitStatus {
  const status: GitStatus = {
    head: null,
    branch: null,
    upstream: null,
    dirty: 0,
    untracked: [],
    ignored: [],
  }
  let hasHead = false
  for (const line of text.split('\0')) {
    if (line === '') continue
    if (line.startsWith('# branch.oid ')) {
      hasHead = true
      status.head = oidOrNull(line.slice('# branch.oid '.length))
    } else if (line.startsWith('# ')) readHeader(line.slice(2), status)
    else if (line.startsWith('? ')) status.untracked.push(line.slice(2))
    else if (line.startsWith('! ')) status.ignored.push(line.slice(2))
    else if (/^[12u] /.test(line)) status.dirty += 1
    else throw new Error(`git status said “${line.slice(0, 80)}”`)
  }
  if (!hasHead) throw new Error('git status did not say what is checked out')
  return status
}

/** A branch without a line `branch.ab` has an upstream that is no longer there. */
function readHeader(header: string, status: GitStatus): void {
  const blank = header.indexOf(' ')
  const value = header.slice(blank + 1)
  switch (header.slice(0, blank)) {
    case 'branch.head':
      status.branch = value === '(detached)' ? null : value
      return
    case 'branch.upstream':
      status.upstream = { name: value, isGone: true }
      return
    case 'branch.ab':
      if (status.upstream !== null) status.upstream.isGone = false
      return
    default:
  }
}

function oidOrNull(text: string): string | null {
  return isOid(text) ? text : null
}

/** Whether a text is the full name of an object: SHA-1 or SHA-256. */
export function isOid(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/** The commits of a repository that no remote-tracking ref reaches. */
export type UnpushedGraph = ReadonlyMap<string, readonly string[]>

/** Reads what `git rev-list --parents` says: by commit, its parents. */
export function parseGraph(text: string): UnpushedGraph {
  const graph = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [commit, ...parents] = line.split(' ')
    if (commit !== undefined && isOid(commit)) graph.set(commit, parents)
  }
  return graph
}

/** How many commits of the graph can be reached from one. */
export function countFrom(head: string, graph: UnpushedGraph): number {
  const seen = new Set<string>()
  const open = [head]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    const parents = graph.get(commit)
    if (parents === undefined || seen.has(commit)) continue
    seen.add(commit)
    open.push(...parents)
  }
  return seen.size
}

/** The commits of the graph that no other one of it has as a parent. */
export function tipsOf(graph: UnpushedGraph): string[] {
  const parents = new Set([...graph.values()].flat())
  return [...graph.keys()].filter((commit) => !parents.has(commit))
}

/** Every object that a reflog names, without the zeros for “none”. */
export function oidsInReflog(text: string): string[] {
  const found = new Set<string>()
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' ')
    for (const oid of [before, after]) if (isOid(oid) && !/^0+$/.test(oid)) found.add(oid)
  }
  return [...found]
}

/** How many stashes were made on this branch, by the reflog of the stash; null for a detached head. */
export function stashesOn(branch: string | null, reflog: string): number {
  const where = branch ?? '(no branch)'
  return reflog
    .split('\n')
    .map((line) => line.slice(line.indexOf('\t') + 1))
    .filter((said) => said.startsWith(`WIP on ${where}:`) || said.startsWith(`On ${where}:`)).length
}
