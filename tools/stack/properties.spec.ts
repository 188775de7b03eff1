import { renderProperties } from './properties';

describe('renderProperties', () => {
  it.each([
    [{ a: 1, b: true, c: 'x' }, 'a=1\nb=true\nc=x\n'],
    [{ 'log.dirs': 'C:\\data dir' }, 'log.dirs=C:\\\\data dir\n'],
    [{ 'a b=c:d#e!': ' leading' }, 'a\\ b\\=c\\:d\\#e\\!=\\ leading\n'],
    [{ jaas: 'line 1\nline 2\ttab' }, 'jaas=line 1\\nline 2\\ttab\n'],
    [{ folder: '/home/zoë' }, 'folder=/home/zo\\u00eb\n'],
  ])('%j', (properties, text) => {
    expect(renderProperties(properties)).toBe(text);
  });
});
