/**
 * The program of the thread that custom enrichments run in. It is a text because a worker needs a file or a text of its
 * own, and the services are bundles of one file. It loads the enrichments, says so, and then answers one event at a time.
 *
 * Both sides share two numbers: [0] is 0 while the thread loads, 1 when it waits for an event, 2 while it works on one;
 * [1] is the position of the enrichment at work. Texts go over a port.
 */
export const workerProgram = String.raw`
'use strict';
const { receiveMessageOnPort, workerData } = require('node:worker_threads');
const { files, port, settings } = workerData;
const state = new Int32Array(workerData.state);
const LONGEST_ANSWER = 262144;
// The service masks the addresses in a message and shows the beginning. An address that is cut is none any more: so the
// cut is here far behind what can be shown, also of a text of nothing but addresses.
const LONGEST_MESSAGE = 4096;
const WAITING = 1;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (error) => String((error && error.message) || error);

function hand(text) {
  port.postMessage(text);
  Atomics.store(state, 0, WAITING);
  Atomics.notify(state, 0);
}

/** What is wrong with what a file exports; an empty list if nothing is. */
function faults({ name, summary, enrich, config = {} }) {
  const found = [];
  if (typeof name !== 'string' || !/^[a-z][A-Za-z0-9]{0,63}$/.test(name))
    found.push('its "name" is not a word in camel case such as weather');
  if (typeof summary !== 'string' || summary.trim() === '') found.push('it has no "summary" of what it does');
  if (typeof enrich !== 'function') found.push('its "enrich" is no function (event, { config }) => result');
  if (!isObject(config)) found.push('its "config" is no object of settings with their defaults');
  return found;
}

/** The defaults of an enrichment under what the operator set. */
function configured(name, defaults, given, found) {
  for (const key of Object.keys(given)) {
    const names = Object.keys(defaults).join(', ') || 'none';
    if (!Object.hasOwn(defaults, key)) found.push('it has no setting "' + key + '". There are: ' + names);
    else if (defaults[key] !== null && typeof given[key] !== typeof defaults[key])
      found.push('its setting "' + key + '" takes a ' + typeof defaults[key] + ', not a ' + typeof given[key]);
  }
  return Object.freeze({ ...defaults, ...given });
}

async function load({ file, url }, problems) {
  const say = (found) => problems.push(...found.map((fault) => file + ': ' + fault + '.'));
  try {
    const loaded = await import(url);
    const exported = isObject(loaded.default) && loaded.default.__esModule ? loaded.default.default : loaded.default;
    if (!isObject(exported)) return say(['it has no default export { name, summary, enrich }']);
    const found = faults(exported);
    if (found.length > 0) return say(found);
    const { name, enrich, config = {} } = exported;
    const given = isObject(settings[name]) ? settings[name] : {};
    const enrichment = { name, enrich: enrich.bind(exported), config: configured(name, config, given, found) };
    return found.length > 0 ? say(found) : enrichment;
  } catch (error) {
    return say(['it cannot be loaded (' + textOf(error) + ')']);
  }
}

function answerOf({ name, enrich, config }, event) {
  const head = '{"name":' + JSON.stringify(name) + ',';
  try {
    const result = enrich(JSON.parse(event), { config });
    if (result && typeof result.then === 'function')
      throw new Error('it returned a promise, but it has to answer at once');
    const text = JSON.stringify(result);
    if (text === undefined) return head + '"result":null}';
    if (text.length > LONGEST_ANSWER) throw new Error('it returned more than ' + LONGEST_ANSWER + ' characters');
    return head + '"result":' + text + '}';
  } catch (error) {
    return head + '"threw":' + JSON.stringify(textOf(error).slice(0, LONGEST_MESSAGE)) + '}';
  }
}

(async () => {
  const problems = [];
  const enrichments = [];
  for (const file of files) {
    const enrichment = await load(file, problems);
    if (!enrichment) continue;
    if (enrichments.some(({ name }) => name === enrichment.name))
      problems.push(file.file + ': another file has the name ' + enrichment.name + ' already.');
    enrichments.push(enrichment);
  }
  hand(JSON.stringify({ names: enrichments.map(({ name }) => name), problems }));
  for (;;) {
    // The service stores and then notifies: its notify for the event before may come only now, without a message.
    while (Atomics.load(state, 0) === WAITING) Atomics.wait(state, 0, WAITING);
    const { message } = receiveMessageOnPort(port);
    const answers = enrichments.map((enrichment, position) => {
      Atomics.store(state, 1, position);
      return answerOf(enrichment, message);
    });
    hand('[' + answers.join(',') + ']');
  }
})();
`;
