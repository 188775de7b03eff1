import { baseImageProblems } from './base-images';

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
