/** A setting that the bench gives every program it starts. */
export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined)
    throw new Error(
      `${name} is not set. This program is a contender of the benchmark: start it with \`npm run bench\`.`,
    );
  return value;
}

export const numberSetting = (name: string): number => Number(setting(name));
