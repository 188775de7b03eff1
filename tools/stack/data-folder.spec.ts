import { assertUsableFolder } from './data-folder';

describe('assertUsableFolder', () => {
  it.each(['/data', '/home/zoë/my data', "/it's/(ok)/[1]", '/a-b_c.d+e@f#g'])('takes %s', (folder) => {
    expect(() => {
      assertUsableFolder(folder);
    }).not.toThrow();
  });

  it.each([',', ';', '%', '*', '?', '{', '}', '\n'])('refuses a folder with %j', (character) => {
    expect(() => {
      assertUsableFolder(`/data${character}x`);
    }).toThrow(`holds the character ${JSON.stringify(character)}`);
  });
});
