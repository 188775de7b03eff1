/** Packages of a requirements file that are not exactly one version with hashes: a sentence each. */
export function pythonProblems(place: string, requirements: string): readonly string[] {
  const packages = requirements
    .replace(/^\s*#.*$/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return packages
    .filter((line) => !/^[\w.-]+==[\w.!+-]+(?:\s+--hash=sha256:[0-9a-f]{64})+$/.test(line))
    .map(
      (line) =>
        `${place} has ${line.split(/\s/)[0] ?? ''} without an exact version and its hashes: change requirements.in, and make it anew as its first line says.`,
    );
}
