import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 613:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("assert");

/***/ }),

/***/ 140:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("constants");

/***/ }),

/***/ 434:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("events");

/***/ }),

/***/ 896:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");

/***/ }),

/***/ 598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 24:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 67:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:http");

/***/ }),

/***/ 928:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");

/***/ }),

/***/ 203:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("stream");

/***/ }),

/***/ 23:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("util");

/***/ }),

/***/ 217:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Cl: () => (/* binding */ handOver),
/* harmony export */   S0: () => (/* binding */ addSummary),
/* harmony export */   w7: () => (/* binding */ annotation)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(24);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(598);
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(29);



/** One annotation; the runner shows ten of a kind for each step, 4096 characters each. */
function annotation(kind, title, text) {
    const shown = text.length > 3900 ? `${text.slice(0, 3900)}…` : text;
    return `::${kind} title=${escapeProperty(title)}::${escapeData(shown)}\n`;
}
function escapeData(text) {
    return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
function escapeProperty(text) {
    return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
/**
 * Hands a value to the runner through one of its command files.
 *
 * @throws GuardError where the file is missing or cannot be written
 */
function handOver(environment, file, name, value) {
    // The delimiter is random, so that no value can close it and add commands of its own.
    const delimiter = `target_guard_${(0,node_crypto__WEBPACK_IMPORTED_MODULE_1__.randomUUID)()}`;
    append(environment, file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}
/** Adds Markdown to the job summary; throws GuardError as `handOver` does. */
function addSummary(environment, markdown) {
    append(environment, 'GITHUB_STEP_SUMMARY', markdown);
}
function append(environment, file, text) {
    const path = environment[file] ?? '';
    if (path === '') {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${file} is not set.`, 'This runs in a workflow job or a runner hook only.');
    }
    try {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.appendFileSync)(path, text);
    }
    catch (error) {
        throw new _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .GuardError */ .U$(`${file} (${path}) cannot be written: ${(0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_2__/* .messageOf */ .bD)(error)}.`, 'Look at the disk of the runner’s work folder and at who owns it.', { cause: error });
    }
}


/***/ }),

/***/ 342:
/***/ ((__webpack_module__, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _steps_main_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(15);
/* harmony import */ var _steps_run_step_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(25);
/* harmony import */ var _steps_runtime_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(119);



const { env, argv, stdout } = process;
process.exitCode = await (0,_steps_run_step_js__WEBPACK_IMPORTED_MODULE_1__/* .runStep */ .eg)(_steps_main_js__WEBPACK_IMPORTED_MODULE_0__/* .main */ .i, (0,_steps_runtime_js__WEBPACK_IMPORTED_MODULE_2__/* .workflowRuntime */ .KG)(env, argv[1] ?? '', (text) => stdout.write(text)));

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 29:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   U$: () => (/* binding */ GuardError),
/* harmony export */   UQ: () => (/* binding */ errnoOf),
/* harmony export */   bD: () => (/* binding */ messageOf)
/* harmony export */ });
/**
 * An error whose text is written for the person who has to act on it.
 *
 * `what` says what happened and to what; `next` says what to do about it. `usage` marks bad input,
 * which is refused before anything is touched (exit code 2 on the command line).
 */
class GuardError extends Error {
    name = 'GuardError';
    usage;
    constructor(what, next, options = {}) {
        super(`${what} ${next}`, options.cause === undefined ? undefined : { cause: options.cause });
        this.usage = options.usage ?? false;
    }
}
/** The text of anything that was thrown. */
function messageOf(error) {
    const text = textIn(error, 'message') ?? String(error);
    // Directories are held open and used by number (host/folders.ts), which tells a person nothing.
    return text.replaceAll(/\/proc\/(self|[0-9]+)\/fd\/[0-9]+/g, '…');
}
/** The errno name (`ENOENT`, …) of anything that was thrown, or '' when it carries none. */
function errnoOf(error) {
    return textIn(error, 'code') ?? '';
}
/** By its fields, not by `instanceof`: an error may come from another realm (worker, vm, jest). */
function textIn(error, field) {
    if (typeof error !== 'object' || error === null)
        return null;
    const text = error[field];
    return typeof text === 'string' ? text : null;
}


/***/ }),

/***/ 944:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Dk: () => (/* binding */ TAG),
/* harmony export */   g$: () => (/* binding */ printable)
/* harmony export */ });
/* unused harmony export terminal */
/** Every line of ours in a log begins with it. */
const TAG = '[target-guard]';
/**
 * Text of others (paths, command names) on one line without control characters: a planted newline
 * could otherwise begin a workflow command.
 */
function printable(text) {
    return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD');
}
/** Speaks on a terminal, on standard error: standard output is for what a command prints. */
function terminal({ err }) {
    const say = (prefix) => (text) => err(`${TAG} ${prefix}${printable(text)}\n`);
    return { info: say(''), notice: say(''), warning: say('warning: '), error: say('error: ') };
}


/***/ }),

/***/ 15:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  i: () => (/* binding */ main)
});

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
// EXTERNAL MODULE: ./lib/plan/guard-error.js
var guard_error = __nccwpck_require__(29);
;// CONCATENATED MODULE: ./lib/plan/settings.js

const PRIVILEGED_HELPERS = ['auto', 'sudo', 'docker', 'none'];
/** The environment twin of an input: `TARGET_GUARD_` and the name in upper case with `_`. */
function environmentTwin(name) {
    return `TARGET_GUARD_${name.toUpperCase().replaceAll('-', '_')}`;
}
const root = {
    name: 'root',
    allowed: 'an absolute path, or one that begins with ~/',
    parse: (text) => (isPath(text) ? text : undefined),
    whenEmpty: ({ home }) => `${home}/.cache/target-guard`,
};
const owner = {
    name: 'owner',
    allowed: 'uid:gid as numbers or names, such as 1000:1000 or builder:builder',
    parse: (text) => {
        const parts = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,31})(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,31}))?$/.exec(text);
        if (parts?.[1] === undefined)
            return undefined;
        const named = { user: parts[1], group: parts[2] ?? null };
        return [named.user, named.group ?? '0'].every(isIdOrName) ? named : undefined;
    },
    whenEmpty: () => null,
};
const retentionHours = number('retention-hours', { least: 0, most: 24 * 365, otherwise: 24 });
const keepPerPr = number('keep-per-pr', { least: 0, most: 1000, otherwise: 1, whole: true });
const privilegedHelper = {
    name: 'privileged-helper',
    allowed: PRIVILEGED_HELPERS.join(', '),
    parse: (text) => PRIVILEGED_HELPERS.find((each) => each === text),
    whenEmpty: () => 'auto',
};
const helperImage = {
    name: 'helper-image',
    allowed: 'the name of a local image, such as registry.example/builder:1 or busybox@sha256:…',
    parse: (text) => (/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/.test(text) ? text : undefined),
    whenEmpty: () => null,
};
const dryRun = {
    name: 'dry-run',
    allowed: 'true or false',
    parse: (text) => {
        // The same spellings as GitHub's own boolean inputs (the YAML 1.2 core schema).
        if (/^(true|True|TRUE)$/.test(text))
            return true;
        return /^(false|False|FALSE)$/.test(text) ? false : undefined;
    },
    whenEmpty: () => false,
};
const leg = {
    name: 'leg',
    allowed: 'text of at most 65536 characters (the matrix as JSON)',
    parse: (text) => (text.length <= 65_536 ? text : undefined),
    whenEmpty: () => '',
};
const jobStatus = {
    name: 'job-status',
    allowed: 'success, failure or cancelled',
    parse: (text) => (/^(success|failure|cancelled)$/.test(text) ? text : undefined),
    whenEmpty: () => '',
};
/** Every input by its name in action.yml; a test holds both lists equal. */
const INPUTS = [
    root,
    owner,
    retentionHours,
    keepPerPr,
    privilegedHelper,
    helperImage,
    dryRun,
    leg,
    jobStatus,
];
/**
 * Reads all settings.
 *
 * @throws GuardError that names the input, its value and what is allowed
 */
function settings_parseSettings(lookup, surroundings) {
    const read = (input) => readInput(input, lookup, surroundings);
    return {
        root: absolute(read(root), surroundings),
        owner: read(owner),
        retentionHours: read(retentionHours),
        keepPerPr: read(keepPerPr),
        privilegedHelper: read(privilegedHelper),
        helperImage: read(helperImage),
        dryRun: read(dryRun),
        leg: read(leg),
        jobStatus: read(jobStatus),
    };
}
function readInput(input, lookup, surroundings) {
    const found = lookup(input.name);
    if (found === null || found.text === '')
        return input.whenEmpty(surroundings);
    const value = input.parse(found.text);
    if (value !== undefined)
        return value;
    throw new guard_error/* GuardError */.U$(`${found.source} is ${quote(found.text)}.`, `Allowed for ${input.name}: ${input.allowed}.`, { usage: true });
}
/** A value in an error text: one line, printable, of bounded length. */
function quote(text) {
    const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
    return JSON.stringify(shown);
}
function number(name, range) {
    const pattern = range.whole === true ? /^[0-9]{1,9}$/ : /^[0-9]{1,9}(\.[0-9]{1,6})?$/;
    return {
        name,
        allowed: `a ${range.whole === true ? 'whole ' : ''}number from ${range.least} to ${range.most}`,
        parse: (text) => {
            const value = pattern.test(text) ? Number(text) : Number.NaN;
            return value >= range.least && value <= range.most ? value : undefined;
        },
        whenEmpty: () => range.otherwise,
    };
}
/** A number is an id as the kernel takes it, a name begins with a letter or an underscore. */
function isIdOrName(text) {
    return /^[0-9]+$/.test(text) ? Number(text) < 4_294_967_295 : /^[A-Za-z_]/.test(text);
}
function isPath(text) {
    const isRooted = text.startsWith('/') || text === '~' || text.startsWith('~/');
    return isRooted && !/\p{Cc}/u.test(text) && text.length <= 1024;
}
function absolute(path, { home }) {
    const expanded = path === '~' || path.startsWith('~/') ? `${home}${path.slice(1)}` : path;
    return normalise(expanded);
}
/** Removes doubled and closing slashes and `.`; a `..` stays, and is refused with the root. */
function normalise(path) {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.');
    return `/${parts.join('/')}`;
}

;// CONCATENATED MODULE: ./lib/github/inputs.js


/** Settings of a step: an input wins over its environment twin. */
function readInputs(environment) {
    return settings_parseSettings((name) => input(name, environment) ?? twin(name, environment), surroundings(environment));
}
/** Settings of a hook or a command: flags win over the environment twins. */
function readTwins(environment, flags = new Map()) {
    const lookup = (name) => {
        const text = flags.get(name);
        return text === undefined ? twin(name, environment) : { text, source: `--${name}` };
    };
    return parseSettings(lookup, surroundings(environment));
}
/** The runner passes an input as INPUT_NAME: upper case, blanks as `_`, dashes as they are. */
function input(name, environment) {
    return found(environment[`INPUT_${name.toUpperCase()}`], `The input ${name}`);
}
function twin(name, environment) {
    return found(environment[environmentTwin(name)], environmentTwin(name));
}
function found(text, source) {
    const trimmed = text?.trim() ?? '';
    return trimmed === '' ? null : { text: trimmed, source };
}
function surroundings(environment) {
    const home = environment['HOME'] ?? '';
    return { home: home.startsWith('/') ? home : (0,external_node_os_namespaceObject.homedir)(), directory: process.cwd() };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
;// CONCATENATED MODULE: ./lib/plan/naming.js

/** A path component that is used as it stands: no leading dot or dash, 64 characters at most. */
const SAFE_COMPONENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** GitHub's owner and repository names: a repository may begin with a dot, an owner may not. */
const OWNER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
const REPOSITORY = /^[A-Za-z0-9._-]{1,100}$/;
const RUN_ID = /^[0-9]{1,20}$/;
const ATTEMPT = /^[1-9][0-9]{0,8}$/;
/** 8 hex of the runner key, 4 of the boot id, 12 of chance. */
const LEASE_ID = /^[0-9a-f]{24}$/;
const SLOT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}-[1-9][0-9]{0,8}-([0-9a-f]{24})$/;
/** How many components a slot lies below the root: owner, repository, PR key, run dir, slot. */
const SLOT_DEPTH = 5;
/** Lower-case hexadecimal SHA-256 of the UTF-8 (or raw) bytes. */
function sha256(raw) {
    return (0,external_node_crypto_.createHash)('sha256').update(raw).digest('hex');
}
/**
 * A component for any text: at most 40 characters of it, then 12 hex of the SHA-256 of the whole.
 * The hash keeps `feature/a` and `feature-a` apart, which replacing characters alone would merge.
 */
function slug(raw) {
    const readable = raw
        .slice(0, 400)
        .normalize('NFC')
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .slice(0, 40)
        .replace(/-+$/, '');
    return `${readable === '' ? 'ref' : readable}-${sha256(raw).slice(0, 12)}`;
}
/**
 * The first path component for a change: the PR number, else the ref name, else a slug of it.
 *
 * A pull request closed by merge has the base branch as its ref, so the payload's number comes first
 * (actions/runner#256). A branch whose name is only digits gets the slug: as it stands it would be
 * taken for the pull request of that number, and share its warmth.
 */
function prKey(change) {
    const isPullRequest = /^pull_request(_|$)/.test(change.eventName);
    const number = (isPullRequest ? change.pullRequestNumber : null) ??
        numberIn(/^refs\/pull\/([0-9]+)\//, change.ref) ??
        numberIn(/^refs\/heads\/gh-readonly-queue\/.+\/pr-([0-9]+)-[0-9a-f]+$/, change.ref);
    if (number !== null && isPullRequestNumber(number))
        return String(number);
    const name = change.ref.replace(/^refs\/(heads|tags)\//, '');
    const readsAsNumber = /^[0-9]+$/.test(name);
    return SAFE_COMPONENT.test(name) && !readsAsNumber ? name : slug(name);
}
function numberIn(pattern, ref) {
    const digits = pattern.exec(ref)?.[1];
    return digits === undefined ? null : Number(digits);
}
function isPullRequestNumber(number) {
    return Number.isSafeInteger(number) && number > 0;
}
/** The job id as a component: GitHub's own ids are safe; anything else becomes a slug. */
function jobComponent(job) {
    return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,39}$/.test(job) ? job : slug(job);
}
function isOwner(text) {
    return OWNER.test(text);
}
function isRepositoryName(text) {
    return REPOSITORY.test(text) && text !== '.' && text !== '..';
}
function isRunId(text) {
    return RUN_ID.test(text);
}
function isAttempt(text) {
    return ATTEMPT.test(text);
}
function isLeaseId(text) {
    return LEASE_ID.test(text);
}
/** The part of a lease id that tells whose it may be; another prefix is proof that it is not theirs. */
function runnerPrefix(runnerKey) {
    return runnerKey.slice(0, 8);
}
/** The part of a lease id that tells the boot; another prefix is proof of another boot. */
function bootPrefix(bootId) {
    return sha256(bootId).slice(0, 4);
}
/** A lease id: readable proof of its runner and boot even where its file is empty. */
function leaseId(runnerKey, bootId, chance) {
    return `${runnerPrefix(runnerKey)}${bootPrefix(bootId)}${chance.slice(0, 12)}`;
}
/** Whether an id was made in another boot than `bootId`; `false` means only that it may be this one. */
function isOfOtherBoot(id, bootId) {
    return id.slice(8, 12) !== bootPrefix(bootId);
}
/** The run dir, relative to the root. */
function runDirectory(address) {
    return `${address.owner}/${address.repository}/${address.prKey}/run-${address.runId}`;
}
/** The slot, relative to the root. */
function slotPath(address) {
    return `${runDirectory(address)}/${jobComponent(address.job)}-${address.attempt}-${address.id}`;
}
/** The lease id at the end of a slot's name, or null where the name is not a slot's. */
function leaseIdOfSlot(name) {
    return SLOT.exec(name)?.[1] ?? null;
}
/** Whether a relative path has the exact shape of a slot's; nothing else is ever renamed. */
function isSlotPath(relative) {
    const [owner, repository, key, run, slot, ...rest] = relative.split('/');
    if (owner === undefined || repository === undefined || key === undefined)
        return false;
    if (run === undefined || slot === undefined || rest.length > 0)
        return false;
    return (isOwner(owner) &&
        isRepositoryName(repository) &&
        SAFE_COMPONENT.test(key) &&
        run.startsWith('run-') &&
        isRunId(run.slice(4)) &&
        leaseIdOfSlot(slot) !== null);
}

;// CONCATENATED MODULE: ./lib/plan/job.js
/** Where the slot of a job with this lease id lies. */
function addressOf(job, id) {
    const { owner, repository, prKey, runId, attempt } = job;
    return { owner, repository, prKey, runId, attempt, job: job.job, id };
}

;// CONCATENATED MODULE: ./lib/plan/version.js
/** The release this code belongs to; a test holds it equal to package.json. */
const VERSION = '0.1.0';

;// CONCATENATED MODULE: ./lib/plan/lease.js



function newLease(job, owner, made) {
    return {
        version: 1,
        id: made.id,
        slot: slotPath(addressOf(job, made.id)),
        repository: `${job.owner}/${job.repository}`,
        prKey: job.prKey,
        runId: job.runId,
        attempt: job.attempt,
        job: job.job,
        leg: job.leg,
        trusted: job.trusted,
        madeBy: made.madeBy,
        owner,
        uptimeS: made.uptimeS,
        at: made.at,
        by: VERSION,
    };
}
function encodeLease(lease) {
    return `${JSON.stringify(lease)}\n`;
}
/**
 * Reads a lease that anybody may have written.
 *
 * @returns the lease, or in words what is wrong with it
 */
function parseLease(text, id) {
    if (text.trim() === '')
        return 'the file is empty';
    const found = parseObject(text);
    if (found === null)
        return 'the file is not a JSON object';
    if (found['version'] !== 1)
        return `its format version is ${JSON.stringify(found['version'])}`;
    if (found['id'] !== id || !isLeaseId(id))
        return 'its id is not the one in its file name';
    const { slot, repository, prKey, runId, attempt, job, leg, owner } = found;
    if (typeof slot !== 'string' || !isSlotPath(slot))
        return 'its slot is not a slot path';
    if (leaseIdOfSlot(slot.slice(slot.lastIndexOf('/') + 1)) !== id)
        return 'its slot has another id';
    if (typeof repository !== 'string' || typeof prKey !== 'string')
        return 'it names no repository';
    if (!slot.startsWith(`${repository}/${prKey}/`))
        return 'its slot is another repository’s';
    if (typeof runId !== 'string' || !isRunId(runId))
        return 'its run id is not a number';
    if (!isAttempt(String(attempt)) || typeof attempt !== 'number')
        return 'its attempt is no number';
    if (typeof job !== 'string' || typeof leg !== 'string')
        return 'it names no job';
    const known = parseOwner(owner);
    if (known === null)
        return 'its owner is incomplete';
    return {
        version: 1,
        id,
        slot,
        repository,
        prKey,
        runId,
        attempt,
        job,
        leg,
        trusted: found['trusted'] === true,
        madeBy: found['madeBy'] === 'hook' ? 'hook' : 'step',
        owner: known,
        uptimeS: numberOr(found['uptimeS'], 0),
        at: textOr(found['at'], ''),
        by: textOr(found['by'], ''),
    };
}
function parseOwner(value) {
    if (!isRecord(value) || !isRecord(value['runner']))
        return null;
    const { name, key } = value['runner'];
    const { bootId, pidNamespace, worker, container } = value;
    if (typeof name !== 'string' || typeof key !== 'string')
        return null;
    if (typeof bootId !== 'string' || typeof pidNamespace !== 'string')
        return null;
    if (bootId === '' || pidNamespace === '' || key === '')
        return null;
    return {
        runner: { name, key },
        bootId,
        pidNamespace,
        worker: parseProcess(worker),
        container: typeof container === 'string' ? container : null,
        singleJob: value['singleJob'] === true,
    };
}
function parseProcess(value) {
    if (!isRecord(value))
        return null;
    const { pid, start } = value;
    if (typeof pid !== 'number' || typeof start !== 'number')
        return null;
    return Number.isInteger(pid) && pid > 0 ? { pid, start } : null;
}
const RESULTS = ['success', 'failure', 'cancelled', 'unknown'];
/** A job's status as its end record has it: what is not known stays unknown. */
function resultOf(status) {
    return RESULTS.find((each) => each === status) ?? 'unknown';
}
function lease_encodeEnd(end) {
    return `${JSON.stringify(end)}\n`;
}
/** Reads an end record; null where it is absent or damaged: its lease has ended all the same. */
function parseEnd(text) {
    const found = parseObject(text);
    if (found === null || typeof found['bootId'] !== 'string')
        return null;
    const { uptimeS, wallMs } = found;
    if (typeof uptimeS !== 'number' || typeof wallMs !== 'number')
        return null;
    return { result: resultOf(found['result']), bootId: found['bootId'], uptimeS, wallMs };
}
/** A JSON object, or null for anything else. */
function parseObject(text) {
    try {
        const value = JSON.parse(text);
        return isRecord(value) ? value : null;
    }
    catch {
        // Not JSON: that is an answer here, not an error; the caller says what follows from it.
        return null;
    }
}
function isRecord(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function numberOr(value, otherwise) {
    return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
function textOr(value, otherwise) {
    return typeof value === 'string' ? value : otherwise;
}

// EXTERNAL MODULE: ./lib/github/workflow-commands.js
var workflow_commands = __nccwpck_require__(217);
;// CONCATENATED MODULE: ./lib/github/state.js



const NAME = 'guard';
const ACTIONS_AT_MOST = 100;
function saveState(environment, state) {
    const prepared = state.prepared === null
        ? null
        : { ...state.prepared, actions: state.prepared.actions.slice(0, ACTIONS_AT_MOST) };
    (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_STATE', NAME, JSON.stringify({ ...state, prepared }));
}
/** The state; null where pre never got as far as a lease. */
function readState(environment) {
    const found = parseObject(environment[`STATE_${NAME}`] ?? '');
    if (found === null)
        return null;
    const { root, lease, prepared } = found;
    if (typeof root !== 'string' || typeof lease !== 'string' || !isLeaseId(lease))
        return null;
    return { root, lease, prepared: isRecord(prepared) ? readPrepared(prepared) : null };
}
function readPrepared(found) {
    const { targetDirectory, runDirectory, retired, reclaimedBytes, takenOver, actions } = found;
    if (typeof targetDirectory !== 'string' || typeof runDirectory !== 'string')
        return null;
    return {
        targetDirectory,
        runDirectory,
        retired: Number(retired ?? 0),
        reclaimedBytes: Number(reclaimedBytes ?? 0),
        takenOver: takenOver === true,
        actions: Array.isArray(actions) ? actions.filter((each) => typeof each === 'string') : [],
    };
}

// EXTERNAL MODULE: ./lib/report/voice.js
var voice = __nccwpck_require__(944);
;// CONCATENATED MODULE: ./lib/report/summary.js

const LINES_AT_MOST = 30;
/** The job summary, as Markdown. */
function jobSummary(facts) {
    const origin = facts.takenOver ? 'taken over from the runner’s hook' : 'made by this step';
    const rows = [
        ['Target directory', code(facts.targetDirectory)],
        ['Run directory', code(facts.runDirectory)],
        ['Lease', `${code(facts.lease)}, ${origin}`],
        ['Own stale slots retired', String(facts.retired)],
    ];
    const table = rows.map(([name, value]) => `| ${name} | ${value} |`).join('\n');
    return `### target-guard\n\n| | |\n| --- | --- |\n${table}\n${details(facts)}\n`;
}
function details({ actions, dryRun }) {
    if (actions.length === 0)
        return '';
    const shown = actions.slice(0, LINES_AT_MOST).map((line) => `- ${code(line)}`);
    const more = actions.length - shown.length;
    if (more > 0)
        shown.push(`- and ${more} more`);
    const title = dryRun ? 'What a pass would do (dry run)' : 'What the pass did and why';
    return `\n<details><summary>${title}</summary>\n\n${shown.join('\n')}\n\n</details>\n`;
}
/** Text of others as inert Markdown: one line, in a code span that it cannot close. */
function code(text) {
    return `\`${(0,voice/* printable */.g$)(text)
        .replaceAll('`', 'ʼ')
        .replaceAll('|', String.raw `\|`)}\``;
}

;// CONCATENATED MODULE: ./lib/report/actions.js
/** One line for one action of a plan: the same words in explain, dry runs, logs and summaries. */
function describeAction(action) {
    switch (action.kind) {
        case 'retire':
            return `retire ${action.slot}: ${action.reason}`;
        case 'forget':
            return `forget lease ${action.id}: ${action.reason}`;
        case 'discard':
            return `discard ${action.file}: ${action.reason}`;
        case 'keep':
            return `keep (${action.state}) ${action.slot ?? `lease ${action.id}`}: ${action.reason}`;
        case 'adopt':
            return `retire ${action.path}: ${action.reason}`;
        case 'foreign':
            return `leave ${action.path}: ${action.reason}`;
        default:
            return action;
    }
}
/** How an entry of the trash is called: by its former slot where that is known. */
function describeBlocked(entry) {
    const where = `.target-guard/trash/${entry.id}`;
    return entry.slot === null ? where : `${where} (formerly ${entry.slot})`;
}

;// CONCATENATED MODULE: external "node:child_process"
const external_node_child_process_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:child_process");
;// CONCATENATED MODULE: ./lib/host/privilege.js


/**
 * The ways that are set, best first; none for root, who needs none.
 *
 * Each helper gets one fixed command on one path that we chose, never a pattern and never `-R`.
 */
function privilege_helpers(settings) {
    if (process.geteuid?.() === 0)
        return [];
    const { privilegedHelper: wanted, helperImage } = settings;
    const found = [];
    if (wanted === 'sudo' || wanted === 'auto')
        found.push(sudo);
    if (helperImage !== null && (wanted === 'docker' || wanted === 'auto')) {
        found.push(docker(helperImage));
    }
    return found;
}
/** Tries each helper in turn; the outcome of the last where none succeeds. */
function withHelp(ways, use) {
    const failures = [];
    for (const helper of ways) {
        const outcome = use(helper);
        if (outcome.ok)
            return outcome;
        failures.push(`${helper.name}: ${outcome.why}`);
    }
    return { ok: false, why: failures.length === 0 ? 'no helper is set' : failures.join('; ') };
}
/** The error for a slot that cannot be given to the owner that was asked for. */
function cannotGive(path, to, why) {
    return new guard_error/* GuardError */.U$(`${path} cannot be given to ${to.uid}:${to.gid} by uid ${process.geteuid?.() ?? '?'} (${why}).`, 'Three ways out: run the runner as that user or as root; allow its user passwordless sudo for ' +
        'chown, mv and rm; or set helper-image to a local image whose container may do it.');
}
const sudo = {
    name: 'sudo',
    // /proc/PID/fd/N leads to the very directory that is open here, whatever its path says now.
    chown: ({ descriptor }, to) => run('sudo', [
        '-n',
        '--',
        'chown',
        `${to.uid}:${to.gid}`,
        `/proc/${process.pid}/fd/${descriptor}`,
    ]),
    move: (from, to) => run('sudo', ['-n', '--', 'mv', '-n', '-T', '--', from, to]),
    remove: (trash, id) => run('sudo', ['-n', '--', 'rm', '-rf', '--one-file-system', '--', `${trash}/${id}`]),
};
/** The mount is the sandbox: nothing outside it can be reached, whatever links point to. */
function docker(image) {
    const contained = (mount, capabilities, command) => run('docker', [
        'run',
        '--rm',
        '--pull=never',
        '--network=none',
        '--read-only',
        '--user=0:0',
        '--cap-drop=ALL',
        ...capabilities.map((each) => `--cap-add=${each}`),
        '--security-opt=no-new-privileges',
        `--volume=${mount}:/guarded`,
        '--entrypoint=',
        image,
        ...command,
    ]);
    return {
        name: 'docker',
        chown: ({ path }, to) => contained(path, ['CHOWN'], ['chown', '-h', `${to.uid}:${to.gid}`, '/guarded']),
        move: (from, to, root) => contained(root, ['DAC_OVERRIDE', 'FOWNER'], ['mv', '-n', '-T', inside(from, root), inside(to, root)]),
        remove: (trash, id) => contained(trash, ['DAC_OVERRIDE', 'FOWNER'], ['rm', '-rf', `/guarded/${id}`]),
    };
}
function inside(path, root) {
    return `/guarded${path.slice(root.length)}`;
}
function run(command, words) {
    const { status, error, stderr } = (0,external_node_child_process_namespaceObject.spawnSync)(command, words, {
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 120_000,
    });
    if (error !== undefined)
        return { ok: false, why: error.message };
    if (status === 0)
        return { ok: true };
    const said = stderr.trim().split('\n').at(-1) ?? '';
    return { ok: false, why: said === '' ? `it ended with ${status ?? 'a signal'}` : said };
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __nccwpck_require__(24);
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./lib/host/reaper.js



/** What the reaper needs of the environment; no token of the job goes along. */
const KEPT = new Set(['PATH', 'HOME', 'LANG', 'LC_ALL', 'DOCKER_HOST']);
/**
 * Starts the reaper and does not wait for it.
 *
 * It outlives the job: without RUNNER_TRACKING_ID the runner's clean-up passes it over, and with
 * its streams closed the runner does not wait for it. It yields to every build, on disk and CPU.
 *
 * @param script the running entry point, `dist/<entry>/index.js`; the tool lies beside it
 */
function startReaper(root, script, settings) {
    const tool = (0,external_node_path_namespaceObject.resolve)((0,external_node_path_namespaceObject.dirname)((0,external_node_fs_.realpathSync)(script)), '..', 'cli', 'index.js');
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.has(name)));
    const helper = ['--privileged-helper', settings.privilegedHelper];
    if (settings.helperImage !== null)
        helper.push('--helper-image', settings.helperImage);
    const command = [process.execPath, tool, 'reap', '--root', root.path, ...helper];
    // nice and ionice are looked for by the shell: an image may lack one of them.
    const reaper = (0,external_node_child_process_namespaceObject.spawn)('sh', ['-c', YIELDING, 'sh', ...command], {
        cwd: '/',
        detached: true,
        env: environment,
        stdio: 'ignore',
    });
    // Without it the trash waits for the next pass, which starts another.
    reaper.on('error', () => { });
    reaper.unref();
}
// Where the kernel groups processes by session, nice(1) counts within the group alone, and this is a
// session of its own: then the group has to be nice.
const YIELDING = `{ echo 19 >/proc/self/autogroup; } 2>/dev/null
command -v ionice >/dev/null 2>&1 && ionice -c 3 true 2>/dev/null && set -- ionice -c 3 "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
exec "$@"`;

;// CONCATENATED MODULE: ./lib/host/folders.js


/**
 * Directories by descriptor. Node has no openat(2); `/proc/self/fd/N/name` is the same thing: the
 * kernel goes on from the directory that is open, whatever has been put at its former path.
 */
const FOLDER = external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_DIRECTORY | external_node_fs_.constants.O_NOFOLLOW;
/** The path of `name` in an open directory. */
function at(folder, name) {
    return `/proc/self/fd/${folder}/${name}`;
}
/** Opens a directory; ELOOP or ENOTDIR where it is a link or something else. */
function folders_openFolder(path) {
    return (0,external_node_fs_.openSync)(path, FOLDER);
}
/**
 * Walks down from `base` without following any link, and hands over the last directory.
 *
 * @param step called for each component before it is opened, e.g. to make it
 * @throws as openSync does: ENOENT, and ENOTDIR or ELOOP where a link was planted
 */
function within(base, components, work, step = () => { }) {
    let folder = folders_openFolder(base);
    try {
        for (const name of components) {
            step(folder, name);
            const next = folders_openFolder(at(folder, name));
            (0,external_node_fs_.closeSync)(folder);
            folder = next;
        }
        return work(folder);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/** Whether an error of `within` means that a component is not a directory of ours. */
function isDiverted(error) {
    return ['ELOOP', 'ENOTDIR'].includes((0,guard_error/* errnoOf */.UQ)(error));
}
/** Makes a directory; false where it was there already. */
function makeFolder(path) {
    try {
        (0,external_node_fs_.mkdirSync)(path, 0o755);
        return true;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'EEXIST')
            return false;
        throw error;
    }
}
/**
 * Gives a directory that this process has just made to somebody else, through a descriptor.
 *
 * @throws Error where it is not the empty directory of this user that it must be
 */
function giveAway(path, to) {
    const folder = folders_openFolder(path);
    try {
        assertFresh(folder);
        (0,external_node_fs_.fchownSync)(folder, to.uid, to.gid);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
/** Throws where an open directory is not this user's own, or not empty. */
function assertFresh(folder) {
    const isOwn = (0,external_node_fs_.fstatSync)(folder).uid === process.geteuid?.();
    if (!isOwn || (0,external_node_fs_.readdirSync)(`/proc/self/fd/${folder}`).length > 0) {
        throw new Error('the directory that was just made has been replaced by another');
    }
}

;// CONCATENATED MODULE: ./lib/host/mounts.js

/** The mounts that a process sees; throws as readFileSync does. */
function readMounts(pid = 'self') {
    return parseMounts(readMountText(pid));
}
/** The same as the kernel writes it. */
function readMountText(pid) {
    return (0,external_node_fs_.readFileSync)(`/proc/${pid}/mountinfo`, 'utf8');
}
function parseMounts(text) {
    return text
        .split('\n')
        .map(parseMount)
        .filter((mount) => mount !== null);
}
function parseMount(line) {
    const [front, back] = line.split(' - ');
    if (front === undefined || back === undefined)
        return null;
    const [, , device, root, point] = front.split(' ');
    const [type, source] = back.split(' ');
    if (device === undefined || root === undefined || point === undefined)
        return null;
    if (type === undefined || source === undefined)
        return null;
    return { device, root: mounts_unescape(root), point: mounts_unescape(point), type, source: mounts_unescape(source) };
}
/** The kernel writes blank, tab, newline and backslash as three octal digits. */
function mounts_unescape(text) {
    return text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
/** Whether `path` is `ancestor` or lies below it. */
function isAtOrBelow(path, ancestor) {
    return ancestor === '/' || path === ancestor || path.startsWith(`${ancestor}/`);
}
/** The place of a real path (no symlinks) among these mounts; later mounts cover earlier ones. */
function locate(path, mounts) {
    const mount = mounts
        .filter((each) => isAtOrBelow(path, each.point))
        .reduce((best, each) => (best === null || each.point.length >= best.point.length ? each : best), null);
    if (mount === null)
        return null;
    return { mount, path: join(mount.root, relative(path, mount.point)) };
}
/** Mount points at or below a real path. */
function mountsWithin(path, mounts) {
    return mounts.map((each) => each.point).filter((point) => isAtOrBelow(point, path));
}
/** What of `path` remains below `ancestor`, with a leading slash, or ''. */
function relative(path, ancestor) {
    return ancestor === '/' ? (path === '/' ? '' : path) : path.slice(ancestor.length);
}
function join(base, rest) {
    const joined = `${base === '/' ? '' : base}${rest}`;
    return joined === '' ? '/' : joined;
}

;// CONCATENATED MODULE: ./lib/host/small-file.js



/**
 * Files of the root's own folder. Whoever owns the root may have put anything at their names: a link
 * must not lead root elsewhere, and a FIFO must not hold anybody up.
 */
/** Ours are well below 2 MiB; what is larger was not written by us. */
const LARGEST = 4 * 1024 * 1024;
/** The text of a small regular file; null where there is none, or why it could not be read. */
function small_file_readSmallFile(path) {
    let file;
    try {
        file = (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | external_node_fs_.constants.O_NONBLOCK);
    }
    catch (error) {
        return (0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' ? null : { problem: (0,guard_error/* messageOf */.bD)(error) };
    }
    try {
        const stat = (0,external_node_fs_.fstatSync)(file);
        if (!stat.isFile())
            return { problem: 'it is not a regular file' };
        if (stat.size > LARGEST)
            return { problem: `it has ${stat.size} bytes` };
        const buffer = Buffer.alloc(stat.size);
        return buffer.subarray(0, (0,external_node_fs_.readSync)(file, buffer)).toString('utf8');
    }
    catch (error) {
        return { problem: (0,guard_error/* messageOf */.bD)(error) };
    }
    finally {
        (0,external_node_fs_.closeSync)(file);
    }
}
/** The text of a small file, null where there is none or it cannot be read. */
function readTextOrNull(path) {
    const text = small_file_readSmallFile(path);
    return typeof text === 'string' ? text : null;
}
/** What a file is called until it is whole: its name, and an id that nobody can foresee. */
const UNFINISHED = /\.[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Replaces a file, whole and at once. */
function replaceFile(path, text) {
    const temporary = `${path}.${(0,external_node_crypto_.randomUUID)()}`;
    try {
        (0,external_node_fs_.writeFileSync)(temporary, text, { flag: 'wx', mode: 0o644 });
        (0,external_node_fs_.renameSync)(temporary, path);
    }
    catch (error) {
        small_file_removeFile(temporary);
        throw error;
    }
}
/** Removes a file; that it is gone already is fine. */
function small_file_removeFile(path) {
    try {
        (0,external_node_fs_.unlinkSync)(path);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
            throw error;
    }
}
/** Whether a file was last written an hour ago or more, or in the future. */
function isOld(path, nowMs) {
    try {
        return Math.abs(nowMs - (0,external_node_fs_.lstatSync)(path).mtimeMs) > 3_600_000;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/host/root-refusal.js






/** The root’s own folder. */
const root_refusal_CONTROL = '.target-guard';
/** Version of what is in it. */
const FORMAT = 1;
/** File systems on which neither locks nor the boot id mean anything (statfs(2), magic numbers). */
const REFUSED_TYPES = new Map([
    [0x69_69, 'NFS'],
    [0xff_53_4d_42, 'CIFS'],
    [0xfe_53_4d_42, 'SMB2'],
    [0x51_7b, 'SMB'],
    [0x01_02_19_97, '9p'],
    [0x65_73_55_46, 'FUSE'],
    [0x00_c3_64_00, 'Ceph'],
    [0x53_46_41_4f, 'AFS'],
    [0x5a_a5_6f_74, 'Lustre'],
    [0x01_16_19_70, 'GFS2'],
]);
/** The overlay of a container: what is made there lives in the upper layer, and goes with it. */
const OVERLAY = 0x79_4c_76_30;
/** The kernel's number for a file system type is 32 bits wide, whatever sign it comes with. */
function refusedType(type) {
    return REFUSED_TYPES.get(type >>> 0) ?? null;
}
/** Refuses what may never be a root, or cannot be looked at; only looks. */
function root_refusal_refuse(path, precious) {
    try {
        refuseUnfit(path, precious);
    }
    catch (error) {
        if (error instanceof guard_error/* GuardError */.U$)
            throw error;
        throw new guard_error/* GuardError */.U$(`The root ${path} cannot be looked at (${(0,guard_error/* messageOf */.bD)(error)}).`, 'Let the runner’s user read it, or set root to another directory.', { usage: true, cause: error });
    }
}
function refuseUnfit(path, precious) {
    const because = (why, next) => new guard_error/* GuardError */.U$(`The root ${path} is refused: ${why}.`, next, { usage: true });
    const own = 'Set root to a directory of its own, such as /mnt/targets.';
    if (path.split('/').includes('..'))
        throw because('it contains “..”', own);
    const kind = root_refusal_kindOf(path);
    if (kind === 'link')
        throw because('it is a symbolic link', `Set root to ${resolved(path)}.`);
    if (kind === 'other')
        throw because('it is not a directory', own);
    const real = kind === 'absent' ? path : (0,external_node_fs_.realpathSync)(path);
    if (real === '/')
        throw because('it is the root of the file system', own);
    for (const [name, place] of [
        ['the home directory', precious.home],
        ['the workspace', precious.workspace],
    ]) {
        if (place === null || place === '')
            continue;
        if (isAtOrBelow(resolved(place), real)) {
            throw because(`it is ${name} (${place}) or contains it`, own);
        }
    }
    const type = refusedType((0,external_node_fs_.statfsSync)(nearestExisting(path)).type);
    if (type !== null) {
        throw because(`it lies on ${type}, where neither locks nor process evidence can be trusted`, 'Set root to a directory on a local disk.');
    }
    if (kind === 'directory')
        refuseForeign(path, because);
}
function refuseForeign(path, because) {
    const entries = (0,external_node_fs_.readdirSync)(path).filter((name) => name !== 'lost+found');
    if (entries.length === 0 || root_refusal_readMarker(path) !== null)
        return;
    // Another runner may be adopting the same empty directory at this moment.
    if (entries.length === 1 && entries[0] === root_refusal_CONTROL)
        return;
    throw because(`it is not empty and holds no ${root_refusal_CONTROL}/root.json, so what lies in it is not ours`, 'Set root to an empty or a new directory.');
}
function root_refusal_kindOf(path) {
    try {
        const found = (0,external_node_fs_.lstatSync)(path);
        if (found.isSymbolicLink())
            return 'link';
        return found.isDirectory() ? 'directory' : 'other';
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return 'absent';
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOTDIR')
            return 'other';
        throw error;
    }
}
/** The path without links where it exists, else as it is. */
function resolved(path) {
    try {
        return (0,external_node_fs_.realpathSync)(path);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return path;
        throw error;
    }
}
/** The path itself, or the nearest directory above it that exists. */
function nearestExisting(path) {
    let near = path;
    while (near !== '/' && root_refusal_kindOf(near) === 'absent')
        near = (0,external_node_path_namespaceObject.dirname)(near);
    return near;
}
/** The id in root.json, null where there is none that we wrote. */
function root_refusal_readMarker(path) {
    if (root_refusal_kindOf(`${path}/${root_refusal_CONTROL}`) === 'link') {
        throw new guard_error/* GuardError */.U$(`${path}/${root_refusal_CONTROL} is a symbolic link.`, 'It must be a directory of the root itself; remove it, or set root to another directory.', { usage: true });
    }
    const text = small_file_readSmallFile(`${path}/${root_refusal_CONTROL}/root.json`);
    if (text === null)
        return null;
    const marker = typeof text === 'string' ? parseObject(text) : null;
    if (marker === null || typeof marker['id'] !== 'string') {
        throw new guard_error/* GuardError */.U$(`${path}/${root_refusal_CONTROL}/root.json is damaged.`, 'Nothing below it will be touched. Restore the file, or set root to another directory.', { usage: true });
    }
    if (marker['version'] !== FORMAT) {
        throw new guard_error/* GuardError */.U$(`The root ${path} has format version ${JSON.stringify(marker['version'])}, not ${FORMAT}.`, 'Use the version of target-guard that made it, or another root.', { usage: true });
    }
    return marker['id'];
}

;// CONCATENATED MODULE: ./lib/host/root.js






/** The path by which to use something in the root's own folder, `<root>/.target-guard/…`. */
function controlPath(root, ...parts) {
    const { control, leases, trash } = root.folders;
    const [first, ...rest] = parts;
    if (first === 'leases' || first === 'trash') {
        return ['/proc/self/fd', first === 'leases' ? leases : trash, ...rest].join('/');
    }
    return ['/proc/self/fd', control, ...parts].join('/');
}
/** The same as others know it: for messages, and for programs that run as somebody else. */
function controlName(root, ...parts) {
    return [root.path, root_refusal_CONTROL, ...parts].join('/');
}
/**
 * Opens the root, or makes it where the directory is absent or empty.
 *
 * @throws GuardError where the path may not be a root; nothing has been touched then
 */
function openRoot(path, precious) {
    root_refusal_refuse(path, precious);
    try {
        (0,external_node_fs_.mkdirSync)(path, { recursive: true });
        root_makeFolder(`${path}/${root_refusal_CONTROL}`);
        const control = folders_openFolder(`${path}/${root_refusal_CONTROL}`);
        if (root_refusal_readMarker(path) === null)
            adopt(control);
        for (const name of FOLDERS)
            root_makeFolder(at(control, name));
        makeLock(control);
        return describe(path, control);
    }
    catch (error) {
        if (error instanceof guard_error/* GuardError */.U$)
            throw error;
        throw new guard_error/* GuardError */.U$(`The root ${path} cannot be set up (${(0,guard_error/* messageOf */.bD)(error)}).`, 'Make a directory that the runner’s user owns, or set root to one.', { cause: error });
    }
}
/**
 * Opens a root that is already there, and writes nothing.
 *
 * @returns null where there is none yet
 */
function findRoot(path, precious) {
    refuse(path, precious);
    if (kindOf(path) === 'absent' || readMarker(path) === null)
        return null;
    try {
        return describe(path, openFolder(`${path}/${CONTROL}`));
    }
    catch (error) {
        throw new GuardError(`The root ${path} is not whole (${messageOf(error)}).`, `Its ${CONTROL} holds the directories leases and trash; the next job or sweep makes what is absent.`, { usage: true, cause: error });
    }
}
/** The root as it is, with its folders held open. */
function describe(path, control) {
    const { uid, gid } = (0,external_node_fs_.lstatSync)(path);
    const folders = {
        control,
        leases: folders_openFolder(at(control, 'leases')),
        trash: folders_openFolder(at(control, 'trash')),
    };
    return { path, realPath: (0,external_node_fs_.realpathSync)(path), id: root_refusal_readMarker(path) ?? '', uid, gid, folders };
}
/** Writes root.json: whole or not at all, and of several at the same moment the first wins. */
function adopt(control) {
    const temporary = at(control, `root.json.${(0,external_node_crypto_.randomUUID)()}`);
    const text = `${JSON.stringify({ version: FORMAT, id: (0,external_node_crypto_.randomUUID)() })}\n`;
    (0,external_node_fs_.writeFileSync)(temporary, text, { flag: 'wx', mode: 0o644 });
    try {
        (0,external_node_fs_.linkSync)(temporary, at(control, 'root.json'));
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EEXIST')
            throw error;
    }
    finally {
        (0,external_node_fs_.unlinkSync)(temporary);
    }
}
/** What belongs to every root; what is there already is left alone. */
const FOLDERS = ['leases', 'trash'];
function makeLock(control) {
    try {
        (0,external_node_fs_.closeSync)((0,external_node_fs_.openSync)(at(control, 'host.lock'), 'wx', 0o644));
    }
    catch (error) {
        // It is there, or cannot be made: the lock is a courtesy, and its absence only costs speed.
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'EEXIST')
            return;
    }
}
/**
 * Gives a folder that root has just made in another user's root (a step in a job container) to that
 * user, whose runner outside could write nothing in it otherwise. Another job may use it already, so it
 * need not be empty; nothing but a directory of root's beside it could have been put in its place.
 */
function giveToOwner(path) {
    const { uid, gid } = (0,external_node_fs_.statSync)((0,external_node_path_namespaceObject.dirname)(path));
    if (process.geteuid?.() !== 0 || uid === 0)
        return;
    const folder = folders_openFolder(path);
    try {
        if ((0,external_node_fs_.fstatSync)(folder).uid === 0)
            (0,external_node_fs_.fchownSync)(folder, uid, gid);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
}
function root_makeFolder(path) {
    try {
        (0,external_node_fs_.mkdirSync)(path, 0o755);
        giveToOwner(path);
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EEXIST')
            throw error;
    }
    if (!(0,external_node_fs_.lstatSync)(path).isDirectory()) {
        throw new guard_error/* GuardError */.U$(`${path} is not a directory.`, 'Remove what lies there.');
    }
}

;// CONCATENATED MODULE: ./lib/host/boot.js



/** The kernel's boot id: the same in every container of the host, another after each start. */
function readBootId() {
    return readProc('/proc/sys/kernel/random/boot_id');
}
/** Seconds since boot, which no clock change touches. */
function readUptime() {
    return Number(readProc('/proc/uptime').split(' ')[0]);
}
/** This process's pid namespace, e.g. `pid:[4026531836]`. */
function readPidNamespace() {
    try {
        return (0,external_node_fs_.readlinkSync)('/proc/self/ns/pid');
    }
    catch (error) {
        throw new guard_error/* GuardError */.U$(`The pid namespace cannot be read (${(0,guard_error/* messageOf */.bD)(error)}).`, 'target-guard needs Linux with /proc mounted.', { cause: error });
    }
}
/** All clocks, read together. */
function readMoment() {
    return { bootId: readBootId(), uptimeS: readUptime(), wallMs: Date.now() };
}
function readProc(path) {
    try {
        return (0,external_node_fs_.readFileSync)(path, 'utf8').trim();
    }
    catch (error) {
        throw new guard_error/* GuardError */.U$(`${path} cannot be read (${(0,guard_error/* messageOf */.bD)(error)}).`, 'target-guard needs Linux with /proc mounted.', { cause: error });
    }
}

;// CONCATENATED MODULE: ./lib/host/processes.js


/**
 * Reads /proc/PID/stat.
 *
 * @returns 'gone' where there is no such process, 'hidden' where /proc will not tell (hidepid)
 */
function readProcess(pid) {
    try {
        return parseStat(pid, (0,external_node_fs_.readFileSync)(`/proc/${pid}/stat`, 'utf8')) ?? 'hidden';
    }
    catch (error) {
        const code = (0,guard_error/* errnoOf */.UQ)(error);
        if (code === 'ESRCH')
            return 'gone';
        // With hidepid=2 the folder of another user's process is not there; a signal still finds it.
        return code === 'ENOENT' && !isThere(pid) ? 'gone' : 'hidden';
    }
}
/** Whether the kernel knows a process by this number; EPERM means that it does. */
function isThere(pid) {
    try {
        process.kill(pid, 0);
        return true;
    }
    catch (error) {
        return (0,guard_error/* errnoOf */.UQ)(error) !== 'ESRCH';
    }
}
/** Fields are counted after the last `)`: a command's name may hold blanks and brackets. */
function parseStat(pid, text) {
    const opening = text.indexOf('(');
    const closing = text.lastIndexOf(')');
    if (opening < 0 || closing < opening)
        return null;
    const fields = text
        .slice(closing + 1)
        .trim()
        .split(' ');
    const [state, parent] = fields;
    const start = fields[19];
    if (state === undefined || parent === undefined || start === undefined)
        return null;
    const known = { parent: Number(parent), start: Number(start) };
    if (!Number.isInteger(known.parent) || !Number.isInteger(known.start))
        return null;
    return { pid, command: text.slice(opening + 1, closing), state, ...known };
}
/** How a recorded process is found now; a zombie has ended. */
function stateOf(recorded) {
    const found = readProcess(recorded.pid);
    if (found === 'gone' || found === 'hidden')
        return found;
    if (found.start !== recorded.start)
        return 'replaced';
    return found.state === 'Z' || found.state === 'X' ? 'gone' : 'alive';
}
/** Lives exactly as long as its job. */
const WORKER = 'Runner.Worker';
/** What only passes a command on may end before the job does, and is no evidence of it. */
const PASSING_ON = new Set(('sh bash dash ash zsh ksh fish busybox timeout nice ionice env setsid sudo su runuser gosu ' +
    'su-exec xargs make npm npx sshd tini dumb-init docker-init').split(' '));
/**
 * The runner process that this one works for: the nearest ancestor that is GitHub's Worker; with
 * other runners (act, Gitea's) the one that started this command, past shells and the like.
 *
 * There is none in a job container, or under a shell alone.
 */
function findWorker(from = process.ppid) {
    let starter = null;
    let pid = from;
    for (let depth = 0; depth < 64 && pid > 1; depth += 1) {
        const found = readProcess(pid);
        if (found === 'gone' || found === 'hidden')
            break;
        const key = { pid: found.pid, start: found.start };
        if (found.command === WORKER)
            return { worker: key, isGithubs: true };
        if (starter === null && !PASSING_ON.has(found.command))
            starter = key;
        pid = found.parent;
    }
    return { worker: starter, isGithubs: false };
}
/** The numbers of all processes that /proc shows; throws as readdirSync does. */
function listProcesses() {
    return (0,external_node_fs_.readdirSync)('/proc')
        .filter((name) => /^[0-9]+$/.test(name))
        .map(Number);
}
/** The pid namespace of the host itself: its number is fixed in the kernel (proc_ns.h). */
const HOST_PID_NAMESPACE = 'pid:[4026531836]';
/**
 * Whether a pid namespace has come to its end, and with it every process that was ever in it.
 *
 * Only root in the host's own namespace sees all processes; for anybody else the answer is no. A
 * number that is in use again counts as the old namespace, and keeps what belongs to it.
 */
function isNamespaceGone(namespace) {
    if (process.geteuid?.() !== 0)
        return false;
    if (readNamespace('self') !== HOST_PID_NAMESPACE)
        return false;
    return listProcesses().every((pid) => {
        // The first process is of this very namespace; some sandboxes let nobody look at it.
        if (pid === 1)
            return true;
        const found = readNamespace(pid);
        return found === 'gone' || (found !== 'hidden' && found !== namespace);
    });
}
function readNamespace(pid) {
    try {
        return (0,external_node_fs_.readlinkSync)(`/proc/${pid}/ns/pid`);
    }
    catch (error) {
        return ['ENOENT', 'ESRCH'].includes((0,guard_error/* errnoOf */.UQ)(error)) ? 'gone' : 'hidden';
    }
}

;// CONCATENATED MODULE: ./lib/host/runner.js








/** Who this process works for; read from its environment, /proc and its mounts. */
function observeOwner(environment) {
    const name = environment['RUNNER_NAME'] ?? '';
    const { worker, isGithubs } = findWorker();
    return {
        runner: { name: name === '' ? (0,external_node_os_namespaceObject.hostname)() : name, key: runnerKey(environment, name) },
        bootId: readBootId(),
        pidNamespace: readPidNamespace(),
        worker,
        container: readContainerId(),
        singleJob: isGithubs || workFolder(environment) === JOB_CONTAINER_WORK_FOLDER,
    };
}
/** Where GitHub's runner mounts its work folder in every job container. */
const JOB_CONTAINER_WORK_FOLDER = '/__w';
/**
 * Which runner of this host it is: from its work folder and its name.
 *
 * The work folder counts by its place in its file system, so a step in a job container, where it is
 * called `/__w`, gets the same key as the runner's hook outside. A name alone would not do: two
 * runners of two organisations may share one.
 */
function runnerKey(environment, name) {
    return sha256(`${placeOf(workFolder(environment))}\n${name}`);
}
/** `_work`: the parent of RUNNER_WORKSPACE and of RUNNER_TEMP. */
function workFolder(environment) {
    const inside = [
        environment['RUNNER_WORKSPACE'],
        environment['RUNNER_TEMP'],
        environment['GITHUB_WORKSPACE'],
    ].find((path) => path?.startsWith('/') === true);
    return inside === undefined ? null : (0,external_node_path_namespaceObject.dirname)(inside);
}
function placeOf(folder) {
    if (folder === null)
        return `user ${(0,external_node_os_namespaceObject.userInfo)().uid}`;
    try {
        const place = locate((0,external_node_fs_.realpathSync)(folder), readMounts());
        if (place === null)
            return folder;
        const { source, device } = place.mount;
        // A name such as `overlay` or `tmpfs` stands for many; the device number tells them apart.
        return `${source.startsWith('/') ? source : device}:${place.path}`;
    }
    catch (error) {
        // The work folder is not there: its path is the best name for it.
        return `${folder} (${(0,guard_error/* messageOf */.bD)(error)})`;
    }
}
/** What the engine mounts into every container from that container's own folder. */
const OF_CONTAINER = new Set(['/etc/hostname', '/etc/hosts', '/etc/resolv.conf']);
/**
 * The id of the container this process runs in, as docker writes it into its mounts; other mounts
 * may name other containers, since on the host those with a shareable IPC namespace have one there.
 */
function readContainerId() {
    const own = readMounts().filter(({ point }) => OF_CONTAINER.has(point));
    const ids = own.map(({ root }) => /\/([0-9a-f]{64})\//.exec(root)?.[1]);
    const id = ids.find((each) => each !== undefined);
    if (id !== undefined)
        return id;
    return (0,external_node_fs_.existsSync)('/.dockerenv') ? (0,external_node_os_namespaceObject.hostname)() : null;
}

;// CONCATENATED MODULE: ./lib/host/trash.js







/** The path by which to use an entry of the trash, or the trash itself. */
function trashPath(root, name = '') {
    return name === '' ? controlPath(root, 'trash') : controlPath(root, 'trash', name);
}
/**
 * Takes a slot out of service: one rename, which no link on the way can lead astray.
 *
 * @returns false where somebody else was faster
 * @throws as renameSync does: EACCES or EPERM where the slot is another user's, ENOSPC, EXDEV, …
 */
function moveToTrash(root, slot, id) {
    const parents = slot.split('/');
    const name = parents.pop() ?? '';
    try {
        return within(root.path, parents, (folder) => {
            (0,external_node_fs_.renameSync)(at(folder, name), trashPath(root, id));
            return true;
        });
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/** What is in the trash, with what is known of each entry. */
function listTrash(root) {
    const names = new Set((0,external_node_fs_.readdirSync)(trashPath(root)));
    const ids = new Set([...names].filter(isLeaseId));
    removeNotes(root, names, ids);
    return [...ids].map((id) => ({
        id,
        quarantine: names.has(`${id}.quarantine`) ? readQuarantine(root, id) : null,
        slot: readFormerSlot(root, id),
    }));
}
/** Whether a reaper has work: what is in quarantine already waits for a sweep, or a person. */
function hasTrash(root) {
    const names = new Set((0,external_node_fs_.readdirSync)(trashPath(root)));
    return [...names].some((name) => isLeaseId(name) && !names.has(`${name}.quarantine`));
}
/** A note outlives its entry when a reaper is killed between the two. */
function removeNotes(root, names, ids) {
    for (const name of names) {
        const id = name.slice(0, name.indexOf('.'));
        if (isLeaseId(id) && !ids.has(id) && !isInTrash(root, id))
            small_file_removeFile(trashPath(root, name));
    }
}
function isInTrash(root, id) {
    try {
        (0,external_node_fs_.lstatSync)(trashPath(root, id));
        return true;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/** Removes what was noted of an entry that is gone. */
function forgetEntry(root, id) {
    for (const ending of ['lease', 'quarantine'])
        small_file_removeFile(trashPath(root, `${id}.${ending}`));
}
/** Notes that an entry cannot be deleted; the first time stays. */
function quarantine(root, id, found) {
    const since = readQuarantine(root, id)?.since ?? Date.now();
    const noted = { ...found, since };
    replaceFile(trashPath(root, `${id}.quarantine`), `${JSON.stringify(noted)}\n`);
    return noted;
}
function readQuarantine(root, id) {
    const noted = readNote(root, `${id}.quarantine`);
    if (noted === null)
        return null;
    const { reason, command, since } = noted;
    return {
        reason: typeof reason === 'string' ? reason : 'it could not be deleted',
        command: typeof command === 'string' ? command : '',
        since: typeof since === 'number' ? since : 0,
    };
}
function readFormerSlot(root, id) {
    const slot = readNote(root, `${id}.lease`)?.['slot'];
    return typeof slot === 'string' ? slot : null;
}
function readNote(root, name) {
    const text = readTextOrNull(trashPath(root, name));
    return text === null ? null : parseObject(text);
}

;// CONCATENATED MODULE: ./lib/host/users.js



/**
 * Who a slot shall belong to.
 *
 * By default that is the runner's user: this process's own, or, where this process is root, the one
 * who owns the root directory. A step that runs as root in a job container so makes slots that
 * the runner outside can take out of service again.
 */
function resolveOwner(setting, root) {
    const own = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
    if (setting === null)
        return own.uid === 0 ? { uid: root.uid, gid: root.gid } : own;
    return resolveSetting(setting);
}
/**
 * Turns names into numbers by getent(1), which asks whatever directory service the host has.
 *
 * @throws GuardError where there is no such user or group
 */
function resolveSetting(setting) {
    const user = isNumber(setting.user) ? null : lookUp('passwd', setting.user);
    const uid = user === null ? Number(setting.user) : user.id;
    if (setting.group !== null) {
        const gid = isNumber(setting.group) ? Number(setting.group) : lookUp('group', setting.group).id;
        return { uid, gid };
    }
    // Without a group: the user's own, as chown(1) does with `user:`; an unknown uid's is its number.
    return { uid, gid: (user ?? find('passwd', setting.user))?.group ?? uid };
}
function isNumber(text) {
    return /^[0-9]+$/.test(text);
}
function lookUp(database, name) {
    const entry = find(database, name);
    if (entry !== null)
        return entry;
    throw new guard_error/* GuardError */.U$(`The input owner names ${database === 'passwd' ? 'the user' : 'the group'} ${quote(name)}, which this host does not know.`, 'Use a name from its user database, or numbers such as 1000:1000.', { usage: true });
}
function find(database, name) {
    const { stdout, status } = (0,external_node_child_process_namespaceObject.spawnSync)('getent', [database, '--', name], { encoding: 'utf8' });
    if (status !== 0)
        return null;
    const [, , id, group] = stdout.trim().split(':');
    return id === undefined ? null : { id: Number(id), group: Number(group) };
}

;// CONCATENATED MODULE: ./lib/github/job.js





/** A payload is at most 25 MB at GitHub; more was not written by the runner. */
const PAYLOAD_AT_MOST = 32 * 1024 * 1024;
/**
 * The job that this process works for, from the runner's variables and the event's payload.
 *
 * Both may be anybody's words: what becomes part of a path is checked, never cleaned up.
 *
 * @param leg the matrix as JSON, '' or `null` without one
 * @throws GuardError where a variable is missing or has another form
 */
function readJob(environment, leg) {
    const read = (name) => environment[name] ?? '';
    const [owner = '', repository = '', ...rest] = read('GITHUB_REPOSITORY').split('/');
    if (!isOwner(owner) || !isRepositoryName(repository) || rest.length > 0) {
        throw unfit('GITHUB_REPOSITORY', read('GITHUB_REPOSITORY'), 'owner/name');
    }
    const runId = read('GITHUB_RUN_ID');
    if (!isRunId(runId))
        throw unfit('GITHUB_RUN_ID', runId, 'a number of at most 20 digits');
    const attempt = read('GITHUB_RUN_ATTEMPT') === '' ? '1' : read('GITHUB_RUN_ATTEMPT');
    if (!isAttempt(attempt))
        throw unfit('GITHUB_RUN_ATTEMPT', attempt, 'a number from 1');
    const payload = readPayload(read('GITHUB_EVENT_PATH'));
    const ref = read('GITHUB_REF');
    return {
        owner,
        repository,
        prKey: prKey({
            eventName: read('GITHUB_EVENT_NAME'),
            ref,
            pullRequestNumber: pullRequestNumber(payload),
        }),
        runId,
        attempt: Number(attempt),
        job: read('GITHUB_JOB') === '' ? 'job' : read('GITHUB_JOB'),
        leg: ['', 'null', '{}'].includes(leg.trim()) ? '' : sha256(leg).slice(0, 12),
        trusted: read('GITHUB_EVENT_NAME') === 'push' && ref === `refs/heads/${defaultBranch(payload) ?? ''}`,
    };
}
function unfit(name, value, allowed) {
    return new guard_error/* GuardError */.U$(`${name} is ${quote(value)}.`, `It must be ${allowed}; the runner sets it in every job.`, { usage: true });
}
/** The payload, or an empty one: the ref alone then decides. */
function readPayload(path) {
    if (path === '')
        return {};
    try {
        const { size } = (0,external_node_fs_.statSync)(path);
        if (size > PAYLOAD_AT_MOST)
            return {};
        return parseObject((0,external_node_fs_.readFileSync)(path, 'utf8')) ?? {};
    }
    catch {
        // No payload is a defined case: for merged and forked pull requests the runner may have none.
        return {};
    }
}
function pullRequestNumber(payload) {
    const { pull_request: pullRequest, number } = payload;
    const found = isRecord(pullRequest) ? pullRequest['number'] : number;
    return typeof found === 'number' ? found : null;
}
function defaultBranch(payload) {
    const { repository } = payload;
    const branch = isRecord(repository) ? repository['default_branch'] : null;
    return typeof branch === 'string' && branch !== '' ? branch : null;
}

;// CONCATENATED MODULE: ./lib/report/heartbeat.js

/** Reads a heartbeat; null where there is none that can be understood. */
function parseHeartbeat(text) {
    if (text === null)
        return null;
    const found = parseObject(text);
    if (found === null || typeof found['completedAt'] !== 'number')
        return null;
    const list = (name) => (Array.isArray(found[name]) ? found[name] : []);
    return {
        version: 1,
        completedAt: found['completedAt'],
        scope: found['scope'] === 'host' ? 'host' : 'own',
        by: textOf(found['by']),
        seconds: typeof found['seconds'] === 'number' ? found['seconds'] : 0,
        retired: list('retired').filter((each) => typeof each === 'string'),
        kept: list('kept')
            .filter(isRecord)
            .map((each) => ({
            path: textOf(each['path']),
            state: textOf(each['state']),
            reason: textOf(each['reason']),
        })),
        blocked: list('blocked')
            .filter(isRecord)
            .map((each) => ({
            id: textOf(each['id']),
            path: textOf(each['path']),
            reason: textOf(each['reason']),
            since: typeof each['since'] === 'number' ? each['since'] : 0,
        })),
        foreign: list('foreign')
            .filter(isRecord)
            .map((each) => ({
            path: textOf(each['path']),
            reason: textOf(each['reason']),
        })),
        reclaimedBytes: typeof found['reclaimedBytes'] === 'number' ? found['reclaimedBytes'] : 0,
        lock: null,
        errors: list('errors').filter((each) => typeof each === 'string'),
    };
}
function textOf(value) {
    return typeof value === 'string' ? value : '';
}
function encodeHeartbeat(heartbeat) {
    return `${JSON.stringify(heartbeat)}\n`;
}
const OVERDUE_MS = 48 * 3_600_000;
const BLOCKED_MS = 24 * 3_600_000;
/**
 * What every job must be told of the host's maintenance, in words; empty when all is well.
 *
 * @param foundedAt when the root was made, milliseconds since the epoch
 */
function maintenanceWarnings(heartbeat, foundedAt, wallMs) {
    const warnings = [];
    const since = heartbeat?.completedAt ?? foundedAt;
    if (wallMs - since > OVERDUE_MS) {
        warnings.push(`No pass has been completed on this host for ${inHours(wallMs - since)} h. ` +
            'Run “target-guard sweep” there, and “target-guard doctor” to see why.');
    }
    for (const each of heartbeat?.blocked ?? []) {
        if (wallMs - each.since <= BLOCKED_MS)
            continue;
        warnings.push(`${each.path} has been blocked for ${inHours(wallMs - each.since)} h: ${each.reason}`);
    }
    return warnings;
}
function inHours(milliseconds) {
    return Math.round(milliseconds / 3_600_000);
}

;// CONCATENATED MODULE: ./lib/host/heartbeat-file.js



/** The text of the last heartbeat, null where there is none. */
function readHeartbeatText(root) {
    return readTextOrNull(controlPath(root, 'heartbeat.json'));
}
/** Replaces the heartbeat, whole and at once; throws as the file system does. */
function writeHeartbeatText(root, text) {
    replaceFile(controlPath(root, 'heartbeat.json'), text);
}
/** When the root was made, by the time of its marker: milliseconds since the epoch. */
function readFoundedAt(root) {
    return (0,external_node_fs_.lstatSync)(controlPath(root, 'root.json')).mtimeMs;
}

;// CONCATENATED MODULE: ./lib/host/leases.js






const LIVE = '.json';
const ENDED = '.ended';
/** What is learned of a lease after it was written, each in a file of its own. */
const COMPANIONS = ['.end', '.taken', '.blocked'];
function leasePath(root, name) {
    return controlPath(root, 'leases', name);
}
/**
 * Writes a lease, once and whole: a name of its own, then one rename.
 *
 * It is not flushed to the disk: only a power loss could undo it, and then its boot is over, which
 * the id in its name still tells.
 */
function writeLease(root, lease) {
    const temporary = leasePath(root, `.${lease.id}.tmp`);
    try {
        (0,external_node_fs_.writeFileSync)(temporary, encodeLease(lease), { flag: 'wx', mode: 0o644 });
        (0,external_node_fs_.renameSync)(temporary, leasePath(root, `${lease.id}${LIVE}`));
    }
    catch (error) {
        small_file_removeFile(temporary);
        throw error;
    }
}
/**
 * Ends a live lease; only its own job does that.
 *
 * @returns false where it was not live: ended already, or never written
 */
function endLease(root, id, end) {
    // A second end must not overwrite the first, nor leave its record where the lease is gone.
    if (readSmallFile(leasePath(root, `${id}${LIVE}`)) === null)
        return false;
    try {
        // Left by an end that was cut short, if it is there.
        removeFile(leasePath(root, `${id}.end`));
        writeFileSync(leasePath(root, `${id}.end`), encodeEnd(end), { flag: 'wx', mode: 0o644 });
    }
    catch {
        // A full disk: the lease ends all the same, by a rename that needs no space; without its end
        // record it counts as expired, and is not inherited.
    }
    try {
        renameSync(leasePath(root, `${id}${LIVE}`), leasePath(root, `${id}${ENDED}`));
        return true;
    }
    catch (error) {
        if (errnoOf(error) === 'ENOENT')
            return false;
        throw error;
    }
}
/** Marks a hook's lease as taken by a step; false where another step was first. */
function takeLease(root, id) {
    try {
        (0,external_node_fs_.writeFileSync)(leasePath(root, `${id}.taken`), '', { flag: 'wx', mode: 0o644 });
        return true;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'EEXIST')
            return false;
        throw error;
    }
}
/**
 * Since when a lease's slot has been kept from going: noted at the first time, in a file of its own,
 * which goes with the lease.
 *
 * @returns milliseconds since the epoch
 */
function blockedSince(root, id, nowMs) {
    const path = leasePath(root, `${id}.blocked`);
    try {
        (0,external_node_fs_.writeFileSync)(path, String(nowMs), { flag: 'wx', mode: 0o644 });
        return nowMs;
    }
    catch {
        // Noted before; or not to be noted on this disk, and then the next pass tries again.
        const noted = Number(small_file_readSmallFile(path));
        return Number.isFinite(noted) && noted > 0 ? noted : nowMs;
    }
}
/**
 * Reads leases.
 *
 * @param prefix only ids that begin with it; '' for all
 * @param nowMs the wall clock: an unfinished file of others is left alone for an hour. Taking one
 *   away early harms nobody: its writer notices, and fails before there is a slot.
 */
function readLeases(root, prefix, nowMs) {
    const names = (0,external_node_fs_.readdirSync)(controlPath(root, 'leases'));
    const records = new Map();
    const leftovers = [];
    const withLease = new Set();
    const companions = [];
    for (const name of names) {
        const dot = name.indexOf('.', 1);
        const id = name.startsWith('.') ? name.slice(1, dot) : name.slice(0, dot);
        if (!isLeaseId(id) || !id.startsWith(prefix))
            continue;
        const ending = name.slice(dot);
        if (name.startsWith('.')) {
            if (prefix !== '' || isOld(leasePath(root, name), nowMs))
                leftovers.push(name);
        }
        else if (ending === LIVE || ending === ENDED) {
            withLease.add(id);
            const record = readLease(root, id, ending === ENDED ? 'ended' : 'live');
            // Seen under both names, it ended while the folder was being read.
            if (record !== null && (ending === ENDED || !records.has(id)))
                records.set(id, record);
        }
        else
            companions.push({ id, name });
    }
    for (const { id, name } of companions) {
        if (!withLease.has(id) && isOld(leasePath(root, name), nowMs))
            leftovers.push(name);
    }
    return { records: [...records.values()], leftovers };
}
/** Reads one lease by its id, whatever its state; null where there is none. */
function findLease(root, id) {
    return readLease(root, id, 'live') ?? readLease(root, id, 'ended');
}
function readLease(root, id, state) {
    const text = small_file_readSmallFile(leasePath(root, `${id}${state === 'live' ? LIVE : ENDED}`));
    if (text === null)
        return null;
    const parsed = typeof text === 'string' ? parseLease(text, id) : text.problem;
    const lease = typeof parsed === 'string' ? null : parsed;
    const end = state === 'ended' ? small_file_readSmallFile(leasePath(root, `${id}.end`)) : null;
    return {
        id,
        state,
        lease,
        problem: typeof parsed === 'string' ? parsed : null,
        end: typeof end === 'string' ? parseEnd(end) : null,
        slot: lease?.slot ?? null,
    };
}
/**
 * Takes the lease of a retired slot out of the folder: beside the slot in the trash, where it tells
 * whose it was until the slot is gone, or away altogether where there is no room for that.
 */
function dropLease(root, id, keepInTrash) {
    for (const ending of [LIVE, ENDED]) {
        const path = leasePath(root, `${id}${ending}`);
        if (!keepInTrash || !moveFile(path, controlPath(root, 'trash', `${id}.lease`)))
            small_file_removeFile(path);
    }
    for (const ending of COMPANIONS)
        small_file_removeFile(leasePath(root, `${id}${ending}`));
}
/** Moves a file where there is one; false where there is no room for it. */
function moveFile(from, to) {
    try {
        (0,external_node_fs_.renameSync)(from, to);
        return true;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOSPC')
            return false;
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return true;
        throw error;
    }
}

;// CONCATENATED MODULE: ./lib/host/slots.js




/** Each takes microseconds; as many, for a host on which many passes end at the same moment. */
const ATTEMPTS = 1000;
/**
 * Makes a slot that did not exist before, and the directories above it.
 *
 * Another job's pass may remove a parent that is empty for a moment; then the way is walked again.
 *
 * @param slot relative to the root
 * @param chown called for the slot, and by root for the run dir (when it is new), while they are empty
 * @throws Error with EEXIST where the slot is there already
 */
function makeSlot(root, slot, chown) {
    const parents = slot.split('/');
    const name = parents.pop() ?? '';
    for (let attempt = 1;; attempt += 1) {
        try {
            within(root.path, parents, (folder) => {
                const path = at(folder, name);
                if (!makeFolder(path))
                    throw Object.assign(new Error(`${slot} exists`), { code: 'EEXIST' });
                chown(path, slot);
            }, makeParent(root, parents.at(-1) ?? '', chown));
            return;
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT' || attempt === ATTEMPTS)
                throw error;
        }
    }
}
function makeParent(root, runDirectory, chown) {
    return (folder, name) => {
        const path = at(folder, name);
        if (!makeFolder(path))
            return;
        // Only root can go on making slots in a run dir that is another's, and moving them out of it.
        if (process.geteuid?.() !== 0)
            return;
        if (name === runDirectory)
            chown(path, name);
        // What root makes in another user's root (a step in a job container) is given to that user.
        else if (root.uid !== 0)
            giveAway(path, root);
    };
}
/** Whether a slot lies at its path: `diverted` where a link or a file stands on the way. */
function findSlot(root, slot) {
    const parents = slot.split('/');
    const name = parents.pop() ?? '';
    try {
        return within(root.path, parents, (folder) => {
            (0,external_node_fs_.lstatSync)(at(folder, name));
            return 'present';
        });
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
            return 'missing';
        if (isDiverted(error))
            return 'diverted';
        throw error;
    }
}
/** Removes the directories above a slot, from the inside out, as far as they are empty. */
function removeEmptyParents(root, slot) {
    const parts = slot.split('/');
    for (let depth = SLOT_DEPTH - 1; depth > 0; depth -= 1) {
        const parents = parts.slice(0, depth - 1);
        const name = parts[depth - 1] ?? '';
        try {
            within(root.path, parents, (folder) => (0,external_node_fs_.rmdirSync)(at(folder, name)));
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT')
                continue;
            // Not empty, not a directory, or not ours to remove: it stays, and so do those above it.
            return;
        }
    }
}
/** Lists the upper levels of the root; it goes into no slot. */
function listSlots(root) {
    const found = { slots: [], odd: [] };
    list(root.path, [], found);
    return found;
}
function list(base, parts, found) {
    const path = parts.join('/');
    let entries;
    try {
        entries = within(base, parts, (folder) => (0,external_node_fs_.readdirSync)(`/proc/self/fd/${folder}`, { withFileTypes: true }));
    }
    catch (error) {
        // Gone or replaced meanwhile; what may not be read is reported as it is.
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
            found.odd.push(path);
        return;
    }
    for (const entry of entries) {
        if (parts.length === 0 && ['.target-guard', 'lost+found'].includes(entry.name))
            continue;
        const inside = [...parts, entry.name];
        if (inside.length < SLOT_DEPTH && entry.isDirectory())
            list(base, inside, found);
        else if (isSlotPath(inside.join('/')))
            found.slots.push(inside.join('/'));
        else
            found.odd.push(inside.join('/'));
    }
}

;// CONCATENATED MODULE: ./lib/steps/acquire.js











const acquire_ATTEMPTS = 8;
/**
 * Makes a new slot for a job: lease first, then the directory, then its owner.
 *
 * @throws GuardError where it cannot be made; nothing of it is left then
 */
function acquire(request) {
    const { root, job, owner, madeBy, onLease } = request;
    for (let attempt = 1;; attempt += 1) {
        const id = leaseId(owner.runner.key, owner.bootId, (0,external_node_crypto_.randomBytes)(6).toString('hex'));
        const made = { id, madeBy, uptimeS: readUptime(), at: new Date().toISOString() };
        const lease = newLease(job, owner, made);
        try {
            writeLease(root, lease);
            onLease(id);
            makeSlot(root, lease.slot, (path, what) => give(path, what, request));
            return acquired(root, lease);
        }
        catch (error) {
            undo(root, lease);
            const again = ['EEXIST', 'ENOENT'].includes((0,guard_error/* errnoOf */.UQ)(error)) && attempt < acquire_ATTEMPTS;
            if (!again)
                throw explained(error, root, lease);
        }
    }
}
function acquired(root, lease) {
    const targetDirectory = `${root.path}/${lease.slot}`;
    const runDirectory = targetDirectory.slice(0, targetDirectory.lastIndexOf('/'));
    return { lease, targetDirectory, runDirectory };
}
/** Gives a directory that has just been made to the one who will build. */
function give(path, what, { root, builder, ways }) {
    const isOwn = process.geteuid?.() === builder.uid && process.getegid?.() === builder.gid;
    if (isOwn)
        return;
    try {
        giveAway(path, builder);
        return;
    }
    catch (error) {
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EPERM')
            throw error;
    }
    const descriptor = folders_openFolder(path);
    try {
        assertFresh(descriptor);
        const target = { descriptor, path: (0,external_node_fs_.realpathSync)(path) };
        const helped = withHelp(ways, (helper) => helper.chown(target, builder));
        if (!helped.ok)
            throw cannotGive(`${root.path}/…/${what}`, builder, helped.why);
    }
    finally {
        (0,external_node_fs_.closeSync)(descriptor);
    }
}
/** Takes back what there is of a slot that nobody has been told of. */
function undo(root, lease) {
    try {
        withinSlot(root, lease.slot, (path) => (0,external_node_fs_.rmdirSync)(path));
    }
    catch (error) {
        // Not empty, and so another's: with its lease it is a later pass's work.
        const isNeverMade = (0,guard_error/* errnoOf */.UQ)(error) === 'ENOENT' || isDiverted(error);
        if (!isNeverMade)
            return;
    }
    removeEmptyParents(root, lease.slot);
    dropLease(root, lease.id, false);
}
function explained(error, root, lease) {
    if (error instanceof guard_error/* GuardError */.U$)
        return error;
    return new guard_error/* GuardError */.U$(`The slot ${root.path}/${lease.slot} cannot be made (${(0,guard_error/* messageOf */.bD)(error)}).`, 'Look at who owns the directories above it and at the free space; “target-guard doctor” checks both.', { cause: error });
}
/**
 * Takes over the lease that the started hook made for this very job; null where there is none to
 * take: another step has it, it has ended, or it is another job's.
 */
function takeOver(id, { root, job, owner, builder, ways }) {
    if (!isLeaseId(id))
        return null;
    const record = findLease(root, id);
    const lease = record?.lease ?? null;
    if (record?.state !== 'live' || lease === null || lease.madeBy !== 'hook')
        return null;
    const isSameJob = lease.repository === `${job.owner}/${job.repository}` &&
        lease.runId === job.runId &&
        lease.attempt === job.attempt &&
        lease.job === job.job &&
        lease.owner.runner.key === owner.runner.key &&
        lease.owner.bootId === owner.bootId;
    if (!isSameJob || !isSameWorker(lease, owner))
        return null;
    if (!isOwnedBy(root, lease.slot, { builder, ways }))
        return null;
    return takeLease(root, id) ? acquired(root, lease) : null;
}
/** Whether a slot belongs to the builder, or could be given to them: that is, while it is empty. */
function isOwnedBy(root, slot, request) {
    const { builder } = request;
    try {
        return withinSlot(root, slot, (path) => {
            const { uid, gid } = (0,external_node_fs_.lstatSync)(path);
            if (uid !== builder.uid || gid !== builder.gid)
                give(path, slot, { root, ...request });
            return true;
        });
    }
    catch {
        // Gone, in use already, or not ours to give: the step then makes a slot of its own.
        return false;
    }
}
function withinSlot(root, slot, use) {
    const parents = slot.split('/');
    const name = parents.pop() ?? '';
    return within(root.path, parents, (folder) => use(at(folder, name)));
}
/** Two legs of a matrix, one after the other on one runner, differ by nothing but their Worker. */
function isSameWorker({ owner: recorded }, owner) {
    if (recorded.worker === null || recorded.pidNamespace !== owner.pidNamespace)
        return true;
    if (owner.worker === null)
        return stateOf(recorded.worker) === 'alive';
    return recorded.worker.pid === owner.worker.pid && recorded.worker.start === owner.worker.start;
}

;// CONCATENATED MODULE: external "node:perf_hooks"
const external_node_perf_hooks_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:perf_hooks");
;// CONCATENATED MODULE: ./lib/plan/evidence.js

/**
 * Judges the owner of a lease by what is recorded of it, without looking into the slot.
 */
function judgeOwner(record, sight, self) {
    if (record.state === 'ended')
        return verdict('dead', endedInWords(record));
    const owner = record.lease?.owner;
    if (owner === undefined)
        return judgeDamaged(record, self);
    if (owner.bootId !== self.bootId) {
        return verdict('dead', 'its job ran before the last start of this host');
    }
    const samePidNamespace = owner.pidNamespace === self.pidNamespace;
    const { worker } = sight;
    if (owner.worker !== null && samePidNamespace && worker !== null) {
        const name = `its runner process ${owner.worker.pid}`;
        if (worker === 'alive')
            return verdict('alive', `${name} is running`);
        if (worker === 'gone')
            return verdict('dead', `${name} is gone`);
        if (worker === 'replaced')
            return verdict('dead', `${name} is gone, the pid is another’s now`);
        return verdict('alive', `${name} is there, though /proc hides it`);
    }
    if (!samePidNamespace && sight.namespaceIsGone) {
        return verdict('dead', 'the container that its job ran in is gone, and every process in it');
    }
    if (isSucceeded(record, owner, self)) {
        return verdict('dead', `its runner ${owner.runner.name} works for another job now`);
    }
    return verdict('unknown', whyUnknown(owner, samePidNamespace));
}
function endedInWords(record) {
    const result = record.end?.result ?? 'unknown';
    return result === 'unknown' ? 'its job ended' : `its job ended (${result})`;
}
function judgeDamaged(record, self) {
    const problem = `its lease cannot be read (${record.problem ?? 'damaged'})`;
    if (isOfOtherBoot(record.id, self.bootId)) {
        return verdict('dead', `${problem}; its id is of an earlier start of this host`);
    }
    const own = self.runnerKey !== null && record.id.startsWith(runnerPrefix(self.runnerKey));
    if (own && self.job !== null && self.worker !== null) {
        return verdict('dead', `${problem}; it is this runner’s own, and not of the job it works for now`);
    }
    return verdict('unknown', problem);
}
/**
 * Whether the lease's own runner now works for another job: a runner has one job at a time.
 *
 * That holds for GitHub's runner, which is known by its Worker or its job container's work folder;
 * with anything else several jobs may run at once under one name.
 */
function isSucceeded(record, owner, self) {
    if (self.runnerKey === null || owner.runner.key !== self.runnerKey)
        return false;
    if (self.job === null || record.lease === null || !owner.singleJob)
        return false;
    if (owner.worker === null && self.worker === null) {
        return owner.container !== null && self.container !== null && owner.container !== self.container;
    }
    const { runId, attempt, job } = record.lease;
    return runId !== self.job.runId || attempt !== self.job.attempt || job !== self.job.job;
}
function whyUnknown(owner, samePidNamespace) {
    if (owner.worker === null)
        return 'it records no runner process, and has not ended';
    return samePidNamespace
        ? 'its runner process could not be looked for'
        : 'its runner process is in another pid namespace';
}
/**
 * The whole verdict: what lives in a slot outweighs every sign that its owner is dead, and a slot
 * that could not be looked into is unknown, never dead.
 */
function judge(owner, occupancy) {
    const living = occupancy.inhabitants.map((each) => each.what);
    if (living.length > 0)
        return { kind: 'alive', reasons: [...living, ...owner.reasons] };
    if (owner.kind === 'dead' && occupancy.unknown.length > 0) {
        return { kind: 'unknown', reasons: [...owner.reasons, ...occupancy.unknown] };
    }
    return owner;
}
function verdict(kind, reason) {
    return { kind, reasons: [reason] };
}

;// CONCATENATED MODULE: ./lib/plan/reclaim.js

/**
 * The leases that may go, oldest first, before anybody has looked into their slots: those of dead
 * owners, and ended ones past their retention or beyond the number kept for a job and PR.
 */
function candidates(leases, retention, now) {
    const found = [];
    const groups = new Map();
    for (const lease of [...leases].toSorted((a, b) => byAge(b, a, now))) {
        const reason = reasonToGo(lease, retention, now, groups);
        if (reason !== null)
            found.push({ lease, reason });
    }
    return found.toReversed();
}
function reasonToGo(lease, retention, now, groups) {
    const { record, owner, slot } = lease;
    if (owner.kind !== 'dead')
        return null;
    const reason = owner.reasons.join('; ');
    if (slot === 'missing' || record.state === 'live')
        return reason;
    const result = record.end?.result ?? 'unknown';
    // Only a good build is worth inheriting; what a failed one left is disk that others need.
    if (result === 'failure' || result === 'cancelled')
        return reason;
    const age = ageHours(record, now);
    if (retention.retentionHours === 0)
        return `${reason}; ended slots are not kept (retention 0 h)`;
    if (age > retention.retentionHours) {
        return `${reason} ${hours(age)} ago, over its retention of ${retention.retentionHours} h`;
    }
    const group = keepGroup(record);
    const before = groups.get(group) ?? 0;
    groups.set(group, before + 1);
    if (before < retention.keepPerPr)
        return null;
    return `${reason}; of this job and PR ${retention.keepPerPr} newer ended slot(s) are kept`;
}
/**
 * Hours since a lease ended: by the time since boot within one boot, which nobody can set; across
 * boots by the wall clock. A time in the future means a clock was wrong, and counts as expired.
 */
function ageHours(record, now) {
    const end = record.end;
    if (end === null)
        return Number.POSITIVE_INFINITY;
    const seconds = end.bootId === now.bootId ? now.uptimeS - end.uptimeS : (now.wallMs - end.wallMs) / 1000;
    return seconds < 0 ? Number.POSITIVE_INFINITY : seconds / 3600;
}
function hours(age) {
    if (age === Number.POSITIVE_INFINITY)
        return 'at an unknown time';
    return age < 10 ? `${age.toFixed(1)} h` : `${Math.round(age)} h`;
}
function keepGroup({ lease, id }) {
    return lease === null ? id : [lease.repository, lease.prKey, lease.job, lease.leg].join('\n');
}
/** Orders leases from the oldest to the newest. */
function byAge(a, b, now) {
    const older = ageHours(b.record, now) - ageHours(a.record, now);
    if (!Number.isNaN(older) && older !== 0)
        return older;
    return a.record.id < b.record.id ? -1 : 1;
}
/**
 * The plan of a pass: one action for each lease, foreign directory and left-over file.
 *
 * @param occupancies who lives in each candidate's slot, by lease id
 */
function planPass(view, chosen, occupancies) {
    const ids = new Set(chosen.map((each) => each.lease.record.id));
    return [
        ...view.leftovers.map(discard),
        ...chosen.map((each) => decide(each, occupancies.get(each.lease.record.id))),
        ...view.leases.filter((each) => !ids.has(each.record.id)).map(keep),
        ...view.foreign.map(judgeForeign(occupancies)),
    ];
}
function discard(file) {
    return { kind: 'discard', file, reason: 'its writer was ended before it was finished' };
}
function decide({ lease, reason }, occupancy) {
    const { record, slot, mounts } = lease;
    const { id } = record;
    if (slot === 'missing' || record.slot === null) {
        return { kind: 'forget', id, slot: record.slot, reason: `${reason}; its slot is not there` };
    }
    if (slot === 'diverted') {
        return kept(record, `${reason}, but a link or a file stands on the way to it`, 'blocked');
    }
    if (mounts.length > 0) {
        const where = mounts.join(', ');
        return kept(record, `${reason}, but something is mounted in it: ${where}`, 'blocked');
    }
    const verdict = judge(lease.owner, occupancy ?? NOT_LOOKED_INTO);
    switch (verdict.kind) {
        case 'alive':
            return kept(record, `${reason}, but it is in use: ${living(occupancy)}`, 'blocked');
        case 'unknown':
            return kept(record, verdict.reasons.join('; '), 'blocked');
        case 'dead':
            return { kind: 'retire', id, slot: record.slot, reason, state: record.state };
        default:
            return verdict.kind;
    }
}
const NOT_LOOKED_INTO = { inhabitants: [], unknown: ['nobody looked into its slot'] };
function living(occupancy) {
    return (occupancy?.inhabitants ?? []).map((each) => each.what).join('; ');
}
function kept(record, reason, state) {
    return { kind: 'keep', id: record.id, slot: record.slot, reason, state };
}
function keep({ record, owner }) {
    const reason = owner.reasons.join('; ');
    switch (owner.kind) {
        case 'alive':
            return kept(record, reason, 'live');
        case 'unknown':
            return kept(record, reason, 'unknown');
        case 'dead':
            return kept(record, `${reason}; kept to be inherited`, 'retained');
        default:
            return owner.kind;
    }
}
function judgeForeign(occupancies) {
    return ({ path, why, adopted }) => {
        if (!adopted)
            return { kind: 'foreign', path, reason: why };
        const occupancy = occupancies.get(path) ?? NOT_LOOKED_INTO;
        const found = [...occupancy.inhabitants.map((each) => each.what), ...occupancy.unknown];
        return found.length === 0
            ? { kind: 'adopt', path, reason: `${why}; adopted by an administrator` }
            : { kind: 'foreign', path, reason: `${why}; not adopted, it is in use: ${found.join('; ')}` };
    };
}

;// CONCATENATED MODULE: external "node:timers/promises"
const promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./lib/host/host-lock.js





/** A pass waits no longer than this, then goes on without the lock. */
const WAIT_MS = 5000;
/** A holder is gone after this; renames take milliseconds. */
const STALE_MS = 20_000;
const OPTIONS = {
    fs: external_node_fs_,
    realpath: false,
    stale: STALE_MS,
    update: STALE_MS / 2,
    // A stolen lock only costs speed; the default would end the process in the middle of a rename.
    onCompromised: () => { },
};
/**
 * Does work while holding the host lock, or without it when it cannot be had in time.
 *
 * The lock keeps passes from doing the same work twice; no safety rests on it (proper-lockfile can
 * grant to two, and cannot grant at all on a full disk). So the work must be right without it.
 */
async function withHostLock(root, work) {
    const asked = external_node_perf_hooks_namespaceObject.performance.now();
    const granted = await host_lock_acquire(root);
    const started = external_node_perf_hooks_namespaceObject.performance.now();
    const waitedMs = started - asked;
    if ('problem' in granted) {
        return { value: work(), waitedMs, heldMs: null, problem: granted.problem };
    }
    try {
        const value = work();
        return { value, waitedMs, heldMs: external_node_perf_hooks_namespaceObject.performance.now() - started, problem: null };
    }
    finally {
        await granted.release();
    }
}
/** Waits for a holder, and for nobody else: a lock that cannot be made at all is not tried again. */
async function host_lock_acquire(root) {
    // Loaded when it is needed: most passes have nothing to rename.
    const { default: lockfile } = await __nccwpck_require__.e(/* import() */ 648).then(__nccwpck_require__.t.bind(__nccwpck_require__, 648, 19));
    const until = external_node_perf_hooks_namespaceObject.performance.now() + WAIT_MS;
    for (let pauseMs = 10;; pauseMs = Math.min(pauseMs * 1.3, 250)) {
        try {
            const release = await lockfile.lock(controlPath(root, 'host.lock'), OPTIONS);
            return { release: async () => release().catch(ignoreLost) };
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ELOCKED')
                return { problem: (0,guard_error/* messageOf */.bD)(error) };
            if (external_node_perf_hooks_namespaceObject.performance.now() + pauseMs > until) {
                return { problem: `the host lock was not granted within ${WAIT_MS} ms` };
            }
            await (0,promises_namespaceObject.setTimeout)(pauseMs * (0.5 + Math.random()));
        }
    }
}
/** A lock that somebody broke cannot be given back, and needs not be. */
function ignoreLost() { }

;// CONCATENATED MODULE: ./lib/host/leftovers.js



/** Where files are replaced as a whole: the root's own folder, and the trash with its notes. */
const leftovers_FOLDERS = ['', 'trash'];
/**
 * Files whose writer was killed before it gave them their name.
 *
 * @returns paths in the root's own folder
 */
function listUnfinished(root, nowMs) {
    return leftovers_FOLDERS.flatMap((folder) => {
        const inFolder = (name) => (folder === '' ? name : `${folder}/${name}`);
        return (0,external_node_fs_.readdirSync)(controlPath(root, ...(folder === '' ? [] : [folder])))
            .filter((name) => UNFINISHED.test(name))
            .map(inFolder)
            .filter((path) => isOld(controlPath(root, ...path.split('/')), nowMs));
    });
}
/** Removes a file in the root's own folder, by its path there. */
function discardLeftover(root, file) {
    small_file_removeFile(controlPath(root, ...file.split('/')));
}

;// CONCATENATED MODULE: ./lib/steps/apply.js








/** Whether there is anything in a plan that changes the root. */
function changesAnything(actions) {
    return actions.some((action) => action.kind !== 'keep' && action.kind !== 'foreign');
}
/**
 * Carries out a plan: renames and single files only, so it takes milliseconds.
 *
 * Each step leaves the root in order if the process ends after it: the slot goes first, then the
 * empty directories above it, the lease last, so that a later pass finds by the lease what is left.
 */
function apply(root, actions, ways) {
    const applied = { retired: [], failures: [] };
    for (const action of actions) {
        try {
            const slot = carryOut(root, action, ways);
            if (slot !== null)
                applied.retired.push(slot);
        }
        catch (error) {
            applied.failures.push({ action, why: (0,guard_error/* messageOf */.bD)(error) });
        }
    }
    return applied;
}
/** @returns the slot that was retired, null where none was */
function carryOut(root, action, ways) {
    switch (action.kind) {
        case 'retire': {
            // Ended or retired by somebody else meanwhile: then the plan was made for something else.
            if (findLease(root, action.id)?.state !== action.state)
                return null;
            const moved = retire(root, action.slot, action.id, ways);
            removeEmptyParents(root, action.slot);
            dropLease(root, action.id, moved);
            return moved ? action.slot : null;
        }
        case 'adopt': {
            const moved = retire(root, action.path, leaseIdOfSlot(nameOf(action.path)) ?? '', ways);
            removeEmptyParents(root, action.path);
            return moved ? action.path : null;
        }
        case 'forget':
            if (action.slot !== null && findSlot(root, action.slot) === 'present')
                return null;
            if (action.slot !== null)
                removeEmptyParents(root, action.slot);
            dropLease(root, action.id, false);
            return null;
        case 'discard':
            discardLeftover(root, action.file);
            return null;
        case 'keep':
        case 'foreign':
            return null;
        default:
            return action;
    }
}
function nameOf(path) {
    return path.slice(path.lastIndexOf('/') + 1);
}
/** Moves a slot to the trash; another user's directory may need help even for that. */
function retire(root, slot, id, ways) {
    try {
        return moveToTrash(root, slot, id);
    }
    catch (error) {
        if (!['EACCES', 'EPERM'].includes((0,guard_error/* errnoOf */.UQ)(error)) || ways.length === 0)
            throw error;
        const helped = withHelp(ways, (helper) => helper.move(`${root.path}/${slot}`, controlName(root, 'trash', id), root.path));
        if (helped.ok)
            return true;
        throw new Error(`${(0,guard_error/* messageOf */.bD)(error)}; ${helped.why}`, { cause: error });
    }
}

;// CONCATENATED MODULE: ./lib/steps/heartbeat-of.js






/** The heartbeat of a pass; of what lies outside its scope it carries on what was known before. */
function heartbeatOf(pass, facts) {
    const { root, self, scope, by } = pass;
    const { view, actions, applied, lock, reaped, seconds } = facts;
    const before = parseHeartbeat(readHeartbeatText(root));
    const prefix = scope === 'own' ? runnerPrefix(self.runnerKey ?? '') : '';
    const now = [...blockedLeases(root, facts), ...stuckInTrash(root)];
    const seen = new Set(now.map((each) => each.id));
    const carried = (before?.blocked ?? []).filter(({ id, path }) => !id.startsWith(prefix) && !seen.has(id) && !path.startsWith('.target-guard/'));
    return {
        version: 1,
        completedAt: view.moment.wallMs,
        scope,
        by,
        seconds: Number(seconds.toFixed(3)),
        retired: applied.retired,
        kept: actions.flatMap((action) => action.kind === 'keep'
            ? [{ path: action.slot ?? action.id, state: action.state, reason: action.reason }]
            : []),
        blocked: [...now, ...carried],
        foreign: scope === 'host'
            ? view.foreign.map(({ path, why }) => ({ path, reason: why }))
            : (before?.foreign ?? []),
        reclaimedBytes: reaped?.reclaimedBytes ?? 0,
        lock,
        errors: applied.failures.map(({ action, why }) => `${describeAction(action)}: ${why}`),
    };
}
/** Slots that should go and do not: something is in the way, or taking them out of service failed. */
function blockedLeases(root, { view, actions, applied }) {
    const blocked = (id, path, reason) => {
        const since = blockedSince(root, id, view.moment.wallMs);
        return { id, path, reason, since };
    };
    const inTheWay = actions.flatMap((action) => action.kind === 'keep' && action.state === 'blocked'
        ? [blocked(action.id, action.slot ?? action.id, action.reason)]
        : []);
    const failed = applied.failures.flatMap(({ action, why }) => action.kind === 'retire' ? [blocked(action.id, action.slot, why)] : []);
    return [...inTheWay, ...failed];
}
function stuckInTrash(root) {
    return listTrash(root).flatMap((entry) => {
        if (entry.quarantine === null)
            return [];
        const { reason, since } = entry.quarantine;
        return [{ id: entry.id, path: describeBlocked(entry), reason, since }];
    });
}

;// CONCATENATED MODULE: ./lib/plan/occupancy.js
/** Who lives in one slot, from all that was found. */
function occupancyOf(place, searches) {
    const locks = searches.cargoLocks.get(place.slot);
    const held = (locks?.held ?? []).map((path) => ({
        kind: 'cargo-lock',
        what: `Cargo’s lock ${path} is held`,
    }));
    const inside = searches.processes.bySlot.get(place.slot) ?? [];
    const using = searches.containers.list
        .filter((container) => uses(container, place, searches.rootPaths))
        .map((container) => ({
        kind: 'container',
        what: `container ${container.name} (${container.id.slice(0, 12)}) ${container.id === place.container ? 'of its job is running' : 'mounts it'}`,
    }));
    const { failure: unread } = searches.processes;
    const { failure: unasked } = searches.containers;
    return {
        inhabitants: [...held, ...inside, ...using],
        unknown: [...(locks?.unknown ?? []), ...[unread, unasked].filter((each) => each !== null)],
    };
}
/**
 * Whether a container uses a slot: it is the job's own, or it mounts the slot, a part of it, or its
 * run dir. One that mounts the whole root proves nothing: it would hold every slot for ever.
 */
function uses(container, place, rootPaths) {
    if (container.id === place.container)
        return true;
    return rootPaths.some((root) => {
        const slot = `${root}/${place.slot}`;
        const runDirectory = slot.slice(0, slot.lastIndexOf('/'));
        return container.sources.some((source) => source === runDirectory || source === slot || source.startsWith(`${slot}/`));
    });
}

;// CONCATENATED MODULE: ./lib/host/cargo-locks.js



/** Cargo holds one of these while it builds: until 1.94 the first alone, later all three. */
const LOCK_NAMES = ['.cargo-lock', '.cargo-build-lock', '.cargo-artifact-lock'];
/** `<slot>/<profile>/` and `<slot>/<triple>/<profile>/`. */
const DEPTH = 2;
/** A slot with more folders than this at one level was not made by Cargo alone. */
const FOLDERS_AT_MOST = 256;
/**
 * Finds out which of Cargo's locks are held in these slots, by trying to take each for a moment.
 *
 * The kernel answers for every process on this host, whatever its container or pid namespace.
 * Each step of the way is opened relative to the folder before it and without following links, so a
 * planted link leads nowhere; only regular files are tried, so a planted FIFO does not block.
 *
 * @param slots absolute paths
 */
function probeCargoLocks(slots) {
    const found = new Map();
    const files = [];
    for (const slot of slots) {
        const result = { held: [], unknown: [] };
        found.set(slot, result);
        try {
            files.push(...openLocks(slot, result.unknown));
        }
        catch (error) {
            if ((0,guard_error/* errnoOf */.UQ)(error) !== 'ENOENT')
                result.unknown.push(unreadable(slot, error));
        }
    }
    try {
        for (let from = 0; from < files.length; from += BATCH) {
            const batch = files.slice(from, from + BATCH);
            const answers = tryLocks(batch.map((file) => file.descriptor));
            for (const [index, file] of batch.entries()) {
                const answer = answers[index];
                if (answer === 'held')
                    found.get(file.slot)?.held.push(file.path);
                else if (answer !== 'free')
                    found.get(file.slot)?.unknown.push(untried(file, answer));
            }
        }
    }
    finally {
        // Closing gives back every lock that was taken: it belongs to the open file.
        for (const file of files)
            (0,external_node_fs_.closeSync)(file.descriptor);
    }
    return found;
}
const BATCH = 200;
function untried(file, answer) {
    return `Cargo’s lock ${file.path} could not be tried (${answer ?? 'no answer'})`;
}
function unreadable(path, error) {
    return `${path} cannot be searched for Cargo’s locks (${(0,guard_error/* messageOf */.bD)(error)})`;
}
function openLocks(slot, unknown) {
    const files = [];
    const folder = (0,external_node_fs_.openSync)(slot, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_DIRECTORY | external_node_fs_.constants.O_NOFOLLOW);
    try {
        collect({ slot, path: '', descriptor: folder }, DEPTH, files, unknown);
    }
    finally {
        (0,external_node_fs_.closeSync)(folder);
    }
    return files;
}
function collect(folder, depth, files, unknown) {
    const here = `/proc/self/fd/${folder.descriptor}`;
    for (const name of LOCK_NAMES) {
        if (!isFile(`${here}/${name}`, unknown))
            continue;
        const file = cargo_locks_open(`${here}/${name}`, external_node_fs_.constants.O_NONBLOCK, unknown);
        if (file === null)
            continue;
        if ((0,external_node_fs_.fstatSync)(file).isFile()) {
            files.push({ slot: folder.slot, path: `${folder.path}${name}`, descriptor: file });
        }
        else
            (0,external_node_fs_.closeSync)(file);
    }
    // The last level is asked by name alone: `debug/deps` may hold a hundred thousand files.
    if (depth === 0)
        return;
    const entries = (0,external_node_fs_.readdirSync)(here, { withFileTypes: true });
    const below = entries.filter((entry) => entry.isDirectory());
    if (below.length > FOLDERS_AT_MOST) {
        unknown.push(`${folder.path || 'the slot'} holds ${below.length} folders, too many to search`);
        return;
    }
    for (const { name } of below) {
        const next = cargo_locks_open(`${here}/${name}`, external_node_fs_.constants.O_DIRECTORY, unknown);
        if (next === null)
            continue;
        try {
            const inside = { slot: folder.slot, path: `${folder.path}${name}/`, descriptor: next };
            collect(inside, depth - 1, files, unknown);
        }
        finally {
            (0,external_node_fs_.closeSync)(next);
        }
    }
}
/** Whether a regular file lies there; only such a one is opened at all. */
function isFile(path, unknown) {
    try {
        return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isFile() === true;
    }
    catch (error) {
        unknown.push(unreadable(path, error));
        return false;
    }
}
/** Opens without following a link; null where it is gone or no longer what it was. */
function cargo_locks_open(path, flags, unknown) {
    try {
        return (0,external_node_fs_.openSync)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NOFOLLOW | flags);
    }
    catch (error) {
        if (!['ENOENT', 'ELOOP', 'ENOTDIR'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            unknown.push(unreadable(path, error));
        return null;
    }
}
/**
 * Tries all locks: node has no call for flock(2). One perl does it at once, where there is one;
 * flock(1), which takes a process for each lock, does it elsewhere.
 */
function tryLocks(descriptors) {
    const answers = ask('perl', ['-T', '-e', PERL], descriptors);
    const isWhole = answers.length === descriptors.length && answers.every(isAnswer);
    return isWhole ? answers : ask('sh', ['-c', SHELL, 'sh'], descriptors);
}
function isAnswer(answer) {
    return answer === 'free' || answer === 'held';
}
// A perl without flock(2) would try locks of another kind, which know nothing of Cargo’s. 6 is
// LOCK_EX | LOCK_NB; -T passes over whatever the environment adds to perl.
const PERL = `use Config;
exit 1 if ($Config{d_flock} // "") ne "define";
for my $fd (@ARGV) {
  open(my $file, "<&=", $fd) or exit 1;
  print flock($file, 6) ? "free\n" : $!{EWOULDBLOCK} ? "held\n" : "$!\n";
}`;
const SHELL = `for fd; do
  if flock -x -n "$fd" 2>/dev/null; then echo free
  else case $? in 1) echo held ;; *) echo "flock failed" ;; esac
  fi
done`;
function ask(program, words, descriptors) {
    const numbers = descriptors.map((_, index) => String(index + 3));
    const result = (0,external_node_child_process_namespaceObject.spawnSync)(program, [...words, ...numbers], {
        stdio: ['ignore', 'pipe', 'ignore', ...descriptors],
        encoding: 'utf8',
        timeout: 10_000,
    });
    if (result.error !== undefined)
        return descriptors.map(() => (0,guard_error/* messageOf */.bD)(result.error));
    return result.stdout.split('\n').slice(0, -1);
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");
;// CONCATENATED MODULE: ./lib/host/docker.js



const docker_WAIT_MS = 2000;
/** The engine's socket: `DOCKER_HOST` when that is a Unix socket, else the usual path. */
function socketPath(environment) {
    const host = environment['DOCKER_HOST'] ?? '';
    if (host === '')
        return '/var/run/docker.sock';
    return host.startsWith('unix://') ? host.slice('unix://'.length) : null;
}
/**
 * Lists running containers through the engine's API: one request, where the command line would
 * need one process to list and another to inspect.
 */
async function listContainers(environment) {
    const socket = socketPath(environment);
    if (socket === null)
        return { kind: 'absent', why: 'DOCKER_HOST is not a Unix socket' };
    try {
        const body = await get(socket, '/containers/json');
        const parsed = JSON.parse(body);
        if (!Array.isArray(parsed))
            return { kind: 'silent', why: 'docker’s answer is not a list' };
        return {
            kind: 'answered',
            containers: parsed.map(readContainer).filter((each) => each !== null),
        };
    }
    catch (error) {
        const code = (0,guard_error/* errnoOf */.UQ)(error);
        const isAbsent = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTSOCK', 'EPERM'].includes(code);
        return { kind: isAbsent ? 'absent' : 'silent', why: (0,guard_error/* messageOf */.bD)(error) };
    }
}
function readContainer(value) {
    if (!isRecord(value) || typeof value['Id'] !== 'string')
        return null;
    const names = Array.isArray(value['Names']) ? value['Names'] : [];
    const mounts = Array.isArray(value['Mounts']) ? value['Mounts'] : [];
    const sources = mounts.map((each) => (isRecord(each) ? each['Source'] : null));
    return {
        id: value['Id'],
        name: typeof names[0] === 'string' ? names[0].replace(/^\//, '') : value['Id'].slice(0, 12),
        sources: sources.filter((source) => typeof source === 'string'),
    };
}
async function get(socket, path) {
    // Loaded when it is needed: most passes ask nobody, and it is a tenth of a start.
    const { request } = await Promise.resolve(/* import() */).then(__nccwpck_require__.t.bind(__nccwpck_require__, 67, 19));
    return new Promise((resolve, reject) => {
        // With a connection of its own there is no agent, which would take as long to make as all the rest.
        const connection = { createConnection: () => (0,external_node_net_namespaceObject.connect)(socket) };
        const asked = request({ ...connection, path, headers: { Host: 'docker' } }, (answer) => {
            const parts = [];
            answer.on('data', (part) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => {
                const body = Buffer.concat(parts).toString('utf8');
                if (answer.statusCode === 200)
                    resolve(body);
                else
                    reject(new Error(`docker answered ${answer.statusCode ?? 'nothing'}`));
            });
        });
        // For the whole answer: an engine that keeps sending a little must not hold up a job either.
        const late = new Error(`no answer within ${docker_WAIT_MS} ms`);
        const timer = setTimeout(() => {
            reject(late);
            asked.destroy(late);
        }, docker_WAIT_MS);
        asked.on('error', reject);
        asked.on('close', () => clearTimeout(timer));
        asked.end();
    });
}

;// CONCATENATED MODULE: ./lib/host/inhabitants.js





/**
 * Looks for processes that have their working directory, program, arguments or an open file in one
 * of these slots, or whose mount namespace has one of them (or its run dir) mounted.
 *
 * Paths in /proc are those of the process's own mount namespace, so they are read against the
 * mounts of that namespace: a container's `/workspace/target` is found as the slot it is.
 * What cannot be read of other users' processes is passed over: no sign, no conclusion. Their mounts
 * and arguments may be read by anybody, so a container that root started is seen without docker.
 */
function scanProcesses(rootRealPath, slots) {
    const wanted = new Set(slots);
    const bySlot = new Map(slots.map((slot) => [slot, []]));
    const scan = { wanted, bySlot, views: new Map(), rootRealPath };
    try {
        const place = locate(rootRealPath, readMounts());
        const own = new Set([(0,external_node_fs_.readlinkSync)('/proc/self/ns/mnt'), readMountText('self')]);
        for (const pid of listProcesses()) {
            if (pid !== process.pid)
                lookAt(pid, { ...scan, place, own });
        }
    }
    catch (error) {
        return { bySlot, failure: `/proc cannot be read (${(0,guard_error/* messageOf */.bD)(error)})` };
    }
    return { bySlot, failure: null };
}
function lookAt(pid, scan) {
    const namespace = readLink(`/proc/${pid}/ns/mnt`) ?? mountTextOf(pid);
    if (namespace === '')
        return;
    const views = viewsOf(pid, namespace, scan);
    if (views.length === 0)
        return;
    const uses = new Map();
    for (const { path, how } of pathsOf(pid)) {
        const slot = slotAt(path, views, scan.wanted);
        if (slot !== null && !uses.has(slot))
            uses.set(slot, `${how} ${path}`);
    }
    if (!scan.own.has(namespace)) {
        for (const slot of mountedSlots(views, scan.wanted)) {
            if (!uses.has(slot))
                uses.set(slot, 'runs in a container that mounts it');
        }
    }
    for (const [slot, use] of uses) {
        scan.bySlot.get(slot)?.push({ kind: 'process', what: `pid ${pid} (${commandOf(pid)}) ${use}` });
    }
}
/** Where a mount namespace sees the root or a part of it; read once for each namespace. */
function viewsOf(pid, namespace, scan) {
    const known = scan.views.get(namespace);
    if (known !== undefined)
        return known;
    const mounts = mountsOf(pid);
    const views = mounts.flatMap((mount) => viewThrough(mount, scan.place));
    if (scan.own.has(namespace))
        views.push({ point: scan.rootRealPath, inRoot: '' });
    if (mounts.length > 0)
        scan.views.set(namespace, views);
    return views;
}
function viewThrough(mount, place) {
    if (place === null || mount.device !== place.mount.device)
        return [];
    if (isAtOrBelow(place.path, mount.root)) {
        return [{ point: join(mount.point, relative(place.path, mount.root)), inRoot: '' }];
    }
    if (isAtOrBelow(mount.root, place.path)) {
        return [{ point: mount.point, inRoot: relative(mount.root, place.path).slice(1) }];
    }
    return [];
}
function slotAt(path, views, wanted) {
    for (const view of views) {
        if (!isAtOrBelow(path, view.point))
            continue;
        const slot = slotOf(join(`/${view.inRoot}`, relative(path, view.point)).slice(1));
        if (slot !== null && wanted.has(slot))
            return slot;
    }
    return null;
}
function slotOf(inRoot) {
    const parts = inRoot.split('/').filter((part) => part !== '');
    return parts.length < SLOT_DEPTH ? null : parts.slice(0, SLOT_DEPTH).join('/');
}
/** Slots that are mounted themselves, in part, or with their run dir; a mounted root proves nothing. */
function mountedSlots(views, wanted) {
    return [...wanted].filter((slot) => views.some(({ inRoot }) => {
        const depth = inRoot.split('/').length;
        return depth >= SLOT_DEPTH - 1 && (isAtOrBelow(inRoot, slot) || isAtOrBelow(slot, inRoot));
    }));
}
/** Every path by which a process may hold something, with the verb that goes before it. */
function* pathsOf(pid) {
    const folder = `/proc/${pid}`;
    const directory = readLink(`${folder}/cwd`);
    if (directory !== null)
        yield { path: directory, how: 'works in' };
    const program = readLink(`${folder}/exe`);
    if (program !== null)
        yield { path: program, how: 'runs' };
    for (const name of openFiles(folder)) {
        const file = readLink(`${folder}/fd/${name}`);
        if (file?.startsWith('/') === true)
            yield { path: file, how: 'has open' };
    }
    for (const word of argumentsOf(folder)) {
        const start = word.indexOf('/');
        if (start >= 0)
            yield { path: word.slice(start), how: 'is called with' };
    }
}
function openFiles(folder) {
    try {
        return (0,external_node_fs_.readdirSync)(`${folder}/fd`);
    }
    catch {
        // Gone meanwhile, or another user's: no sign, no conclusion.
        return [];
    }
}
/** Arguments name files that are not open at this moment: rustc's `--out-dir`, a linker's output. */
function argumentsOf(folder) {
    try {
        return (0,external_node_fs_.readFileSync)(`${folder}/cmdline`, 'utf8').split('\0');
    }
    catch {
        // Gone meanwhile, or another user's: no sign, no conclusion.
        return [];
    }
}
function mountsOf(pid) {
    return parseMounts(mountTextOf(pid));
}
/**
 * What another user's process shows of its mounts, which is as good a name of its namespace as the
 * link that only its owner may read: every mount has a number of its own. '' where it shows nothing.
 */
function mountTextOf(pid) {
    try {
        return readMountText(pid);
    }
    catch (error) {
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return '';
        throw error;
    }
}
/** A link in /proc without the kernel's ` (deleted)`; null where it cannot be read. */
function readLink(path) {
    try {
        return (0,external_node_fs_.readlinkSync)(path).replace(/ \(deleted\)$/, '');
    }
    catch {
        // Gone meanwhile, a kernel thread, or another user's: no sign, no conclusion.
        return null;
    }
}
function commandOf(pid) {
    const found = readProcess(pid);
    return typeof found === 'string' ? found : found.command;
}

;// CONCATENATED MODULE: ./lib/steps/observe.js













/**
 * Reads the root, without looking into any slot.
 *
 * @param adopted paths relative to the root that an administrator gives up for deletion
 */
function observe(root, self, scope, adopted = []) {
    const moment = readMoment();
    const prefix = scope === 'own' ? runnerPrefix(self.runnerKey ?? '') : '';
    const { records, leftovers } = readLeases(root, prefix, moment.wallMs);
    const needsInventory = scope === 'host' || records.some((record) => record.slot === null);
    const inventory = needsInventory ? listSlots(root) : { slots: [], odd: [] };
    const byId = new Map(inventory.slots.map((slot) => [idOf(slot), slot]));
    const mounts = readMounts();
    const ended = rememberEnded();
    const leases = records.map((record) => {
        const slot = record.slot ?? byId.get(record.id) ?? null;
        return observeLease(root, { ...record, slot }, self, mounts, ended);
    });
    const foreign = scope === 'host' ? findForeign(root, inventory, leases, adopted) : [];
    const unfinished = [
        ...leftovers.map((name) => `leases/${name}`),
        ...listUnfinished(root, moment.wallMs),
    ];
    return { moment, leases, foreign, leftovers: unfinished };
}
function idOf(slot) {
    return leaseIdOfSlot(slot.slice(slot.lastIndexOf('/') + 1)) ?? '';
}
function observeLease(root, record, self, mounts, ended) {
    const { slot } = record;
    return {
        record,
        owner: judgeOwner(record, sightOf(record, self, ended), self),
        slot: slot === null ? 'missing' : findSlot(root, slot),
        mounts: slot === null ? [] : mountsWithin(`${root.realPath}/${slot}`, mounts),
    };
}
/** Remembers the answers for the length of one pass: each is a look at every process. */
function rememberEnded() {
    const known = new Map();
    return (namespace) => {
        const answer = known.get(namespace) ?? isNamespaceGone(namespace);
        known.set(namespace, answer);
        return answer;
    };
}
/** How the owner is found; a process can be looked for in this boot and pid namespace only. */
function sightOf({ lease, state }, self, ended) {
    const unseen = { worker: null, namespaceIsGone: false };
    const owner = lease?.owner;
    if (owner === undefined || state === 'ended' || owner.bootId !== self.bootId)
        return unseen;
    if (owner.pidNamespace !== self.pidNamespace) {
        return { worker: null, namespaceIsGone: ended(owner.pidNamespace) };
    }
    return { worker: owner.worker === null ? null : stateOf(owner.worker), namespaceIsGone: false };
}
function findForeign(root, inventory, leases, adopted) {
    const leased = new Set(leases.map((each) => each.record.id));
    // A slot that was made after the leases were read has a lease by now; one in the trash is gone.
    const without = inventory.slots.filter((slot) => {
        const id = idOf(slot);
        return !leased.has(id) && !isInTrash(root, id) && findLease(root, id) === null;
    });
    return [
        ...without.map((path) => ({
            path,
            why: 'it looks like a slot, but has no lease',
            adopted: adopted.includes(path),
        })),
        ...inventory.odd.map((path) => ({
            path,
            why: 'it is not target-guard’s: it has no slot’s name',
            adopted: false,
        })),
    ];
}
/** Looks who lives in these slots; only those that would go are worth the look. */
async function lookInto(root, places, self, environment) {
    if (places.length === 0)
        return new Map();
    const slots = places.map((place) => place.slot);
    const answer = await listContainers(environment);
    const locks = probeCargoLocks(slots.map((slot) => `${root.realPath}/${slot}`));
    const searches = {
        rootPaths: [...new Set([root.path, root.realPath])],
        cargoLocks: new Map([...locks].map(([path, found]) => [path.slice(root.realPath.length + 1), found])),
        processes: scanProcesses(root.realPath, slots),
        containers: {
            // The container this process runs in has every mount of its job: no news of other jobs.
            list: answer.kind === 'answered'
                ? answer.containers.filter((each) => !isSame(each.id, self.container))
                : [],
            failure: answer.kind === 'silent' ? `docker does not answer (${answer.why})` : null,
        },
    };
    return new Map(places.map((place) => [place.slot, occupancyOf(place, searches)]));
}
/** A container knows itself by its full id or by its hostname, which is the beginning of it. */
function isSame(id, own) {
    return own !== null && own !== '' && id.startsWith(own);
}

;// CONCATENATED MODULE: ./lib/host/deletion.js








/** `rm` reports a directory as not empty when somebody writes into it meanwhile. */
const ROUNDS = 5;
/**
 * Deletes one entry of the trash, by rm(1), which walks by descriptor (openat) and so cannot be
 * led out of the tree by a directory that is swapped for a link; node's own `fs.rm` can.
 *
 * Mounts below it are never walked into: rm's `--one-file-system` does not see a bind mount of the
 * same file system, so the mount table is asked first.
 */
async function deleteEntry(root, id, ways) {
    const path = trashPath(root, id);
    const mounted = mountsBelow(root, id);
    if (mounted.length > 0) {
        return stuck(`something is mounted in it: ${mounted.join(', ')}`, `umount ${quoted(mounted)}`);
    }
    let why = '';
    for (let round = 1; round <= ROUNDS; round += 1) {
        const removed = await remove(root, id);
        if (!isInTrash(root, id))
            return { kind: 'deleted' };
        if (removed.kind === 'claimed')
            return { kind: 'busy', why: 'another reaper is deleting it' };
        if (removed.kind === 'killed')
            return { kind: 'busy', why: `rm was ended by ${removed.by}` };
        why = removed.why;
        if (isWrittenInto(why))
            continue;
        if (!openUp(path))
            break;
    }
    if (isWrittenInto(why)) {
        return { kind: 'busy', why: 'something keeps writing into it while it is being deleted' };
    }
    const helped = withHelp(ways, (helper) => helper.remove(controlName(root, 'trash'), id));
    if (!isInTrash(root, id))
        return { kind: 'deleted' };
    return stuck(helped.ok ? why : `${why}; ${helped.why}`, `sudo rm -rf --one-file-system ${quoted([controlName(root, 'trash', id)])}`);
}
/** Whether rm failed on a directory that was filled meanwhile, or did its work and it is there again. */
function isWrittenInto(why) {
    return why === '' || why.includes('Directory not empty');
}
function stuck(why, command) {
    return { kind: 'stuck', why, command };
}
/** Words for a shell, for a person to copy. */
function quoted(words) {
    return words.map((word) => `'${word.replaceAll("'", String.raw `'\''`)}'`).join(' ');
}
function mountsBelow(root, id) {
    return mountsWithin(`${root.realPath}/.target-guard/trash/${id}`, readMounts());
}
/** Exit code by which the shell says that the entry is another reaper's. */
const CLAIMED = 75;
// The lock on the entry is held by the shell and by rm after it, through descriptor 3: the kernel
// gives it back when rm ends, however it ends. Without flock(1) two rm at once only do work twice.
// The trash is descriptor 4: its path may lead elsewhere by now.
const SCRIPT = `
if [ -d /proc/self/fd/3 ] && command -v flock >/dev/null 2>&1; then flock -x -n 3 2>/dev/null || exit ${CLAIMED}; fi
case $(rm --version 2>/dev/null) in *GNU*) exec rm -rf --one-file-system -- "/proc/self/fd/4/$1" ;; esac
exec rm -rf -- "/proc/self/fd/4/$1"`;
async function remove(root, id) {
    const path = trashPath(root, id);
    let folder;
    try {
        if (!(0,external_node_fs_.lstatSync)(path).isDirectory()) {
            (0,external_node_fs_.unlinkSync)(path);
            return { kind: 'tried', why: '' };
        }
        folder = folders_openFolder(path);
    }
    catch (error) {
        // Unreadable for this user: rm will say so in its own words.
        if ((0,guard_error/* errnoOf */.UQ)(error) !== 'EACCES')
            return { kind: 'tried', why: (0,guard_error/* messageOf */.bD)(error) };
        folder = 'ignore';
    }
    try {
        return await deletion_run(['-c', SCRIPT, 'sh', id], {
            cwd: '/',
            env: { ...process.env, LC_ALL: 'C' },
            stdio: ['ignore', 'ignore', 'pipe', folder, root.folders.trash],
        });
    }
    finally {
        if (folder !== 'ignore')
            (0,external_node_fs_.closeSync)(folder);
    }
}
/** rm has a line for each file that it cannot remove; the last one is what is told. */
const TOLD_AT_MOST = 16_384;
async function deletion_run(words, options) {
    return new Promise((resolve) => {
        const shell = (0,external_node_child_process_namespaceObject.spawn)('sh', words, options);
        let said = '';
        shell.stderr?.setEncoding('utf8').on('data', (part) => {
            said = (said + part).slice(-TOLD_AT_MOST);
        });
        shell.on('error', (error) => resolve({ kind: 'tried', why: (0,guard_error/* messageOf */.bD)(error) }));
        shell.on('close', (status, signal) => {
            if (status === CLAIMED)
                resolve({ kind: 'claimed' });
            // By the kernel when memory ran out, or by a person: nothing that an administrator must mend.
            else if (signal !== null)
                resolve({ kind: 'killed', by: signal });
            else
                resolve({ kind: 'tried', why: (0,guard_error/* messageOf */.bD)(new Error(said.trim().split('\n').at(-1))) });
        });
    });
}
/** open(2) flag that node does not name: a descriptor on something that may not be read. */
const O_PATH = 0o10_000_000;
/** Deeper than this, a tree with read-only directories is left to the helper. */
const DEPTH_AT_MOST = 500;
/**
 * Makes every directory of this user's in a tree writable for its owner, so that rm can empty it.
 *
 * By descriptor at each step, and directories alone: a file may have another name outside the tree.
 *
 * @returns whether anything was changed
 */
function openUp(path) {
    if (process.geteuid?.() === 0)
        return false;
    let changed = false;
    const visit = (entry, depth) => {
        const folder = openByPath(entry);
        if (folder === null)
            return;
        try {
            const here = `/proc/self/fd/${folder}`;
            if (deletion_open(folder))
                changed = true;
            if (depth === DEPTH_AT_MOST)
                return;
            for (const child of (0,external_node_fs_.readdirSync)(here, { withFileTypes: true, encoding: 'buffer' })) {
                if (child.isDirectory())
                    visit(Buffer.concat([Buffer.from(`${here}/`), child.name]), depth + 1);
            }
        }
        catch (error) {
            // Another user's directory: the helper's part.
            if (!['EACCES', 'EPERM', 'ENOENT'].includes((0,guard_error/* errnoOf */.UQ)(error)))
                throw error;
        }
        finally {
            (0,external_node_fs_.closeSync)(folder);
        }
    };
    visit(path, 0);
    return changed;
}
function openByPath(entry) {
    try {
        return (0,external_node_fs_.openSync)(entry, O_PATH | external_node_fs_.constants.O_DIRECTORY | external_node_fs_.constants.O_NOFOLLOW);
    }
    catch (error) {
        if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes((0,guard_error/* errnoOf */.UQ)(error)))
            return null;
        throw error;
    }
}
/** Gives the owner all rights to the directory; false where they are there already. */
function deletion_open(folder) {
    const { mode } = (0,external_node_fs_.statSync)(`/proc/self/fd/${folder}`);
    if ((mode & 0o700) === 0o700)
        return false;
    (0,external_node_fs_.chmodSync)(`/proc/self/fd/${folder}`, (mode & 0o7777) | 0o700);
    return true;
}

;// CONCATENATED MODULE: ./lib/steps/reap.js





/** Empties the trash with the helpers that are set. */
async function emptyTrash(root, settings) {
    return reap(root, helpers(settings));
}
/**
 * What takes time is the kernel's work for each file. Two rm need little more than half the time of
 * one where a second processor is idle, and the same where none is; more would be in builds' way.
 */
const AT_ONCE = 2;
/**
 * Empties the trash. Several reapers may run at once: each entry is one's alone while it lasts.
 *
 * What has come into the trash meanwhile is taken too; what cannot be deleted is tried once.
 */
async function reap(root, ways) {
    const before = freeBytes(root);
    const reaped = { deleted: [], busy: [], quarantined: [], reclaimedBytes: 0 };
    const tried = new Set();
    for (let fresh = reap_untried(root, tried); fresh.length > 0; fresh = reap_untried(root, tried)) {
        for (const id of fresh)
            tried.add(id);
        const waiting = fresh.values();
        const reaper = async () => {
            for (const id of waiting)
                await reapEntry(root, id, ways, reaped);
        };
        await Promise.all(Array.from({ length: AT_ONCE }, reaper));
    }
    reaped.reclaimedBytes = Math.max(0, freeBytes(root) - before);
    return reaped;
}
function reap_untried(root, tried) {
    return listTrash(root)
        .map((entry) => entry.id)
        .filter((id) => !tried.has(id));
}
async function reapEntry(root, id, ways, reaped) {
    try {
        const outcome = await deleteEntry(root, id, ways);
        switch (outcome.kind) {
            case 'deleted':
                forgetEntry(root, id);
                reaped.deleted.push(id);
                return;
            case 'busy':
                reaped.busy.push({ id, why: outcome.why });
                return;
            case 'stuck': {
                const { why, command } = outcome;
                quarantine(root, id, { reason: why, command });
                reaped.quarantined.push({ id, why, command });
                return;
            }
            default:
                outcome;
        }
    }
    catch (error) {
        reaped.busy.push({ id, why: (0,guard_error/* messageOf */.bD)(error) });
    }
}
function freeBytes(root) {
    const { bavail, bsize } = (0,external_node_fs_.statfsSync)(root.path);
    return bavail * bsize;
}

;// CONCATENATED MODULE: ./lib/steps/pass.js











/** What a pass would do, and the view it was planned on; touches nothing. */
async function plan(request, runtime) {
    const { root, self, scope, retention, adopted } = request;
    const view = observe(root, self, scope, adopted);
    const chosen = candidates(view.leases, retention, view.moment);
    const places = [...chosen.flatMap(pass_placeOf), ...adoptedPlaces(view)];
    const bySlot = await lookInto(root, places, self, runtime.environment);
    const occupancies = new Map(places.map((place) => [place.key, bySlot.get(place.slot) ?? { inhabitants: [], unknown: [] }]));
    return { view, actions: planPass(view, chosen, occupancies) };
}
function pass_placeOf({ lease: { record, slot, mounts } }) {
    if (record.slot === null || slot !== 'present' || mounts.length > 0)
        return [];
    const container = record.lease?.owner.container ?? null;
    return [{ key: record.id, slot: record.slot, container }];
}
function adoptedPlaces(view) {
    return view.foreign
        .filter((each) => each.adopted)
        .map(({ path }) => ({ key: path, slot: path, container: null }));
}
/**
 * One pass: observe, plan, apply, and a heartbeat of it.
 *
 * The lock is taken only when there is something to rename, and held only for that. A pass without
 * the lock is right too; one that waited in vain says so.
 */
async function pass(request, runtime) {
    const started = external_node_perf_hooks_namespaceObject.performance.now();
    const { root, ways, dryRun } = request;
    const { view, actions } = await plan(request, runtime);
    let applied = { retired: [], failures: [] };
    let lock = null;
    if (!dryRun && changesAnything(actions)) {
        const { value, ...times } = await withHostLock(root, () => apply(root, actions, ways));
        applied = value;
        lock = times;
        if (times.problem !== null) {
            runtime.voice.warning(`The host lock could not be had (${times.problem}); the pass went on without it, which is ` +
                'safe. Look at what lies at host.lock.lock in the root’s .target-guard if this stays so.');
        }
    }
    const reaped = request.deletes === 'now' && !dryRun ? await reap(root, ways) : null;
    const seconds = (external_node_perf_hooks_namespaceObject.performance.now() - started) / 1000;
    const heartbeat = heartbeatOf(request, { view, actions, applied, lock, reaped, seconds });
    try {
        writeHeartbeatText(root, encodeHeartbeat(heartbeat));
    }
    catch (error) {
        runtime.voice.warning(`The heartbeat cannot be written (${(0,guard_error/* messageOf */.bD)(error)}).`);
    }
    for (const { action, why } of applied.failures) {
        runtime.voice.warning(`Not done: ${describeAction(action)} (${why})`);
    }
    return { ...applied, actions, heartbeat, reaped };
}

// EXTERNAL MODULE: ./lib/steps/runtime.js
var steps_runtime = __nccwpck_require__(119);
;// CONCATENATED MODULE: ./lib/steps/prepare.js













/**
 * The beginning of a job: check every setting, prune this runner's own stale slots, get a slot.
 *
 * @param onLease told the root and the lease as soon as it is written
 * @throws GuardError for bad settings, before anything is touched, or where no slot can be made
 */
async function prepare(settings, madeBy, runtime, onLease) {
    const { environment, voice } = runtime;
    const job = readJob(environment, settings.leg);
    if (settings.owner !== null)
        resolveSetting(settings.owner);
    const root = openRoot(settings.root, (0,steps_runtime/* preciousOf */.YU)(environment));
    const builder = resolveOwner(settings.owner, root);
    const owner = observeOwner(environment);
    const ways = privilege_helpers(settings);
    const heartbeat = parseHeartbeat(readHeartbeatText(root));
    for (const text of maintenanceWarnings(heartbeat, readFoundedAt(root), Date.now())) {
        voice.warning(text);
    }
    const pruned = await prune(root, job, settings, runtime);
    const request = { root, job, owner, builder, ways };
    const hooked = madeBy === 'step' ? (environment['TARGET_GUARD_LEASE'] ?? '') : '';
    const taken = takeOver(hooked, request);
    if (taken !== null)
        onLease(root.path, taken.lease.id);
    const slot = taken ?? acquire({ ...request, madeBy, onLease: (id) => onLease(root.path, id) });
    return { ...slot, ...pruned, root: root.path, takenOver: taken !== null };
}
/** The pass over this runner's own slots; a pass that fails never stops a job. */
async function prune(root, job, settings, runtime) {
    const { environment, voice } = runtime;
    const owner = observeOwner(environment);
    try {
        const done = await pass({
            root,
            self: (0,steps_runtime/* selfOf */.KV)(owner, job),
            scope: 'own',
            retention: settings,
            ways: privilege_helpers(settings),
            dryRun: settings.dryRun,
            deletes: 'later',
            by: `pre of ${owner.runner.name}`,
        }, runtime);
        announce(done.actions, settings.dryRun, runtime);
        if (!settings.dryRun && hasTrash(root))
            startReaper(root, runtime.script, settings);
        const { actions, retired, heartbeat } = done;
        return { actions, retired: retired.length, reclaimedBytes: heartbeat.reclaimedBytes };
    }
    catch (error) {
        voice.warning(`The pass over this runner’s slots failed (${error instanceof Error ? error.message : String(error)}); ` +
            'the job goes on, and the next pass tries again. “target-guard doctor” checks the host.');
        return { actions: [], retired: 0, reclaimedBytes: 0 };
    }
}
/** Says what a pass did; in a dry run as an annotation that nobody can overlook. */
function announce(actions, dryRun, { voice }) {
    for (const action of actions) {
        if (action.kind === 'foreign')
            continue;
        voice.info(`${dryRun ? 'would ' : ''}${describeAction(action)}`);
    }
    if (!dryRun)
        return;
    const many = actions.filter((action) => action.kind === 'retire').length;
    voice.warning(`dry-run is on: nothing is deleted on this host by this runner. ${many} slot(s) would go.`);
}

;// CONCATENATED MODULE: ./lib/steps/pre.js





/** Gets the job its slot and exports it; main does the same where the runner skips pre. */
async function pre(runtime) {
    const { environment, voice } = runtime;
    const settings = readInputs(environment);
    const prepared = await prepare(settings, 'step', runtime, (root, lease) => saveState(environment, { root, lease, prepared: null }));
    const state = pre_stateOf(prepared);
    saveState(environment, state);
    (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_ENV', 'CARGO_TARGET_DIR', prepared.targetDirectory);
    voice.info(`CARGO_TARGET_DIR is ${prepared.targetDirectory}`);
    return state;
}
function pre_stateOf(prepared) {
    const { lease, root, targetDirectory, runDirectory, retired, reclaimedBytes, takenOver } = prepared;
    const actions = prepared.actions.map(describeAction);
    return {
        root,
        lease: lease.id,
        prepared: { targetDirectory, runDirectory, retired, reclaimedBytes, takenOver, actions },
    };
}

;// CONCATENATED MODULE: ./lib/steps/main.js






/** Sets the outputs and writes the job summary; does all of pre first where pre did not run. */
async function main(runtime) {
    const { environment, voice } = runtime;
    const before = readState(environment);
    const state = before?.prepared === null || before === null ? await pre(runtime) : before;
    const { prepared } = state;
    if (prepared === null)
        return;
    const outputs = {
        'target-dir': prepared.targetDirectory,
        'run-dir': prepared.runDirectory,
        lease: state.lease,
        retired: String(prepared.retired),
        'reclaimed-bytes': String(prepared.reclaimedBytes),
    };
    for (const [name, value] of Object.entries(outputs)) {
        (0,workflow_commands/* handOver */.Cl)(environment, 'GITHUB_OUTPUT', name, value);
    }
    try {
        const { dryRun } = readInputs(environment);
        (0,workflow_commands/* addSummary */.S0)(environment, jobSummary({ ...prepared, lease: state.lease, dryRun }));
    }
    catch (error) {
        // A summary is for people to read; no build is stopped for the lack of one.
        voice.warning(`The job summary was not written: ${(0,guard_error/* messageOf */.bD)(error)}`);
    }
}


/***/ }),

/***/ 25:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   eg: () => (/* binding */ runStep)
/* harmony export */ });
/* unused harmony exports runHook, inWords */
/* harmony import */ var _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(29);

/**
 * Runs one phase of the action: the one place that catches.
 *
 * @returns the exit code: 1 fails the step
 */
async function runStep(step, runtime) {
    try {
        await step(runtime);
        return 0;
    }
    catch (error) {
        runtime.voice.error(inWords(error));
        return 1;
    }
}
/**
 * Runs a hook. A hook that fails would fail every job of the host, so whatever goes wrong is an
 * error annotation, and the job goes on without a slot.
 */
async function runHook(hook, runtime) {
    try {
        await hook(runtime);
    }
    catch (error) {
        runtime.voice.error(`${inWords(error)} The job goes on without a target dir of its own.`);
    }
    return 0;
}
/** What was thrown, for a person; what we did not foresee comes with its trace. */
function inWords(error) {
    if (error instanceof _plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .GuardError */ .U$)
        return error.message;
    const trace = error instanceof Error ? (error.stack ?? error.message) : (0,_plan_guard_error_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error);
    return `Unforeseen, please report it: ${trace}`;
}


/***/ }),

/***/ 119:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   KG: () => (/* binding */ workflowRuntime),
/* harmony export */   KV: () => (/* binding */ selfOf),
/* harmony export */   YU: () => (/* binding */ preciousOf)
/* harmony export */ });
/* harmony import */ var _github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(217);
/* harmony import */ var _report_voice_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(944);


/** This process as the other side of every comparison. */
function selfOf(owner, job) {
    return {
        bootId: owner.bootId,
        pidNamespace: owner.pidNamespace,
        runnerKey: job === null ? null : owner.runner.key,
        worker: owner.worker,
        container: owner.container,
        job: job === null ? null : { runId: job.runId, attempt: job.attempt, job: job.job },
    };
}
/** Paths that may not be a root, from the environment of a job or a terminal. */
function preciousOf(environment) {
    return { home: environment['HOME'] ?? '', workspace: environment['GITHUB_WORKSPACE'] ?? null };
}
/** The runtime of what the runner starts: a phase of the action, or a hook. */
function workflowRuntime(environment, script, write) {
    return { environment, script, voice: workflowVoice(write) };
}
/** Speaks in a workflow's log: lines for facts, annotations for what matters. */
function workflowVoice(write) {
    return {
        info: (text) => write(`${_report_voice_js__WEBPACK_IMPORTED_MODULE_1__/* .TAG */ .Dk} ${(0,_report_voice_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g$)(text)}\n`),
        notice: (text) => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_0__/* .annotation */ .w7)('notice', 'target-guard', (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g$)(text))),
        warning: (text) => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_0__/* .annotation */ .w7)('warning', 'target-guard', (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g$)(text))),
        error: (text) => write((0,_github_workflow_commands_js__WEBPACK_IMPORTED_MODULE_0__/* .annotation */ .w7)('error', 'target-guard', (0,_report_voice_js__WEBPACK_IMPORTED_MODULE_1__/* .printable */ .g$)(text))),
    };
}


/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/******/ // expose the modules object (__webpack_modules__)
/******/ __nccwpck_require__.m = __webpack_modules__;
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/create fake namespace object */
/******/ (() => {
/******/ 	var getProto = Object.getPrototypeOf ? (obj) => (Object.getPrototypeOf(obj)) : (obj) => (obj.__proto__);
/******/ 	var leafPrototypes;
/******/ 	// create a fake namespace object
/******/ 	// mode & 1: value is a module id, require it
/******/ 	// mode & 2: merge all properties of value into the ns
/******/ 	// mode & 4: return value when already ns object
/******/ 	// mode & 16: return value when it's Promise-like
/******/ 	// mode & 8|1: behave like require
/******/ 	__nccwpck_require__.t = function(value, mode) {
/******/ 		if(mode & 1) value = this(value);
/******/ 		if(mode & 8) return value;
/******/ 		if(typeof value === 'object' && value) {
/******/ 			if((mode & 4) && value.__esModule) return value;
/******/ 			if((mode & 16) && typeof value.then === 'function') return value;
/******/ 		}
/******/ 		var ns = Object.create(null);
/******/ 		__nccwpck_require__.r(ns);
/******/ 		var def = {};
/******/ 		leafPrototypes = leafPrototypes || [null, getProto({}), getProto([]), getProto(getProto)];
/******/ 		for(var current = mode & 2 && value; typeof current == 'object' && !~leafPrototypes.indexOf(current); current = getProto(current)) {
/******/ 			Object.getOwnPropertyNames(current).forEach((key) => (def[key] = () => (value[key])));
/******/ 		}
/******/ 		def['default'] = () => (value);
/******/ 		__nccwpck_require__.d(ns, def);
/******/ 		return ns;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/ensure chunk */
/******/ (() => {
/******/ 	__nccwpck_require__.f = {};
/******/ 	// This file contains only the entry chunk.
/******/ 	// The chunk loading function for additional chunks
/******/ 	__nccwpck_require__.e = (chunkId) => {
/******/ 		return Promise.all(Object.keys(__nccwpck_require__.f).reduce((promises, key) => {
/******/ 			__nccwpck_require__.f[key](chunkId, promises);
/******/ 			return promises;
/******/ 		}, []));
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/get javascript chunk filename */
/******/ (() => {
/******/ 	// This function allow to reference async chunks
/******/ 	__nccwpck_require__.u = (chunkId) => {
/******/ 		// return url for filenames based on template
/******/ 		return "" + chunkId + ".index.js";
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/******/ /* webpack/runtime/make namespace object */
/******/ (() => {
/******/ 	// define __esModule on exports
/******/ 	__nccwpck_require__.r = (exports) => {
/******/ 		if(typeof Symbol !== 'undefined' && Symbol.toStringTag) {
/******/ 			Object.defineProperty(exports, Symbol.toStringTag, { value: 'Module' });
/******/ 		}
/******/ 		Object.defineProperty(exports, '__esModule', { value: true });
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/import chunk loading */
/******/ (() => {
/******/ 	// no baseURI
/******/ 	
/******/ 	// object to store loaded and loading chunks
/******/ 	// undefined = chunk not loaded, null = chunk preloaded/prefetched
/******/ 	// [resolve, Promise] = chunk loading, 0 = chunk loaded
/******/ 	var installedChunks = {
/******/ 		792: 0
/******/ 	};
/******/ 	
/******/ 	var installChunk = (data) => {
/******/ 		var {ids, modules, runtime} = data;
/******/ 		// add "modules" to the modules object,
/******/ 		// then flag all "ids" as loaded and fire callback
/******/ 		var moduleId, chunkId, i = 0;
/******/ 		for(moduleId in modules) {
/******/ 			if(__nccwpck_require__.o(modules, moduleId)) {
/******/ 				__nccwpck_require__.m[moduleId] = modules[moduleId];
/******/ 			}
/******/ 		}
/******/ 		if(runtime) runtime(__nccwpck_require__);
/******/ 		for(;i < ids.length; i++) {
/******/ 			chunkId = ids[i];
/******/ 			if(__nccwpck_require__.o(installedChunks, chunkId) && installedChunks[chunkId]) {
/******/ 				installedChunks[chunkId][0]();
/******/ 			}
/******/ 			installedChunks[ids[i]] = 0;
/******/ 		}
/******/ 	
/******/ 	}
/******/ 	
/******/ 	__nccwpck_require__.f.j = (chunkId, promises) => {
/******/ 			// import() chunk loading for javascript
/******/ 			var installedChunkData = __nccwpck_require__.o(installedChunks, chunkId) ? installedChunks[chunkId] : undefined;
/******/ 			if(installedChunkData !== 0) { // 0 means "already installed".
/******/ 	
/******/ 				// a Promise means "currently loading".
/******/ 				if(installedChunkData) {
/******/ 					promises.push(installedChunkData[1]);
/******/ 				} else {
/******/ 					if(true) { // all chunks have JS
/******/ 						// setup Promise in chunk cache
/******/ 						var promise = import("./" + __nccwpck_require__.u(chunkId)).then(installChunk, (e) => {
/******/ 							if(installedChunks[chunkId] !== 0) installedChunks[chunkId] = undefined;
/******/ 							throw e;
/******/ 						});
/******/ 						var promise = Promise.race([promise, new Promise((resolve) => (installedChunkData = installedChunks[chunkId] = [resolve]))])
/******/ 						promises.push(installedChunkData[1] = promise);
/******/ 					}
/******/ 				}
/******/ 			}
/******/ 	};
/******/ 	
/******/ 	// no prefetching
/******/ 	
/******/ 	// no preloaded
/******/ 	
/******/ 	// no external install chunk
/******/ 	
/******/ 	// no on chunks loaded
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(342);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
