/** Which of the process's arguments are ours: Chromium's own switches and the path of the app are not. */

const NOT_OURS =
  /^--(inspect|remote-debugging|no-sandbox|enable-|disable-|ozone-|user-data-dir|force-|lang=|type=)/;

/**
 * `argv` as Electron gives it. From a clone the app's folder stands before our flags, packaged it does not.
 * `handedOver` is what `npm start` passes in the environment instead, so that no password stands in an argument.
 */
export function ownFlags(
  argv: readonly string[],
  isPackaged: boolean,
  handedOver: string | undefined,
): string[] {
  if (handedOver !== undefined) return JSON.parse(handedOver) as string[];
  const rest = argv.slice(1);
  const folder = rest.findIndex((argument) => !argument.startsWith('-'));
  const flags = isPackaged ? rest : folder === -1 ? [] : rest.slice(folder + 1);
  return flags.filter((argument) => !NOT_OURS.test(argument));
}
