import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What others published for tests, at one commit of theirs. */
export interface Corpus {
  /** Its folder in `../shared/corpora`. */
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  /** Files and folders that are taken, its licence first. */
  readonly paths: readonly string[];
}

export const corpora: readonly Corpus[] = [
  {
    name: 'iglu-central',
    repository: 'https://github.com/snowplow/iglu-central',
    commit: 'cbac22edd8c67e09413c19e80c3d7354e1f010c8',
    paths: ['LICENSE', 'schemas'],
  },
  {
    name: 'json-schema-test-suite',
    repository: 'https://github.com/json-schema-org/JSON-Schema-Test-Suite',
    commit: '44401e0c046704b476ec9d2e2fccdaee618f259d',
    paths: ['LICENSE', 'tests/draft4', 'remotes/draft4'],
  },
  {
    name: 'maxmind-db',
    repository: 'https://github.com/maxmind/MaxMind-DB',
    commit: '2f18851d11a77ca981975666b18680979a6759a5',
    paths: ['LICENSE-MIT', 'bad-data', 'test-data/GeoIP2-Country-Test.mmdb'],
  },
  {
    name: 'uap-core',
    repository: 'https://github.com/ua-parser/uap-core',
    commit: 'e3c5e634bee0b14f1a129c991483910739ad9f6c',
    paths: ['LICENSE', 'tests/test_ua.yaml', 'tests/test_os.yaml', 'tests/test_device.yaml'],
  },
];

/** Beside the checkout: it is under licences of its own, and no part of the project. */
export const CORPORA = resolve(__dirname, '../../../shared/corpora');

/** Those that are not in a folder. */
export const missingCorpora = (folder: string): readonly Corpus[] =>
  corpora.filter(({ name }) => !existsSync(join(folder, name)));
