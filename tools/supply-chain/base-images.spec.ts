import { baseImageProblems, imageProblems, imagesIn } from './base-images';

describe('baseImageProblems', () => {
  it.each([
    ['a digest', `FROM node:24@sha256:${'a'.repeat(64)} AS build\nFROM build`],
    ['a tag that a person has agreed to', 'FROM --platform=linux/amd64 node:24-slim AS x'],
  ])('lets pass %s', (_case, dockerfile) => {
    expect(baseImageProblems(dockerfile)).toEqual([]);
  });

  it.each(['FROM node:latest', 'FROM alpine AS build\nFROM build', `FROM node@sha256:abc`])(
    'refuses %s',
    (dockerfile) => {
      expect(baseImageProblems(dockerfile)).toEqual([expect.stringMatching(/name it by its digest/)]);
    },
  );
});

describe('imageProblems', () => {
  it.each([`apache/kafka:4.1.1@sha256:${'a'.repeat(64)}`, 'apache/kafka:4.1.1', 'a/registry:2.6.13.Final'])(
    'lets pass %s',
    (image) => {
      expect(imageProblems('docker-compose.yml', [image])).toEqual([]);
    },
  );

  it.each(['apache/kafka', 'apache/kafka:latest', 'apache/kafka:4', 'apache/kafka:4.1', 'registry:5000/a'])(
    'refuses %s',
    (image) => {
      expect(imageProblems('docker-compose.yml', [image])).toEqual([
        `docker-compose.yml runs ${image}, which can change: name it by its digest (…@sha256:…) or an exact version.`,
      ]);
    },
  );
});

it('finds the images of a compose file, also those that were merged in, and not what is built', () => {
  const compose = `x-ours: &ours { image: 'ours:local', build: . }
x-theirs: &theirs { image: 'theirs:1.2.3' }
services:
  a: { <<: *ours }
  b: { <<: *theirs }
  c: { image: other }
`;
  expect(imagesIn(compose)).toEqual(['theirs:1.2.3', 'other']);
});
